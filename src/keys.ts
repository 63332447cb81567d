/**
 * The grammar of keys: `'a/b'` or `['a', 'b']` to the names of directories, and what is refused.
 * Writing is strict, so that every key is a legal file name everywhere; reading takes whatever ISF could have made.
 */
import { DirdictError } from './errors.js'

/** `'a/b/c'` and `['a', 'b', 'c']` are the same key: `c` in the nested database `b` of the nested database `a`. */
export type Key = string | readonly string[]

const RESERVED: ReadonlySet<string> = new Set([
  'db_state.json',
  'Loader.json',
  'metadata.json',
  'dirdict.json',
  'dbcore.pickle',
  'metadata.db',
  'sqlitedict.db',
  'Loader.pickle',
  'metadata.db.lock',
  'sqlitedict.db.lock',
])

/** Names in a database directory that contain this are no keys, for ISF and for us. */
const SERVICE_MARK = '.deleting.'
const LONGEST = 120
const LEGAL = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/

/** The parts of a key that is to be read. Throws KEY_INVALID. */
export function readableParts(key: Key): readonly string[] {
  const parts = split(key)
  for (const part of parts) {
    if (part === '' || part === '.' || part === '..' || part.includes('/') || part.includes('\0')) {
      throw invalid(key, part === '' ? 'a part of it is empty' : `${show(part)} is no name of a directory`)
    }
    if (!isKeyName(part)) throw invalid(key, `${show(part)} is reserved`)
  }
  return parts
}

/** The parts of a key that is to be written. Throws KEY_INVALID. */
export function writableParts(key: Key): readonly string[] {
  const parts = readableParts(key)
  for (const part of parts) {
    if (part.length > LONGEST)
      throw invalid(key, `a part has ${part.length} characters; ${LONGEST} are allowed`)
    if (part.startsWith('.')) throw invalid(key, `${show(part)} starts with a dot`)
    if (!LEGAL.test(part)) {
      throw invalid(key, `${show(part)} has other characters than A-Z a-z 0-9 - _ .`)
    }
  }
  return parts
}

/** Whether a directory of this name, in a database directory, is a key. */
export function isKeyName(name: string): boolean {
  // All that is refused has a dot in it, and most keys have none.
  return !name.includes('.') || (!RESERVED.has(name) && !name.includes(SERVICE_MARK))
}

/** The key as one string, for messages and listings. */
export function joinKey(key: Key): string {
  return typeof key === 'string' ? key : key.join('/')
}

function split(key: Key): readonly string[] {
  if (typeof key === 'string') return key.split('/')
  if (Array.isArray(key) && key.length > 0 && key.every(part => typeof part === 'string')) return key
  throw new DirdictError(
    'KEY_INVALID',
    `A key is a string or a non-empty array of strings, not ${show(key)}.`,
  )
}

function invalid(key: Key, why: string): DirdictError {
  return new DirdictError('KEY_INVALID', `Key ${show(joinKey(key))} is not allowed: ${why}.`, {
    key: joinKey(key),
  })
}

/** JSON escapes control characters, so that a hostile key cannot write to the terminal. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 140 ? `${text.slice(0, 137)}…` : text
}

/** The keys among `candidates` that look most like `key`: at most three, nearest first. */
export function nearKeys(key: string, candidates: readonly string[]): string[] {
  const allowed = Math.max(1, Math.floor(key.length / 3))
  const scored: { name: string; distance: number }[] = []
  for (const name of candidates) {
    if (Math.abs(name.length - key.length) > allowed) continue
    const distance = editDistance(key.toLowerCase(), name.toLowerCase(), allowed)
    if (distance <= allowed) scored.push({ name, distance })
  }
  scored.sort((a, b) => a.distance - b.distance)
  return scored.slice(0, 3).map(({ name }) => name)
}

function editDistance(a: string, b: string, limit: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      const cost = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + change)
      current.push(cost)
      least = Math.min(least, cost)
    }
    if (least > limit) return limit + 1
    previous = current
  }
  return previous[b.length]!
}
