/**
 * The order of version numbers: part by part, numbers as numbers, and what comes before a release before it.
 */
import type { Order } from './condition.js'

/** `1.9.0` before `1.10.0`, `2.0.0-rc.1` before `2.0.0`; a part that is left out counts as 0. */
export const versionOrder: Order = (a, b) => {
  if (typeof a !== 'string' || typeof b !== 'string' || !/\d/.test(a) || !/\d/.test(b)) return undefined
  const [left, right] = [partsOf(a), partsOf(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const sign = comparePart(left[i] ?? 0, right[i] ?? 0)
    if (sign !== 0) return sign
  }
  return 0
}

/** What follows a `+` says how it was built, not which is newer. */
function partsOf(version: string): readonly (number | string)[] {
  const [core = ''] = version.split('+')
  return (core.match(/\d+|[a-z]+/gi) ?? []).map(part =>
    /^\d/.test(part) ? Number(part) : part.toLowerCase(),
  )
}

/** A word (`alpha`, `rc`) stands before a release: it is less than any number. */
function comparePart(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'number') return 1
  if (typeof b === 'number') return -1
  return a < b ? -1 : a > b ? 1 : 0
}
