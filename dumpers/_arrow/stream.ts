/**
 * A Table as an Arrow IPC stream in memory of its own. Not by `tableToIPC`: apache-arrow 21 joins the pieces of a stream
 * by their place in memory, and two columns that share memory (`a.subarray(0, -1)` beside `a.subarray(1)`) become one.
 * Format: https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
 */
import type { Data, DataType, RecordBatch, Table } from 'apache-arrow'
import type { Turns } from '../_turns.js'
import { makeBatch } from './batch.js'
import type { Arrow } from './rebuild.js'

/** Bytes that are copied at once: a few milliseconds, most of them for memory that is touched the first time. */
const COPIED = 4 * 2 ** 20

/**
 * The stream. Nothing else lies in its memory, so that it can be given to another thread. Several that share their
 * `turns` may be made at a time.
 */
export async function toStream(arrow: Arrow, table: Table, turns: Turns): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  const hasNull = table.schema.fields.some(({ type }) => holdsNull(arrow, type))
  const counted = hasNull
    ? new arrow.Table(
        table.schema,
        table.batches.map(batch => counting(arrow, batch)),
      )
    : table
  for await (const piece of arrow.RecordBatchStreamWriter.writeAll(counted)) {
    pieces.push(piece)
    const pause = turns.pause()
    if (pause !== undefined) await pause
  }
  const stream = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    for (let from = 0; from < piece.byteLength; from += COPIED) {
      stream.set(piece.subarray(from, from + COPIED), at + from)
      const pause = turns.pause()
      if (pause !== undefined) await pause
    }
    at += piece.byteLength
  }
  return stream
}

function holdsNull(arrow: Arrow, type: DataType): boolean {
  return arrow.DataType.isNull(type) || (type.children ?? []).some(child => holdsNull(arrow, child.type))
}

/**
 * The writer slices what lies in lists, and the slice of a Null column does not know its number of nulls unless it has
 * a bitmap to count them in. That of a Null column is not written.
 */
function counting(arrow: Arrow, { schema, data, numRows }: RecordBatch): RecordBatch {
  const children = data.children.map(child => withBitmaps(arrow, child))
  return makeBatch(arrow, schema, children, numRows)
}

function withBitmaps(arrow: Arrow, data: Data): Data {
  const { type, offset, length, nullCount, children, dictionary, variadicBuffers } = data
  if (arrow.DataType.isNull(type))
    return new arrow.Data(type, 0, length, length, { 2: new Uint8Array((length + 7) >> 3) })
  if (children.length === 0) return data
  const counted = children.map(child => withBitmaps(arrow, child))
  return new arrow.Data(type, offset, length, nullCount, data.buffers, counted, dictionary, variadicBuffers)
}
