/**
 * Strings and binaries of every Arrow layout, row by row as bytes. Offsets and views come out of files, and are checked
 * before anything is read by them.
 */
import type { Data } from 'apache-arrow'
import type { Arrow } from './rebuild.js'

/** What is asked of the bytes from `start` to `end`. 1 for yes, 0 for no. */
export type ByteTest = (bytes: Uint8Array, start: number, end: number) => number

/** Float64Array for offsets of 64 bits: every length of a buffer is a double. */
export type Offsets = Int32Array | Float64Array

/** Longer values than this lie beside the views: https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-view-layout */
export const INLINE = 12
/** Bytes of a view. */
export const VIEW = 16

/**
 * Writes what `test` says of each row; of nulls, anything. RangeError where the offsets or views do not lie within the
 * buffers.
 */
export function testBytes(arrow: Arrow, data: Data, test: ByteTest, hits: Uint8Array): void {
  const { DataType } = arrow
  const bytes = bytesOf(data)
  if (DataType.isUtf8View(data.type) || DataType.isBinaryView(data.type)) testViews(data, test, hits)
  else if (DataType.isFixedSizeBinary(data.type)) {
    const { byteWidth } = data.type
    if (bytes.byteLength < byteWidth * hits.length) throw shorter()
    for (let i = 0; i < hits.length; i++) hits[i] = test(bytes, i * byteWidth, (i + 1) * byteWidth)
  } else {
    const offsets = readOffsets(data, bytes.byteLength)
    for (let i = 0; i < hits.length; i++) hits[i] = test(bytes, offsets[i]!, offsets[i + 1]!)
  }
}

/** The views of nulls may hold anything. */
function testViews(data: Data, test: ByteTest, hits: Uint8Array): void {
  const views = bytesOf(data)
  if (views.byteLength < VIEW * hits.length) throw shorter()
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength)
  const hasNulls = data.nullCount > 0
  for (let i = 0; i < hits.length; i++) {
    if (hasNulls && !data.getValid(i)) continue
    const at = VIEW * i
    const length = viewLength(view, at)
    if (length <= INLINE) hits[i] = test(views, at + 4, at + 4 + length)
    else hits[i] = test(longValue(data.variadicBuffers, view, at, length), 0, length)
  }
}

/** The offsets of a column: ascending, and not beyond `end`. Throws RangeError where they are not. */
export function readOffsets(data: Data, end: number): Offsets {
  const offsets = numericOffsets(data.valueOffsets)
  // Arrow allows a column without rows to have no offsets.
  if (data.length === 0 && offsets.length === 0) return new Int32Array(1)
  if (offsets.length <= data.length) throw shorter()
  let last = 0
  let ascending = true
  for (let i = 0; i <= data.length; i++) {
    const offset = offsets[i]!
    if (offset < last) ascending = false
    last = offset
  }
  if (!ascending || last > end) throw new RangeError('the offsets of a column do not lie within its values')
  return offsets
}

export function shorter(): RangeError {
  return new RangeError('a column is shorter than its batch')
}

function numericOffsets(offsets: unknown): Offsets {
  if (offsets instanceof Int32Array) return offsets
  if (!(offsets instanceof BigInt64Array)) return new Int32Array(0)
  const halves = new Int32Array(offsets.buffer, offsets.byteOffset, offsets.length * 2)
  const numbers = new Float64Array(offsets.length)
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = halves[2 * i + 1]! * 2 ** 32 + (halves[2 * i]! >>> 0)
  }
  return numbers
}

/** The values of a column, where they are bytes. */
export function bytesOf(data: Data): Uint8Array {
  const bytes: unknown = data.values
  if (bytes instanceof Uint8Array) return bytes
  throw shorter()
}

/** The length of the value of the view at byte `at` of the views. */
export function viewLength(view: DataView, at: number): number {
  const length = view.getInt32(at, true)
  if (length >= 0) return length
  throw new RangeError('a view has a negative length')
}

/** That value, where it is longer than INLINE. */
export function longValue(
  buffers: readonly Uint8Array[],
  view: DataView,
  at: number,
  length: number,
): Uint8Array {
  const buffer = buffers[view.getInt32(at + 8, true)]
  const offset = view.getInt32(at + 12, true)
  if (buffer === undefined || offset < 0 || offset + length > buffer.byteLength) {
    throw new RangeError('a view lies outside of its buffers')
  }
  return buffer.subarray(offset, offset + length)
}
