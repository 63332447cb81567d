/**
 * The type that holds the values of two types exactly: parts are written one by one, and a column that is all null in one
 * of them, or has small integers there, has another type than in the others.
 */
import type { DataType } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'

/** By their names, which tell children, units and zones, and by what these leave out. */
export function isSameType(a: DataType, b: DataType): boolean {
  return typeName(a) === typeName(b)
}

/** Arrow's name, and the width of decimals, which it leaves out. */
export function typeName(type: DataType): string {
  const widths = [...decimalBits(type)]
  return widths.length === 0 ? String(type) : `${type} (${widths.join(', ')} bits)`
}

function* decimalBits(type: DataType): Generator<number> {
  if ('scale' in type && 'bitWidth' in type) yield Number(type.bitWidth)
  for (const { type: child } of type.children ?? []) yield* decimalBits(child)
  if ('dictionary' in type) yield* decimalBits(type.dictionary as DataType)
}

/** Undefined where there is none. Of 64-bit integers and floats each value is looked at when it is converted. */
export function commonType(arrow: Arrow, a: DataType, b: DataType): DataType | undefined {
  const { DataType } = arrow
  if (isSameType(a, b) || DataType.isNull(b)) return a
  if (DataType.isNull(a)) return b
  if (DataType.isInt(a) && DataType.isInt(b)) return commonInteger(arrow, a, b)
  if (isNumber(arrow, a) && isNumber(arrow, b)) return new arrow.Float64()
  if (isText(arrow, a) && isText(arrow, b)) return new arrow.LargeUtf8()
  if (isBytes(arrow, a) && isBytes(arrow, b)) return new arrow.LargeBinary()
  if (DataType.isDecimal(a) && DataType.isDecimal(b)) {
    if (a.scale !== b.scale || a.bitWidth !== b.bitWidth) return undefined
    return new arrow.Decimal(a.scale, Math.max(a.precision, b.precision), a.bitWidth)
  }
  if (DataType.isList(a) && DataType.isList(b)) {
    const item = commonType(arrow, a.valueType, b.valueType)
    return item && new arrow.List(new arrow.Field(a.children[0]!.name, item, true))
  }
  if (DataType.isDictionary(a) && DataType.isDictionary(b)) {
    const keys = commonInteger(arrow, a.indices, b.indices)
    if (keys === undefined || !isSameType(a.dictionary, b.dictionary)) return undefined
    return new arrow.Dictionary(a.dictionary, keys as typeof a.indices, a.id, a.isOrdered && b.isOrdered)
  }
  return undefined
}

interface Integer {
  readonly isSigned: boolean
  readonly bitWidth: number
}

function commonInteger(arrow: Arrow, a: Integer, b: Integer): DataType | undefined {
  const isSigned = a.isSigned || b.isSigned
  const bits = (one: Integer): number => (isSigned && !one.isSigned ? 2 * one.bitWidth : one.bitWidth)
  const width = Math.max(bits(a), bits(b))
  if (width === 8 || width === 16 || width === 32 || width === 64) return new arrow.Int(isSigned, width)
  return undefined
}

/** Halves lie in memory as their bits. */
function isNumber(arrow: Arrow, type: DataType): boolean {
  return arrow.DataType.isInt(type) || (arrow.DataType.isFloat(type) && type.precision > 0)
}

function isText({ DataType }: Arrow, type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type)
}

function isBytes({ DataType }: Arrow, type: DataType): boolean {
  return DataType.isBinary(type) || DataType.isLargeBinary(type)
}
