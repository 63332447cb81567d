/**
 * The types that a column of CSV can have, by the names that pyarrow gives them, and the Arrow types they stand for.
 * Nested types and bytes are not among them: text has no exact form for them that others read.
 */
import type { DataType, Dictionary } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'

/**
 * The type of a column, by the name that `pyarrow` gives it: `float64`, `utf8`, `date32`, `timestamp[ms]`,
 * `timestamp[ns, tz=Europe/Berlin]`, `time64[us]`, `duration[s]`, `decimal128(20, 2)` (precision and scale),
 * `dictionary<values=utf8, indices=int32, ordered=0>`.
 */
export type CsvType =
  | 'null'
  | 'bool'
  | `${'int' | 'uint'}${8 | 16 | 32}`
  | 'int64'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'utf8'
  | 'large_utf8'
  | 'date32'
  | 'date64'
  | `timestamp[${'s' | 'ms' | 'us' | 'ns'}]`
  | `timestamp[${'s' | 'ms' | 'us' | 'ns'}, tz=${string}]`
  | 'time32[s]'
  | 'time32[ms]'
  | 'time64[us]'
  | 'time64[ns]'
  | `duration[${'s' | 'ms' | 'us' | 'ns'}]`
  | `decimal${32 | 64 | 128 | 256}(${number}, ${number})`
  | `dictionary<values=${'utf8' | 'large_utf8'}, indices=${'int' | 'uint'}${8 | 16 | 32}, ordered=${0 | 1}>`

/** A type, taken apart. */
export type Kind =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool' }
  | IntegerKind
  | { readonly kind: 'float'; readonly bits: number }
  | TextKind
  | { readonly kind: 'date'; readonly bits: number }
  | { readonly kind: 'timestamp'; readonly unit: number; readonly zone: string | undefined }
  | { readonly kind: 'time'; readonly unit: number }
  | { readonly kind: 'duration'; readonly unit: number }
  | {
      readonly kind: 'decimal'
      readonly bits: number
      readonly precision: number
      readonly scale: number
    }
  | {
      readonly kind: 'dictionary'
      readonly values: TextKind
      readonly index: IntegerKind
      readonly ordered: boolean
    }
export interface IntegerKind {
  readonly kind: 'integer'
  readonly bits: 8 | 16 | 32 | 64
  readonly signed: boolean
}
export interface TextKind {
  readonly kind: 'text'
  readonly large: boolean
}

/** By Arrow's number of the unit. */
const UNITS: readonly string[] = ['s', 'ms', 'us', 'ns']
/** The digits that decimals of so many bits hold. */
export const MOST_DIGITS: ReadonlyMap<number, number> = new Map([
  [32, 9],
  [64, 18],
  [128, 38],
  [256, 76],
])

/** The type of this name; undefined where there is none. */
export function parseType(name: string): Kind | undefined {
  if (name === 'null' || name === 'bool') return { kind: name }
  if (name === 'float16' || name === 'float32' || name === 'float64')
    return { kind: 'float', bits: Number(name.slice(5)) }
  if (name === 'date32' || name === 'date64') return { kind: 'date', bits: Number(name.slice(4)) }
  return (
    parseInteger(name) ?? parseText(name) ?? parseTime(name) ?? parseDecimal(name) ?? parseDictionary(name)
  )
}

/** The name of this type; a name of the public type {@link CsvType}. */
export function nameOf(kind: Kind): string {
  switch (kind.kind) {
    case 'null':
    case 'bool':
      return kind.kind
    case 'integer':
      return `${kind.signed ? '' : 'u'}int${kind.bits}`
    case 'float':
    case 'date':
      return `${kind.kind}${kind.bits}`
    case 'text':
      return kind.large ? 'large_utf8' : 'utf8'
    case 'timestamp':
      return `timestamp[${UNITS[kind.unit]}${kind.zone === undefined ? '' : `, tz=${kind.zone}`}]`
    case 'time':
      return `time${kind.unit < 2 ? 32 : 64}[${UNITS[kind.unit]}]`
    case 'duration':
      return `duration[${UNITS[kind.unit]}]`
    case 'decimal':
      return `decimal${kind.bits}(${kind.precision}, ${kind.scale})`
    case 'dictionary':
      return `dictionary<values=${nameOf(kind.values)}, indices=${nameOf(kind.index)}, ordered=${kind.ordered ? 1 : 0}>`
  }
}

/** What CSV makes of an Arrow type; undefined where it has no exact form for it. */
export function kindOf(arrow: Arrow, type: DataType): Kind | undefined {
  const { DataType } = arrow
  if (DataType.isNull(type)) return { kind: 'null' }
  if (DataType.isBool(type)) return { kind: 'bool' }
  if (DataType.isInt(type)) return { kind: 'integer', bits: type.bitWidth, signed: type.isSigned }
  if (DataType.isFloat(type)) return { kind: 'float', bits: 16 << type.precision }
  if (DataType.isUtf8(type)) return { kind: 'text', large: false }
  if (DataType.isLargeUtf8(type)) return { kind: 'text', large: true }
  if (DataType.isDate(type)) return { kind: 'date', bits: type.unit === 0 ? 32 : 64 }
  if (DataType.isTimestamp(type))
    return { kind: 'timestamp', unit: type.unit, zone: type.timezone ?? undefined }
  if (DataType.isTime(type)) return { kind: 'time', unit: type.unit }
  if (DataType.isDuration(type)) return { kind: 'duration', unit: type.unit }
  if (DataType.isDecimal(type))
    return { kind: 'decimal', bits: type.bitWidth, precision: type.precision, scale: type.scale }
  if (!DataType.isDictionary(type)) return undefined
  const values = kindOf(arrow, type.dictionary)
  const { bitWidth: bits, isSigned: signed } = type.indices
  if (values?.kind !== 'text') return undefined
  return { kind: 'dictionary', values, index: { kind: 'integer', bits, signed }, ordered: type.isOrdered }
}

/** The Arrow type. Each call makes another dictionary. */
export function arrowType(arrow: Arrow, kind: Kind): DataType {
  switch (kind.kind) {
    case 'null':
      return new arrow.Null()
    case 'bool':
      return new arrow.Bool()
    case 'integer':
      return new arrow.Int(kind.signed, kind.bits)
    case 'float':
      return new arrow.Float(kind.bits >> 5)
    case 'text':
      return kind.large ? new arrow.LargeUtf8() : new arrow.Utf8()
    case 'date':
      return kind.bits === 32 ? new arrow.DateDay() : new arrow.DateMillisecond()
    case 'timestamp':
      return new arrow.Timestamp(kind.unit, kind.zone)
    case 'time':
      return new arrow.Time(kind.unit, kind.unit < 2 ? 32 : 64)
    case 'duration':
      return new arrow.Duration(kind.unit)
    case 'decimal':
      return new arrow.Decimal(kind.scale, kind.precision, kind.bits)
    case 'dictionary':
      return new arrow.Dictionary(
        arrowType(arrow, kind.values),
        indexType(arrow, kind.index),
        null,
        kind.ordered,
      )
  }
}

function parseInteger(name: string): IntegerKind | undefined {
  const found = /^(u?)int(8|16|32|64)$/.exec(name)
  const bits = ([8, 16, 32, 64] as const).find(width => String(width) === found?.[2])
  return bits === undefined ? undefined : { kind: 'integer', bits, signed: found?.[1] === '' }
}

function parseText(name: string): TextKind | undefined {
  return name === 'utf8' || name === 'large_utf8' ? { kind: 'text', large: name !== 'utf8' } : undefined
}

function parseTime(name: string): Kind | undefined {
  const [, word = '', unitName = '', zone] =
    /^(timestamp|duration|time32|time64)\[(s|ms|us|ns)(?:, tz=([^\]]+))?\]$/.exec(name) ?? []
  const unit = UNITS.indexOf(unitName)
  if (word === 'timestamp') return { kind: word, unit, zone }
  if (word === '' || zone !== undefined) return undefined
  if (word === 'duration') return { kind: word, unit }
  return (word === 'time32') === unit < 2 ? { kind: 'time', unit } : undefined
}

function parseDecimal(name: string): Kind | undefined {
  const [bits = 0, precision = 0, scale = 0] =
    /^decimal(32|64|128|256)\((\d+), ?(-?\d+)\)$/.exec(name)?.slice(1).map(Number) ?? []
  const most = MOST_DIGITS.get(bits) ?? 0
  if (precision < 1 || precision > most || Math.abs(scale) > most) return undefined
  return { kind: 'decimal', bits, precision, scale }
}

function parseDictionary(name: string): Kind | undefined {
  const parts = /^dictionary<values=(\w+), indices=(\w+), ordered=([01])>$/.exec(name)
  const values = parseText(parts?.[1] ?? '')
  const index = parseInteger(parts?.[2] ?? '')
  if (values === undefined || index === undefined || index.bits === 64) return undefined
  return { kind: 'dictionary', values, index, ordered: parts?.[3] === '1' }
}

/** The constructor wants one of the classes by width. */
function indexType(arrow: Arrow, { bits, signed }: IntegerKind): Dictionary['indices'] {
  if (bits === 8) return signed ? new arrow.Int8() : new arrow.Uint8()
  if (bits === 16) return signed ? new arrow.Int16() : new arrow.Uint16()
  return signed ? new arrow.Int32() : new arrow.Uint32()
}
