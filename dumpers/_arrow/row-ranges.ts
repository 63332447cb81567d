/** Rows as ascending stretches: what a filter finds in order is copied in as few pieces as there are. */

/** Pairs of first row and the row after the last, one after the other, ascending, none empty. */
export type RowRanges = Uint32Array

/** The rows whose byte is 1; all others are 0. */
export function rangesOf(hits: Uint8Array): RowRanges {
  const { length } = hits
  let changes = 0
  let last = 0
  for (let i = 0; i < length; i++) {
    const hit = hits[i]!
    changes += hit ^ last
    last = hit
  }
  const ranges = new Uint32Array(changes + last)
  let at = 0
  last = 0
  for (let i = 0; i < length; i++) {
    const hit = hits[i]!
    if (hit !== last) ranges[at++] = i
    last = hit
  }
  if (last === 1) ranges[at] = length
  return ranges
}

/** Number of rows in them. */
export function countRows(ranges: RowRanges): number {
  let rows = 0
  for (let i = 0; i < ranges.length; i += 2) rows += ranges[i + 1]! - ranges[i]!
  return rows
}
