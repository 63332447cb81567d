/** The Arrow types whose values have all the same number of bytes. */
import type { DataType } from 'apache-arrow'
import type { Arrow } from './rebuild.js'

const INTERVAL_WIDTHS = [4, 8, 16]

/** Bytes of one value; undefined for booleans, strings, nested types and all others that do not lie so in memory. */
export function fixedWidth(arrow: Arrow, type: DataType): number | undefined {
  const { DataType } = arrow
  if (DataType.isInt(type) || DataType.isTime(type) || DataType.isDecimal(type)) return type.bitWidth / 8
  if (DataType.isFloat(type)) return 2 << type.precision
  if (DataType.isDate(type)) return 4 << type.unit
  if (DataType.isTimestamp(type) || DataType.isDuration(type)) return 8
  if (DataType.isInterval(type)) return INTERVAL_WIDTHS[type.unit]
  if (DataType.isFixedSizeBinary(type)) return type.byteWidth
  if (DataType.isDictionary(type)) return type.indices.bitWidth / 8
  return undefined
}

/** Strings or bytes between offsets. */
export function isBytes(arrow: Arrow, type: DataType): boolean {
  const { DataType } = arrow
  return (
    DataType.isUtf8(type) ||
    DataType.isBinary(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isLargeBinary(type)
  )
}

/** Strings or bytes that views point at. */
export function isView(arrow: Arrow, type: DataType): boolean {
  return arrow.DataType.isUtf8View(type) || arrow.DataType.isBinaryView(type)
}

/** Lists of any length, between offsets. */
export function isListLike(arrow: Arrow, type: DataType): boolean {
  const { DataType } = arrow
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isMap(type)
}
