/**
 * The order of version numbers: part by part, numbers as numbers, what comes before a release before it, and what is
 * published after it (`post`, a letter as in `1.1.1w`) behind it. https://semver.org, and Python's PEP 440.
 */
import type { Order } from './condition.js'

type Part = number | string

/** Words that stand before the release. */
const BEFORE: ReadonlySet<string> = new Set(['a', 'alpha', 'b', 'beta', 'c', 'dev', 'pre', 'preview', 'rc'])

/** `1.9.0` before `1.10.0`, `2.0.0-rc.1` before `2.0.0`; a part that is left out counts as 0. */
export const versionOrder: Order = (a, b) => {
  if (typeof a !== 'string' || typeof b !== 'string' || !/\d/.test(a) || !/\d/.test(b)) return undefined
  const [left, right] = [split(a), split(b)]
  return compareCores(left.core, right.core) || compareEarlier(left.earlier, right.earlier)
}

/** What follows a `+` says how it was built, not which is newer; what follows a `-` comes before the release. */
function split(version: string): { core: readonly Part[]; earlier: readonly Part[] | undefined } {
  const [released = ''] = version.split('+')
  const hyphen = released.indexOf('-')
  return hyphen < 0
    ? { core: partsOf(released), earlier: undefined }
    : { core: partsOf(released.slice(0, hyphen)), earlier: partsOf(released.slice(hyphen + 1)) }
}

function partsOf(text: string): readonly Part[] {
  return (text.match(/\d+|[a-z]+/gi) ?? []).map(part =>
    /^\d/.test(part) ? Number(part) : part.toLowerCase(),
  )
}

function compareCores(a: readonly Part[], b: readonly Part[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i] ?? 0, b[i] ?? 0]
    const sign = rank(left) - rank(right) || comparePart(left, right)
    if (sign !== 0) return sign
  }
  return 0
}

/** Of a part after the same beginning: a word before the release, the release itself, a word behind it, numbers. */
function rank(part: Part): number {
  if (typeof part === 'number') return part
  return BEFORE.has(part) ? -1 : 0.5
}

function compareEarlier(a: readonly Part[] | undefined, b: readonly Part[] | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const sign = comparePart(a[i]!, b[i]!)
    if (sign !== 0) return sign
  }
  return a.length - b.length
}

/** Numbers stand before words. */
function comparePart(a: Part, b: Part): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
