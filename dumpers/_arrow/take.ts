/**
 * Some rows of a record batch, copied: a batch is a view into the memory of a whole file or row group, which a few rows
 * of it would keep alive. Dictionaries are not copied; rows keep their keys.
 */
import type { Data, DataType, RecordBatch, Union } from 'apache-arrow'
import { makeBatch } from './batch.js'
import { bytesOf, readOffsets, shorter, VIEW } from './byte-rows.js'
import type { Arrow } from './rebuild.js'
import { countRows, type RowRanges } from './row-ranges.js'
import { compactViews, copyBits, copyItems, copyOffsets, largeOffsets, type Ranges } from './take-buffers.js'

export type { RowRanges } from './row-ranges.js'

/** The buffers of a column, as apache-arrow names them, and what lies below. */
interface Parts {
  readonly offsets?: Int32Array | BigInt64Array
  readonly values?: ArrayBufferView
  readonly children?: Data[]
  readonly variadic?: readonly Uint8Array[]
}

/**
 * The rows of `ranges`, in their order, in new memory that holds nothing else. Same schema, same types. RangeError where
 * the buffers of the batch are damaged or shorter than it says.
 */
export function takeRows(arrow: Arrow, batch: RecordBatch, ranges: RowRanges): RecordBatch {
  const count = countRows(ranges)
  const children = batch.data.children.map(data => take(arrow, data, ranges, count))
  return makeBatch(arrow, batch.schema, children, count)
}

/** The ranges may come in any order, and twice; `count` is the number of their rows. */
function take(arrow: Arrow, data: Data, ranges: Ranges, count: number): Data {
  const { DataType } = arrow
  const { type } = data
  for (let i = 1; i < ranges.length; i += 2) if (ranges[i]! > data.length) throw shorter()
  if (DataType.isNull(type)) return arrow.makeData({ type, length: count })
  if (DataType.isUnion(type)) return takeUnion(arrow, data, type, ranges, count)
  const validity = validityOf(data, ranges, count)
  const { offsets, values, children, variadic } = partsOf(arrow, data, ranges, count, validity.bits)
  return new arrow.Data(
    type,
    0,
    count,
    validity.zeros,
    [offsets, values, validity.bits, undefined],
    children,
    data.dictionary,
    variadic,
  )
}

function partsOf(arrow: Arrow, data: Data, ranges: Ranges, count: number, validity: Uint8Array): Parts {
  const { DataType } = arrow
  const { type } = data
  if (DataType.isStruct(type)) {
    return { children: data.children.map(child => take(arrow, child, ranges, count)) }
  }
  if (DataType.isFixedSizeList(type)) {
    const size = type.listSize
    const items = Float64Array.from(ranges, row => row * size)
    return { children: [take(arrow, childOf(data), items, count * size)] }
  }
  if (DataType.isList(type) || DataType.isLargeList(type) || DataType.isMap(type)) {
    const child = childOf(data)
    const { offsets, items, total } = copyOffsets(readOffsets(data, child.length), ranges, count)
    return { offsets: asStored(offsets), children: [take(arrow, child, items, total)] }
  }
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) {
    const views = copyItems(bytesOf(data), VIEW, ranges, count)
    const isValid = (row: number): boolean =>
      validity.byteLength === 0 || ((validity[row >> 3]! >> (row & 7)) & 1) === 1
    return { values: views, variadic: compactViews(views, isValid, data.variadicBuffers) }
  }
  if (data.valueOffsets !== undefined) {
    const bytes = bytesOf(data)
    const { offsets, items, total } = copyOffsets(readOffsets(data, bytes.byteLength), ranges, count)
    return { offsets: asStored(offsets), values: copyItems(bytes, 1, items, total) }
  }
  if (DataType.isBool(type)) return { values: copyBits(bytesOf(data), data.offset, ranges, count).bits }
  return { values: fixedWidth(arrow, data, ranges, count) }
}

/** Also of dictionaries, whose values are keys. */
function fixedWidth(arrow: Arrow, data: Data, ranges: Ranges, count: number): ArrayBufferView {
  const { type, stride } = data
  const { ArrayType } = arrow.DataType.isDictionary(type) ? type.indices : type
  const values: unknown = data.values
  if (!ArrayBuffer.isView(values)) throw shorter()
  const width = stride * ArrayType.BYTES_PER_ELEMENT
  return new ArrayType(copyItems(values, width, ranges, count).buffer)
}

function takeUnion(arrow: Arrow, data: Data, type: Union, ranges: Ranges, count: number): Data {
  const ids: unknown = data.typeIds
  if (!(ids instanceof Int8Array)) throw shorter()
  const typeIds = new Int8Array(copyItems(ids, 1, ranges, count).buffer)
  const made = (children: Data[], offsets?: Int32Array): Data =>
    new arrow.Data<DataType>(type, 0, count, -1, [offsets, undefined, new Uint8Array(0), typeIds], children)
  if (arrow.DataType.isSparseUnion(type)) {
    return made(data.children.map(child => take(arrow, child, ranges, count)))
  }
  // Where a row is in the child that its type names; in a copy the rows of a child follow each other.
  const offsets = new Int32Array(copyItems(offsetsOf(data), 4, ranges, count).buffer)
  const rows = data.children.map((): number[] => [])
  for (let row = 0; row < count; row++) {
    const ofChild = rows[type.typeIdToChildIndex[typeIds[row]!] ?? -1]
    const offset = offsets[row]!
    if (ofChild === undefined || offset < 0) throw new RangeError('a row of a union has no value')
    offsets[row] = ofChild.length / 2
    ofChild.push(offset, offset + 1)
  }
  const children = data.children.map((child, i) =>
    take(arrow, child, Float64Array.from(rows[i] ?? []), (rows[i]?.length ?? 0) / 2),
  )
  return made(children, offsets)
}

/** Empty where no row is null. */
function validityOf(data: Data, ranges: Ranges, count: number): { bits: Uint8Array; zeros: number } {
  const bitmap: unknown = data.nullBitmap
  const none = { bits: new Uint8Array(0), zeros: 0 }
  if (!(bitmap instanceof Uint8Array) || bitmap.byteLength === 0 || data.nullCount === 0) return none
  const copy = copyBits(bitmap, data.offset, ranges, count)
  return copy.zeros === 0 ? none : copy
}

function asStored(offsets: Int32Array | Float64Array): Int32Array | BigInt64Array {
  return offsets instanceof Float64Array ? largeOffsets(offsets) : offsets
}

function offsetsOf(data: Data): Int32Array {
  const offsets: unknown = data.valueOffsets
  if (offsets instanceof Int32Array) return offsets
  throw shorter()
}

function childOf(data: Data): Data {
  const [child] = data.children
  if (child === undefined) throw new RangeError('a nested column lacks a child')
  return child
}
