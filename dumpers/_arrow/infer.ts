/**
 * An Arrow column of a JavaScript array. Its type follows from the values and nothing is narrowed: every number
 * becomes float64 (a typed array says otherwise), and what does not fit one type is refused.
 */
import type { Data } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import { bitsOf, validityOf } from './bitmap.js'
import { packBytes, packStrings } from './packed.js'
import type { Arrow } from './rebuild.js'
import type { LargeValues, SmallValues } from './scan-numbers.js'

type Kind = 'boolean' | 'number' | 'bigint' | 'string' | 'Date' | 'Uint8Array'
type NumericArray = SmallValues | LargeValues | Uint8ClampedArray

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

/** The column of an array of values; `null` and `undefined` are nulls. Of more than 2 GiB of text it has several pieces. */
export function inferColumn(arrow: Arrow, name: string, values: readonly unknown[]): readonly Data[] {
  const kind = kindOf(name, values)
  const { length } = values
  try {
    if (kind === 'string') return packStrings(arrow, values)
    if (kind === 'Uint8Array') return packBytes(arrow, values)
  } catch (cause) {
    throw cause instanceof RangeError ? rejected(name, cause.message, cause) : cause
  }
  if (kind === undefined) return [arrow.makeData({ type: new arrow.Null(), length })]
  return [fixedColumn(arrow, name, kind, values, { length, ...validityOf(values) })]
}

interface Rest {
  readonly length: number
  readonly nullCount: number
  readonly nullBitmap: Uint8Array | undefined
}

function fixedColumn(
  arrow: Arrow,
  name: string,
  kind: Exclude<Kind, 'string' | 'Uint8Array'>,
  values: readonly unknown[],
  rest: Rest,
): Data {
  switch (kind) {
    case 'boolean':
      return arrow.makeData({
        type: new arrow.Bool(),
        data: bitsOf(values, value => value === true),
        ...rest,
      })
    case 'number': {
      const data = new Float64Array(values.length)
      for (let i = 0; i < data.length; i++) {
        const value = values[i]
        if (typeof value === 'number') data[i] = value
      }
      return arrow.makeData({ type: new arrow.Float64(), data, ...rest })
    }
    case 'bigint':
      return bigints(arrow, name, values, rest)
    case 'Date': {
      const data = new BigInt64Array(values.length)
      for (let i = 0; i < data.length; i++) {
        const value = values[i]
        if (value instanceof Date) data[i] = milliseconds(name, value)
      }
      return arrow.makeData({ type: new arrow.TimestampMillisecond(), data, ...rest })
    }
  }
}

function bigints(arrow: Arrow, name: string, values: readonly unknown[], rest: Rest): Data {
  let low = 0n
  let high = 0n
  for (const value of values) {
    if (typeof value !== 'bigint') continue
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low >= INT64_MIN && high <= INT64_MAX) {
    const data = stored(new BigInt64Array(values.length), values)
    return arrow.makeData({ type: new arrow.Int64(), data, ...rest })
  }
  if (low >= 0n && high <= UINT64_MAX) {
    const data = stored(new BigUint64Array(values.length), values)
    return arrow.makeData({ type: new arrow.Uint64(), data, ...rest })
  }
  throw rejected(name, `holds integers from ${low} to ${high}, which fit neither int64 nor uint64`)
}

function stored<T extends BigInt64Array | BigUint64Array>(data: T, values: readonly unknown[]): T {
  for (let i = 0; i < data.length; i++) {
    const value = values[i]
    if (typeof value === 'bigint') data[i] = value
  }
  return data
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

function rejected(name: string, what: string, cause?: unknown): DirdictError {
  return new DirdictError('VALUE_REJECTED', `Column ${JSON.stringify(name)} ${what}.`, { cause })
}
