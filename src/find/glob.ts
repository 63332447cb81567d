/**
 * Patterns of keys: `*` stands for any characters of one part, `**` for any number of parts. A match takes a time that
 * no pattern makes explode, which a regular expression could not promise.
 */
import { wrongOption } from '../options.js'

export class KeyGlob {
  readonly #parts: readonly string[]

  /** OPTION_INVALID for what can be no pattern of keys. */
  constructor(pattern: unknown) {
    const parts = typeof pattern === 'string' ? pattern.split('/') : []
    if (
      parts.length === 0 ||
      parts.includes('') ||
      parts.some(part => part !== '**' && part.includes('**'))
    ) {
      throw wrongOption(
        'key',
        "a pattern such as 'runs/*/voltage' or 'runs/**'; ** stands alone between slashes",
      )
    }
    this.#parts = parts
  }

  matches(key: string): boolean {
    return fits(this.#parts, key.split('/'), part => part === '**', partFits)
  }

  /** Whether some key in the nested database `key` may match. */
  mayMatchBelow(key: string): boolean {
    const above = key.split('/')
    for (const [i, part] of above.entries()) {
      const pattern = this.#parts[i]
      if (pattern === '**') return true
      if (pattern === undefined || !partFits(pattern, part)) return false
    }
    return this.#parts.length > above.length
  }
}

function partFits(pattern: string, part: string): boolean {
  return fits(
    pattern,
    part,
    character => character === '*',
    (a, b) => a === b,
  )
}

/** Of several stars only the last one ever has to be tried again, so that the time is at most the product of lengths. */
function fits<T>(
  pattern: ArrayLike<T>,
  items: ArrayLike<T>,
  isStar: (part: T) => boolean,
  same: (part: T, item: T) => boolean,
): boolean {
  let at = 0
  let star = -1
  let taken = 0
  for (let i = 0; i < items.length; ) {
    if (at < pattern.length && isStar(pattern[at]!)) {
      star = at++
      taken = i
    } else if (at < pattern.length && same(pattern[at]!, items[i]!)) {
      at++
      i++
    } else if (star >= 0) {
      at = star + 1
      i = ++taken
    } else return false
  }
  while (at < pattern.length && isStar(pattern[at]!)) at++
  return at === pattern.length
}
