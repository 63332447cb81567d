/**
 * How much memory the values of some rows of an Arrow column take: a slice counts its own part, not the buffers that
 * it shares.
 */
import type { Data, DataType } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'

/** Bytes of rows `[start, stop)` of `data`, which are counted from its own first row. */
export function rawBytes(arrow: Arrow, data: Data, start: number, stop: number): number {
  const { DataType } = arrow
  const { type } = data
  const rows = stop - start
  const validity = data.nullCount > 0 ? rows / 8 : 0
  if (DataType.isNull(type)) return 0
  if (DataType.isDictionary(type))
    return validity + (rows * type.indices.bitWidth) / 8 + dictionaryBytes(arrow, data, rows)
  if (DataType.isStruct(type)) {
    return data.children.reduce((sum, child) => sum + rawBytes(arrow, child, start, stop), validity)
  }
  if (DataType.isFixedSizeList(type)) {
    const size = type.listSize
    return validity + childBytes(arrow, data, start * size, stop * size)
  }
  const { valueOffsets } = data
  if (valueOffsets !== undefined && valueOffsets.length > stop) {
    const [from, to] = [Number(valueOffsets[start]), Number(valueOffsets[stop])]
    const offsets = validity + rows * valueOffsets.BYTES_PER_ELEMENT
    const nested = DataType.isList(type) || DataType.isLargeList(type) || DataType.isMap(type)
    return offsets + (nested ? childBytes(arrow, data, from, to) : to - from)
  }
  return validity + rows * widthOf(arrow, type) + variadicBytes(data, rows)
}

/** Each row is taken to have as much as the others: the encoder sees values, not keys. */
function dictionaryBytes(arrow: Arrow, { dictionary }: Data, rows: number): number {
  const values = dictionary?.length ?? 0
  if (dictionary === undefined || values === 0) return 0
  const bytes = dictionary.data.reduce((sum, part) => sum + rawBytes(arrow, part, 0, part.length), 0)
  return (bytes * rows) / values
}

function childBytes(arrow: Arrow, data: Data, start: number, stop: number): number {
  const child = data.children[0]
  return child === undefined ? 0 : rawBytes(arrow, child, start, Math.min(stop, child.length))
}

function widthOf(arrow: Arrow, type: DataType): number {
  const { DataType } = arrow
  if (DataType.isBool(type)) return 1 / 8
  if (DataType.isFixedSizeBinary(type)) return type.byteWidth
  if (DataType.isDecimal(type)) return type.bitWidth / 8
  if (DataType.isInt(type) || DataType.isTime(type)) return type.bitWidth / 8
  if (DataType.isFloat(type)) return 2 << type.precision
  return DataType.isUtf8View(type) || DataType.isBinaryView(type) ? 16 : 8
}

/** Strings of views lie in buffers that all rows share: each row is taken to have as much as the others. */
function variadicBytes(data: Data, rows: number): number {
  const total = data.variadicBuffers?.reduce((sum, buffer) => sum + buffer.byteLength, 0) ?? 0
  return data.length === 0 ? 0 : (total * rows) / data.length
}
