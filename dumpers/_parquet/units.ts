/**
 * How row groups are taken together for reading: small ones until there is enough to do, an enormous one in several
 * choices of its columns.
 */

import type { GroupPart } from './choose.js'
import type { Chunk } from './chunk.js'
import type { TopColumn } from './footer.js'

/** Row groups that are decoded together, and which of their rows, one group after the other, are wanted. */
export interface Unit {
  readonly parts: readonly GroupPart[]
  readonly rows: number
  readonly from: number
  readonly to: number
  /** Bytes of the decoded values. */
  readonly decoded: number
  /** Where it is a single row group that is too large to be decoded at once: the columns to decode one after the other. */
  readonly subsets?: readonly ColumnSubset[]
}

/** Some columns of a row group and their chunks. */
export interface ColumnSubset {
  readonly columns: readonly TopColumn[]
  readonly chunks: readonly Chunk[]
}

const MIB = 2 ** 20
const UNIT = 8 * MIB
/** What is decoded in one call takes four times as much memory meanwhile. */
export const ENORMOUS: number = 512 * MIB

/** Units of `parts`, in their order. */
export function planUnits(parts: readonly GroupPart[], columns: readonly TopColumn[]): Unit[] {
  const lists: { parts: GroupPart[]; decoded: number }[] = []
  for (const part of parts) {
    const decoded = decodedSize(part.chunks)
    const last = lists.at(-1)
    // Rows of the middle are wanted whole, so that those that are wanted of a unit are one stretch.
    if (last !== undefined && last.decoded < UNIT && last.decoded + decoded <= 2 * UNIT) {
      last.parts.push(part)
      last.decoded += decoded
    } else lists.push({ parts: [part], decoded })
  }
  return lists.map(({ parts, decoded }) => {
    const rows = parts.reduce((sum, { group }) => sum + group.rows, 0)
    const last = parts.at(-1)!
    const subsets = decoded > ENORMOUS ? columnSubsets(columns, parts[0]!.chunks, ENORMOUS) : undefined
    const to = rows - (last.group.rows - last.to)
    return { parts, rows, from: parts[0]!.from, to, decoded, ...(subsets === undefined ? {} : { subsets }) }
  })
}

/** Neighbouring columns, as many as stay below `most` bytes, one at least. */
export function columnSubsets(
  columns: readonly TopColumn[],
  chunks: readonly Chunk[],
  most: number,
): ColumnSubset[] {
  const subsets: { columns: TopColumn[]; chunks: Chunk[]; decoded: number }[] = []
  let leaf = 0
  for (const column of columns) {
    const own = chunks.slice(leaf, leaf + column.leaves)
    leaf += column.leaves
    const decoded = decodedSize(own)
    const last = subsets.at(-1)
    if (last !== undefined && last.decoded + decoded <= most) {
      last.columns.push(column)
      last.chunks.push(...own)
      last.decoded += decoded
    } else subsets.push({ columns: [column], chunks: own, decoded })
  }
  return subsets
}

function decodedSize(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.decoded, 0)
}
