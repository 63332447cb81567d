/**
 * Keys of dicts and members of sets: Python takes only what cannot change, and holds 1, `1n` and `true` for the same.
 */
import { types } from 'node:util'

/** Tuples in tuples. */
const DEEPEST = 100

/** Why Python would refuse or merge some of `keys`; undefined where it takes them all. */
export function repeatedKey(keys: Iterable<unknown>): string | undefined {
  const seen = new Set<string>()
  let count = 0
  for (const key of keys) {
    const name = canonical(key, 0)
    if (name === undefined)
      return 'has a key or member that Python takes for changeable: freeze its arrays (tuples)'
    seen.add(name)
    if (seen.size <= count) return 'has two keys or members that are one to Python, such as 1, 1n and true'
    count++
  }
  return undefined
}

/** A text that is the same for what Python holds for the same; undefined for what has no hash there. */
function canonical(key: unknown, depth: number): string | undefined {
  if (typeof key === 'string') return `s${key}`
  if (key === null) return 'null'
  if (typeof key === 'boolean') return `n${Number(key)}`
  if (typeof key === 'bigint') return `n${key}`
  // No two NaN are the same to Python; a Map has at most one.
  if (typeof key === 'number') return `n${Number.isInteger(key) ? BigInt(key) : key}`
  if (typeof key !== 'object' || depth === DEEPEST) return undefined
  if (types.isUint8Array(key)) return `b${Buffer.from(key).toString('hex')}`
  if (types.isDate(key)) return `d${key.getTime()}`
  if (!Object.isFrozen(key)) return undefined
  if (Array.isArray(key)) return joined(key, 't', depth)
  return types.isSet(key) ? joined([...key], 'f', depth) : undefined
}

function joined(members: readonly unknown[], kind: 't' | 'f', depth: number): string | undefined {
  const names = members.map(member => canonical(member, depth + 1))
  if (names.includes(undefined)) return undefined
  const ordered = kind === 'f' ? names.sort() : names
  return `${kind}${JSON.stringify(ordered)}`
}
