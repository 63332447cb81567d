/** Which rows of which record batches some rows of a table are, and the table of those alone. */
import type { RecordBatch, Schema, Table } from 'apache-arrow'
import { makeBatch } from '../_arrow/batch.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { sliceData } from '../_arrow/slice.js'
import { withUsedValues } from './used-values.js'

/** Rows `[from, to)` of a batch. */
export interface BatchPart {
  readonly batch: RecordBatch
  readonly from: number
  readonly to: number
}

/** The table's row that each batch starts with, and the number of rows. */
export function batchStarts(table: Table): Float64Array {
  const starts = new Float64Array(table.batches.length + 1)
  table.batches.forEach((batch, i) => {
    starts[i + 1] = starts[i]! + batch.numRows
  })
  return starts
}

/** The parts of the batches that rows `[start, stop)` consist of. */
export function batchParts(table: Table, starts: Float64Array, start: number, stop: number): BatchPart[] {
  const parts: BatchPart[] = []
  for (let i = batchOf(starts, start); i < table.batches.length && starts[i]! < stop; i++) {
    const from = Math.max(0, start - starts[i]!)
    const to = Math.min(starts[i + 1]!, stop) - starts[i]!
    if (to > from) parts.push({ batch: table.batches[i]!, from, to })
  }
  return parts
}

/** `parts` as a table of their own. Only dictionaries are copied, where most of one is not used. */
export function tablePart(arrow: Arrow, schema: Schema, parts: readonly BatchPart[]): Table {
  const batches = parts.map(({ batch, from, to }) => {
    if (from === 0 && to === batch.numRows) return batch
    const children = batch.data.children.map((child, i) =>
      withUsedValues(arrow, schema.fields[i]!.name, sliceData(arrow, child, from, to)),
    )
    return makeBatch(arrow, schema, children, to - from)
  })
  return new arrow.Table(schema, batches)
}

/** The last batch that starts at or before `row`. */
function batchOf(starts: Float64Array, row: number): number {
  let low = 0
  let high = starts.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= row) low = middle
    else high = middle
  }
  return low
}
