/**
 * An Arrow column of a JavaScript array. Its type follows from the values and nothing is narrowed: every number
 * becomes float64 (a typed array says otherwise), and what does not fit one type is refused.
 */
import type { Data, DataType } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import type { Arrow } from './rebuild.js'

type Kind = 'boolean' | 'number' | 'bigint' | 'string' | 'Date' | 'Uint8Array'
type NumericArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

const LONE_SURROGATE = /\p{Surrogate}/u
const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n

export function isNumericArray(value: unknown): value is NumericArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

/** The column of a typed array, which shares its memory. */
export function typedColumn(arrow: Arrow, values: NumericArray): Data {
  // Float16Array is newer than the runtimes and the typings that this package supports.
  if (values.constructor.name === 'Float16Array') {
    const bits = new Uint16Array(values.buffer, values.byteOffset, values.length)
    return arrow.makeData({ type: new arrow.Float16(), length: bits.length, nullCount: 0, data: bits })
  }
  const plain =
    values instanceof Uint8ClampedArray || Buffer.isBuffer(values)
      ? new Uint8Array(values.buffer, values.byteOffset, values.length)
      : values
  return arrow.makeVector(plain).data[0]!
}

/** The column of an array of values; `null` and `undefined` are nulls. */
export function inferColumn(arrow: Arrow, name: string, values: readonly unknown[]): Data {
  const kind = kindOf(name, values)
  const { length } = values
  if (kind === undefined) return arrow.makeData({ type: new arrow.Null(), length })
  const { nullBitmap, nullCount } = validity(values)
  const rest = { length, nullCount, nullBitmap }
  switch (kind) {
    case 'boolean':
      return arrow.makeData({ type: new arrow.Bool(), data: bits(values, value => value === true), ...rest })
    case 'number':
      return arrow.makeData({
        type: new arrow.Float64(),
        data: Float64Array.from(values, value => (typeof value === 'number' ? value : 0)),
        ...rest,
      })
    case 'bigint':
      return bigints(arrow, name, values, rest)
    case 'Date':
      return arrow.makeData({
        type: new arrow.TimestampMillisecond(),
        data: BigInt64Array.from(values, value => (value instanceof Date ? milliseconds(name, value) : 0n)),
        ...rest,
      })
    case 'string':
      for (const value of values) {
        if (typeof value === 'string' && LONE_SURROGATE.test(value)) {
          throw rejected(name, 'holds a string with half a surrogate pair, which UTF-8 has no form for')
        }
      }
      return built(arrow, values, new arrow.Utf8())
    case 'Uint8Array':
      return built(arrow, values, new arrow.Binary())
  }
}

function bigints(
  arrow: Arrow,
  name: string,
  values: readonly unknown[],
  rest: { length: number; nullCount: number; nullBitmap: Uint8Array | undefined },
): Data {
  let low = 0n
  let high = 0n
  for (const value of values) {
    if (typeof value !== 'bigint') continue
    if (value < low) low = value
    if (value > high) high = value
  }
  const whole = (value: unknown): bigint => (typeof value === 'bigint' ? value : 0n)
  if (low >= INT64_MIN && high <= INT64_MAX) {
    return arrow.makeData({ type: new arrow.Int64(), data: BigInt64Array.from(values, whole), ...rest })
  }
  if (low >= 0n && high <= UINT64_MAX) {
    return arrow.makeData({ type: new arrow.Uint64(), data: BigUint64Array.from(values, whole), ...rest })
  }
  throw rejected(name, `holds integers from ${low} to ${high}, which fit neither int64 nor uint64`)
}

function built(arrow: Arrow, values: readonly unknown[], type: DataType): Data {
  const vector = arrow.vectorFromArray(
    values.map(value => value ?? null),
    type,
  )
  return vector.data[0] ?? arrow.makeVector({ type, length: 0 }).data[0]!
}

function kindOf(name: string, values: readonly unknown[]): Kind | undefined {
  let kind: Kind | undefined
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === null || value === undefined) continue
    const found = kindOfValue(name, value)
    if (kind !== undefined && found !== kind) {
      throw rejected(name, `holds ${kind} and, in row ${i}, ${found}; a column has one type`)
    }
    kind = found
  }
  return kind
}

function kindOfValue(name: string, value: unknown): Kind {
  const type = typeof value
  if (type === 'boolean' || type === 'number' || type === 'bigint' || type === 'string') return type
  if (value instanceof Date) return 'Date'
  if (value instanceof Uint8Array) return 'Uint8Array'
  const what = Array.isArray(value) ? 'an array' : type === 'object' ? 'an object' : `a ${type}`
  throw rejected(
    name,
    `holds ${what}. Build an Apache Arrow Table, which says the types, or store it as JSON`,
  )
}

function milliseconds(name: string, date: Date): bigint {
  const time = date.getTime()
  if (Number.isNaN(time)) throw rejected(name, 'holds an invalid Date')
  return BigInt(time)
}

function validity(values: readonly unknown[]): { nullBitmap: Uint8Array | undefined; nullCount: number } {
  let nullCount = 0
  for (const value of values) if (value === null || value === undefined) nullCount++
  if (nullCount === 0) return { nullBitmap: undefined, nullCount }
  return { nullBitmap: bits(values, value => value !== null && value !== undefined), nullCount }
}

/** Arrow's bitmaps: least significant bit first. */
function bits(values: readonly unknown[], isSet: (value: unknown) => boolean): Uint8Array {
  const out = new Uint8Array((values.length + 7) >> 3)
  for (let i = 0; i < values.length; i++) if (isSet(values[i])) out[i >> 3]! |= 1 << (i & 7)
  return out
}

function rejected(name: string, what: string): DirdictError {
  return new DirdictError('VALUE_REJECTED', `Column ${JSON.stringify(name)} ${what}.`)
}
