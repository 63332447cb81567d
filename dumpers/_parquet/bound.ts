/**
 * How the smallest and largest value of a column are encoded in a footer: by the physical type of the file, its
 * annotation and the Arrow type that it is read as. Only where the three are known to fit is anything decoded.
 * Format: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 */
import type { DataType } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import { halfToNumber } from '../_arrow/scan-numbers.js'
import type { Raw } from '../_arrow/value-set.js'
import { type Fields, readNumber, readStruct } from './thrift.js'

export interface Bound {
  /** The values are integers with a sign: their order has always been the same. */
  readonly isSigned: boolean
  /** A part of a value is no bound. */
  readonly isWhole: boolean
  /** Undefined where the bytes are none of such a value. */
  decode(bytes: Uint8Array): Raw | undefined
}

const BOOLEAN = 0
const INT32 = 1
const INT64 = 2
const FLOAT = 4
const DOUBLE = 5
const BYTE_ARRAY = 6
const FIXED = 7

/** The annotation of a leaf. Units are Arrow's: 1 milli-, 2 micro-, 3 nanoseconds. */
type Annotation =
  | 'none'
  | 'signed'
  | 'unsigned'
  | 'bytes'
  | 'date'
  | 'half'
  | 'other'
  | `time${number}`
  | `timestamp${number}`
  | `decimal${number}`

/** `physical` is the Type in the metadata of the chunk, `element` the SchemaElement. */
export function boundOf(arrow: Arrow, type: DataType, physical: number, element: Fields): Bound | undefined {
  const { DataType } = arrow
  const annotation = annotationOf(element)
  const only = (bound: Bound, ...forms: readonly [number, Annotation][]): Bound | undefined =>
    forms.some(([number, name]) => number === physical && name === annotation) ? bound : undefined

  if (DataType.isBool(type)) return only(BOOL, [BOOLEAN, 'none'])
  if (DataType.isInt(type)) {
    const { bitWidth, isSigned } = type
    const number = bitWidth === 64 ? INT64 : INT32
    const bound = bitWidth === 64 ? long(isSigned) : int(bitWidth, isSigned)
    return isSigned ? only(bound, [number, 'signed'], [number, 'none']) : only(bound, [number, 'unsigned'])
  }
  if (DataType.isFloat(type)) {
    if (type.precision === arrow.Precision.HALF) return only(HALF, [FIXED, 'half'])
    return type.precision === arrow.Precision.SINGLE
      ? only(SINGLE, [FLOAT, 'none'])
      : only(REAL, [DOUBLE, 'none'])
  }
  if (DataType.isDecimal(type)) {
    const name: Annotation = `decimal${type.scale}`
    if (physical === INT32) return only(INT32_DECIMAL, [INT32, name])
    return physical === INT64
      ? only(long(true), [INT64, name])
      : only(BIG_ENDIAN, [FIXED, name], [BYTE_ARRAY, name])
  }
  if (DataType.isDate(type)) {
    return type.unit === arrow.DateUnit.DAY
      ? only(int(32, true), [INT32, 'date'])
      : only(long(true), [INT64, 'none'])
  }
  // Parquet knows no seconds; they are plain integers, and so are durations.
  if (DataType.isTimestamp(type))
    return only(long(true), [INT64, type.unit === 0 ? 'none' : `timestamp${type.unit}`])
  if (DataType.isTime(type)) {
    const name: Annotation = type.unit === 0 ? 'none' : `time${type.unit}`
    return type.bitWidth === 32 ? only(int(32, true), [INT32, name]) : only(long(true), [INT64, name])
  }
  if (DataType.isDuration(type)) return only(long(true), [INT64, 'none'])
  if (DataType.isFixedSizeBinary(type)) return only(BYTES, [FIXED, 'none'], [FIXED, 'bytes'])
  const isText = DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)
  const isBinary = DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isBinaryView(type)
  return isText || isBinary ? only(BYTES, [BYTE_ARRAY, 'none'], [BYTE_ARRAY, 'bytes']) : undefined
}

const BYTES: Bound = { isSigned: false, isWhole: false, decode: bytes => bytes }

const BOOL: Bound = whole(false, 1, view => {
  const value = view.getUint8(0)
  return value <= 1 ? value : undefined
})
const HALF: Bound = whole(false, 2, view => halfToNumber(view.getUint16(0, true)))
const SINGLE: Bound = whole(false, 4, view => view.getFloat32(0, true))
const REAL: Bound = whole(false, 8, view => view.getFloat64(0, true))
const INT32_DECIMAL: Bound = whole(true, 4, view => BigInt(view.getInt32(0, true)))
const BIG_ENDIAN: Bound = {
  isSigned: false,
  isWhole: true,
  decode(bytes) {
    if (bytes.byteLength === 0 || bytes.byteLength > 32) return undefined
    const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
    return BigInt.asIntN(8 * bytes.byteLength, value)
  },
}

/** Narrower integers are kept in 32 bits. A bound that they cannot hold is none. */
function int(bits: number, isSigned: boolean): Bound {
  return whole(isSigned, 4, view => {
    const value = isSigned ? view.getInt32(0, true) : view.getUint32(0, true)
    const least = isSigned ? -(2 ** (bits - 1)) : 0
    return value >= least && value < least + 2 ** bits ? value : undefined
  })
}

function long(isSigned: boolean): Bound {
  return whole(isSigned, 8, view => (isSigned ? view.getBigInt64(0, true) : view.getBigUint64(0, true)))
}

function whole(isSigned: boolean, length: number, read: (view: DataView) => Raw | undefined): Bound {
  return {
    isSigned,
    isWhole: true,
    decode: bytes =>
      bytes.byteLength === length ? read(new DataView(bytes.buffer, bytes.byteOffset, length)) : undefined,
  }
}

/** LogicalType where it is there, else the older ConvertedType. */
function annotationOf(element: Fields): Annotation {
  const logical = element.get(10)
  if (logical !== undefined) {
    const [member] = readStruct(logical)
    return member === undefined ? 'other' : logicalType(member[0], readStruct(member[1]))
  }
  const converted = element.get(6)
  return converted === undefined ? 'none' : convertedType(readNumber(converted), element)
}

function logicalType(id: number, members: Fields): Annotation {
  // STRING ENUM JSON BSON UUID
  if ([1, 4, 12, 13, 14].includes(id)) return 'bytes'
  if (id === 5) return decimalOf(members, 1)
  if (id === 6) return 'date'
  if (id === 7 || id === 8) {
    const unit = members.get(2)
    const [name] = unit === undefined ? [] : [...readStruct(unit).keys()]
    return name === undefined ? 'other' : `${id === 7 ? 'time' : 'timestamp'}${name}`
  }
  // INTEGER, whose second member is a boolean: in a struct it is in the type of the field.
  if (id === 10) return members.get(2)?.type === 1 ? 'signed' : 'unsigned'
  return id === 15 ? 'half' : 'other'
}

function convertedType(id: number, element: Fields): Annotation {
  // UTF8 ENUM JSON BSON
  if ([0, 4, 19, 20].includes(id)) return 'bytes'
  if (id === 5) return decimalOf(element, 7)
  if (id === 6) return 'date'
  if (id === 7 || id === 8) return `time${id - 6}`
  if (id === 9 || id === 10) return `timestamp${id - 8}`
  if (id >= 11 && id <= 14) return 'unsigned'
  return id >= 15 && id <= 18 ? 'signed' : 'other'
}

/** Without a scale it is 0. */
function decimalOf(members: Fields, id: number): Annotation {
  const scale = members.get(id)
  return `decimal${scale === undefined ? 0 : readNumber(scale)}`
}
