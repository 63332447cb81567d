/**
 * How a table is cut for writing: into row groups, and the row groups into pieces that are encoded one at a time.
 * It follows from the table and the option alone, so that the same value gives the same bytes on every machine.
 */
import type { Table } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import { batchParts, batchStarts } from './batch-parts.js'
import { rawBytes } from './raw-bytes.js'

/** Rows `[start, stop)`, which are encoded together, in row groups of `rowGroupSize` rows but for the last. */
export interface WritePiece {
  readonly start: number
  readonly stop: number
  readonly rowGroupSize: number
}

export interface WritePlan {
  readonly pieces: readonly WritePiece[]
  /** Bytes of all values. */
  readonly raw: number
}

const MIB = 2 ** 20
/** A row group is read and decoded whole. */
const LARGEST_GROUP = 128 * MIB
/** Enough to keep a worker busy for some fifty milliseconds, little enough to be prepared in a few. */
const PIECE = 8 * MIB
/** The encoder calls itself for each further row group of a batch: ten thousand exhaust the stack. */
const MOST_TOGETHER = 1024

interface Group {
  readonly start: number
  readonly stop: number
  readonly raw: number
}

/** A table without rows is one piece without rows. */
export function planPieces(arrow: Arrow, table: Table, rowGroupSize: number): WritePlan {
  const groups = cutGroups(table.numRows, rowGroupSize, sizeOf(arrow, table))
  return { pieces: joined(groups), raw: groups.reduce((sum, group) => sum + group.raw, 0) }
}

function cutGroups(
  rows: number,
  rowGroupSize: number,
  size: (start: number, stop: number) => number,
): Group[] {
  const groups: Group[] = []
  let start = 0
  do {
    let stop = Math.min(rows, start + rowGroupSize)
    let raw = size(start, stop)
    while (raw > LARGEST_GROUP && stop - start > 1) {
      stop = start + ((stop - start) >> 1)
      raw = size(start, stop)
    }
    groups.push({ start, stop, raw })
    start = stop
  } while (start < rows)
  return groups
}

/** Within a piece every row group but the last has the same number of rows: the encoder knows only that number. */
function joined(groups: readonly Group[]): WritePiece[] {
  const pieces: { start: number; stop: number; rowGroupSize: number; raw: number }[] = []
  for (const { start, stop, raw } of groups) {
    const last = pieces.at(-1)
    const rows = stop - start
    if (
      last !== undefined &&
      last.raw < PIECE &&
      last.raw + raw <= 2 * PIECE &&
      last.stop - last.start < MOST_TOGETHER * last.rowGroupSize &&
      (last.stop - last.start) % last.rowGroupSize === 0 &&
      rows <= last.rowGroupSize
    ) {
      last.stop = stop
      last.raw += raw
    } else pieces.push({ start, stop, rowGroupSize: Math.max(1, rows), raw })
  }
  return pieces
}

/** Bytes of rows `[start, stop)` of the table. */
function sizeOf(arrow: Arrow, table: Table): (start: number, stop: number) => number {
  const starts = batchStarts(table)
  return (start, stop) => {
    let sum = 0
    for (const { batch, from, to } of batchParts(table, starts, start, stop)) {
      for (const child of batch.data.children) sum += rawBytes(arrow, child, from, to)
    }
    return sum
  }
}
