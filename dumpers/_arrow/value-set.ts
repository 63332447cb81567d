/**
 * A set of values out of an ordered domain, as the ascending boundaries at which membership changes: `[2, 5]` holds
 * 2 <= x < 5, `[2]` holds 2 <= x. Every comparison is such a set, `ne` and `in` too, and so is what holds together.
 */

/** Values in the form in which a column stores them. Strings are their UTF-8 bytes, booleans 0 and 1. */
export type Raw = number | bigint | Uint8Array

/** The values that a column can store, in their order. */
export interface Order<T extends Raw> {
  readonly least: T
  compare(a: T, b: T): number
  /** The value that follows, or undefined after the greatest. */
  next(value: T): T | undefined
}

/** Where something lies in the order that need not be a value of it (5.5 among integers). Undefined: after all. */
export interface Position<T extends Raw> {
  /** The first value that is not less. */
  readonly from: T | undefined
  /** The first value that is greater. The same as `from` where no value is equal. */
  readonly after: T | undefined
}

export interface ValueSet<T extends Raw> {
  /** Strictly ascending. */
  readonly boundaries: readonly T[]
  /** Whether what has no order (NaN) is in it. Only `everything` and `allBut` have it. */
  readonly unordered: boolean
}

/** Smallest and largest value of some rows and the number of their nulls, as far as they are known. */
export interface ColumnStatistics {
  readonly rows: number
  /** Not greater than any value; NaN is left out of account. */
  readonly min?: Raw
  /** Not less than any value; NaN is left out of account. */
  readonly max?: Raw
  readonly nulls?: number
}

export function everything<T extends Raw>(order: Order<T>): ValueSet<T> {
  return { boundaries: [order.least], unordered: true }
}

export function allBut<T extends Raw>(order: Order<T>, { from, after }: Position<T>): ValueSet<T> {
  const gap = between(order, from, after)
  return { boundaries: complement(order, gap), unordered: true }
}

/** The values from `from` up to, and without, `until`. */
export function range<T extends Raw>(
  order: Order<T>,
  from: T | undefined,
  until: T | undefined,
): ValueSet<T> {
  return { boundaries: between(order, from, until), unordered: false }
}

/** The values at any of the positions. */
export function anyOf<T extends Raw>(order: Order<T>, positions: readonly Position<T>[]): ValueSet<T> {
  const pieces = positions
    .map(({ from, after }) => between(order, from, after))
    .filter(piece => piece.length > 0)
    .sort((a, b) => order.compare(a[0]!, b[0]!))
  const boundaries: T[] = []
  let open = false
  for (const [from, until] of pieces) {
    const end = boundaries.at(-1)
    if (open) break
    if (end === undefined || order.compare(from!, end) > 0) boundaries.push(from!)
    else boundaries.pop()
    if (until === undefined) open = true
    else boundaries.push(end !== undefined && order.compare(end, until) > 0 ? end : until)
  }
  return { boundaries, unordered: false }
}

export function intersection<T extends Raw>(order: Order<T>, a: ValueSet<T>, b: ValueSet<T>): ValueSet<T> {
  const boundaries: T[] = []
  let inside = false
  for (let i = 0, j = 0; i < a.boundaries.length || j < b.boundaries.length; ) {
    const left = a.boundaries[i]
    const right = b.boundaries[j]
    const side = left === undefined ? 1 : right === undefined ? -1 : order.compare(left, right)
    const boundary = side <= 0 ? left! : right!
    if (side <= 0) i++
    if (side >= 0) j++
    const both = i % 2 === 1 && j % 2 === 1
    if (both !== inside) boundaries.push(boundary)
    inside = both
  }
  return { boundaries, unordered: a.unordered && b.unordered }
}

/** The boundaries of all ordered values that are not within `boundaries`. */
export function complement<T extends Raw>(order: Order<T>, boundaries: readonly T[]): readonly T[] {
  const [first, ...rest] = boundaries
  return first !== undefined && order.compare(first, order.least) === 0 ? rest : [order.least, ...boundaries]
}

/** The values, where they are that many single ones and nothing else. */
export function singles<T extends Raw>(order: Order<T>, boundaries: readonly T[]): readonly T[] | undefined {
  const values: T[] = []
  for (let i = 0; i < boundaries.length; i += 2) {
    const value = boundaries[i]!
    const next = order.next(value)
    const end = boundaries[i + 1]
    if (next === undefined ? end !== undefined : end === undefined || order.compare(next, end) !== 0)
      return undefined
    values.push(value)
  }
  return values
}

/** One stretch of values, which are in the set, or (`outside`) the only ordered ones that are not. */
export interface Stretch<T extends Raw> {
  readonly from: T
  readonly until: T | undefined
  readonly outside: boolean
}

/** The set as one stretch, where it is one. `ne` alone is the outside of one. */
export function asStretch<T extends Raw>(order: Order<T>, set: ValueSet<T>): Stretch<T> | undefined {
  const boundaries = set.unordered ? complement(order, set.boundaries) : set.boundaries
  const [from, until] = boundaries
  if (from === undefined || boundaries.length > 2) return undefined
  return { from, until, outside: set.unordered }
}

/** Whether any value from `min` to `max`, both included, is within `boundaries`. */
export function meets<T extends Raw>(
  order: Order<T>,
  boundaries: readonly T[],
  min: T | undefined,
  max: T | undefined,
): boolean {
  let passed = 0
  const low = min ?? order.least
  while (passed < boundaries.length && order.compare(boundaries[passed]!, low) <= 0) passed++
  if (passed % 2 === 1) return true
  const start = boundaries[passed]
  return start !== undefined && (max === undefined || order.compare(start, max) <= 0)
}

function between<T extends Raw>(order: Order<T>, from: T | undefined, until: T | undefined): readonly T[] {
  if (from === undefined) return []
  if (until === undefined) return [from]
  return order.compare(from, until) < 0 ? [from, until] : []
}
