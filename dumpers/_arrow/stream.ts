/**
 * A Table as an Arrow IPC stream in memory of its own. Not by `tableToIPC`: apache-arrow 21 joins the pieces of a stream
 * by their place in memory, and two columns that share memory (`a.subarray(0, -1)` beside `a.subarray(1)`) become one.
 * Format: https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
 */
import type { Table } from 'apache-arrow'
import type { Arrow } from './rebuild.js'

/** The stream. Nothing else lies in its memory, so that it can be given to another thread. */
export async function toStream(arrow: Arrow, table: Table): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of arrow.RecordBatchStreamWriter.writeAll(table)) pieces.push(piece)
  const stream = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    stream.set(piece, at)
    at += piece.byteLength
  }
  return stream
}
