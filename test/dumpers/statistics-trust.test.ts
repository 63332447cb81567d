/** Statistics are believed only where a footer says beyond doubt what they mean; footers are made by hand here. */
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { readStatistics } from '../../dumpers/_parquet/statistics.js'
import { type Fields, readStruct } from '../../dumpers/_parquet/thrift.js'

const BOOLEAN = 0
const INT32 = 1
const INT64 = 2
const INT96 = 3
const FLOAT = 4
const DOUBLE = 5
const BYTE_ARRAY = 6
const FIXED = 7

/** A thrift struct: number of the field to integer, bytes, boolean or struct. */
type Struct = { readonly [id: number]: number | Uint8Array | boolean | Struct }

interface Chunk {
  readonly physical: number
  readonly statistics?: Struct
  readonly element?: Struct
  /** @default TypeDefinedOrder */
  readonly order?: Struct | 'missing'
  readonly values?: number
}

const TYPE_DEFINED: Struct = { 1: {} }

function read(
  type: arrow.DataType,
  { physical, statistics, element = {}, order = TYPE_DEFINED, values = 3 }: Chunk,
): unknown {
  const metadata = { 1: physical, 5: values, ...(statistics === undefined ? {} : { 12: statistics }) }
  return readStatistics(arrow, fieldsOf(metadata), new arrow.Field('x', type, true), 3, {
    element: fieldsOf(element),
    order: order === 'missing' ? undefined : fieldsOf({ 1: order }).get(1),
  })
}

const int32 = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer)
const int64 = (value: bigint): Uint8Array => new Uint8Array(BigInt64Array.of(value).buffer)
const double = (value: number): Uint8Array => new Uint8Array(Float64Array.of(value).buffer)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
/** Statistics with both bounds in their current members. */
const bounds = (min: Uint8Array, max: Uint8Array): Struct => ({ 5: max, 6: min })
/** Statistics with both bounds in the members that came before them. */
const oldBounds = (min: Uint8Array, max: Uint8Array): Struct => ({ 1: max, 2: min })
/** LogicalType */
const logical = (id: number, members: Struct = {}): Struct => ({ 10: { [id]: members } })
/** ConvertedType */
const converted = (id: number): Struct => ({ 6: id })
const NONE = { rows: 3 }

test('without statistics nothing is known', () => {
  expect(read(new arrow.Int32(), { physical: INT32 })).toBeUndefined()
  expect(read(new arrow.Int32(), { physical: INT32, statistics: {} })).toEqual(NONE)
  expect(read(new arrow.Null(), { physical: INT32 })).toEqual({ rows: 3, nulls: 3 })
})

test('a chunk with other values than rows, or of a repeated column, says nothing of rows', () => {
  const statistics = bounds(int32(1), int32(2))
  expect(read(new arrow.Int32(), { physical: INT32, statistics, values: 4 })).toBeUndefined()
  expect(read(new arrow.Int32(), { physical: INT32, statistics, element: { 3: 2 } })).toBeUndefined()
})

test('a number of nulls beyond that of rows is none', () => {
  const nulls = (count: number): unknown =>
    read(new arrow.Int32(), { physical: INT32, statistics: { 3: count } })
  expect([nulls(0), nulls(3), nulls(4), nulls(-1)]).toEqual([
    { rows: 3, nulls: 0 },
    { rows: 3, nulls: 3 },
    NONE,
    NONE,
  ])
})

describe('the members that were there first', () => {
  test('are believed of integers with a sign', () => {
    const statistics = oldBounds(int32(-5), int32(2))
    expect(read(new arrow.Int32(), { physical: INT32, statistics })).toEqual({ rows: 3, min: -5, max: 2 })
    const wide = oldBounds(int64(-5n), int64(2n))
    const micros = logical(8, { 1: true, 2: { 2: {} } })
    expect(
      read(new arrow.TimestampMicrosecond('UTC'), { physical: INT64, statistics: wide, element: micros }),
    ).toEqual({
      rows: 3,
      min: -5n,
      max: 2n,
    })
  })

  test('are not believed of anything else', () => {
    expect(
      read(new arrow.Uint32(), {
        physical: INT32,
        statistics: oldBounds(int32(1), int32(2)),
        element: converted(13),
      }),
    ).toEqual(NONE)
    expect(
      read(new arrow.Utf8(), {
        physical: BYTE_ARRAY,
        statistics: oldBounds(bytes('a'), bytes('b')),
        element: converted(0),
      }),
    ).toEqual(NONE)
    expect(
      read(new arrow.Float64(), { physical: DOUBLE, statistics: oldBounds(double(1), double(2)) }),
    ).toEqual(NONE)
  })

  test('give way to the current ones', () => {
    const statistics = { ...oldBounds(int32(0), int32(9)), ...bounds(int32(1), int32(2)) }
    expect(read(new arrow.Int32(), { physical: INT32, statistics })).toEqual({ rows: 3, min: 1, max: 2 })
  })
})

test('an order that is not known makes bounds of none, but for integers with a sign where it is missing', () => {
  const text = { physical: BYTE_ARRAY, statistics: bounds(bytes('a'), bytes('b')), element: converted(0) }
  expect(read(new arrow.Utf8(), text)).toEqual({ rows: 3, min: bytes('a'), max: bytes('b') })
  expect(read(new arrow.Utf8(), { ...text, order: 'missing' })).toEqual(NONE)
  expect(read(new arrow.Utf8(), { ...text, order: { 2: {} } })).toEqual(NONE)
  const number = { physical: INT32, statistics: bounds(int32(-1), int32(1)) }
  expect(read(new arrow.Int32(), { ...number, order: 'missing' })).toEqual({ rows: 3, min: -1, max: 1 })
  expect(read(new arrow.Int32(), { ...number, order: { 2: {} } })).toEqual(NONE)
})

test('integers without a sign are compared without one', () => {
  const narrow = { physical: INT32, statistics: bounds(int32(1), int32(-1)) }
  const whole = { rows: 3, min: 1, max: 2 ** 32 - 1 }
  expect(read(new arrow.Uint32(), { ...narrow, element: logical(10, { 2: false }) })).toEqual(whole)
  expect(read(new arrow.Uint32(), { ...narrow, element: converted(13) })).toEqual(whole)
  // The schema that Arrow's writers embed may say otherwise than the column.
  expect(read(new arrow.Uint32(), narrow)).toEqual(NONE)
  expect(read(new arrow.Int32(), { ...narrow, element: converted(13) })).toEqual(NONE)
  const wide = { physical: INT64, statistics: bounds(int64(1n), int64(-1n)), element: converted(14) }
  expect(read(new arrow.Uint64(), wide)).toEqual({ rows: 3, min: 1n, max: 2n ** 64n - 1n })
})

test('a bound that the type cannot hold is none', () => {
  const statistics = bounds(int32(-129), int32(127))
  expect(read(new arrow.Int8(), { physical: INT32, statistics, element: converted(15) })).toEqual({
    rows: 3,
    max: 127,
  })
})

test('NaN and bounds in the wrong order are none', () => {
  const doubles = (min: number, max: number): unknown =>
    read(new arrow.Float64(), { physical: DOUBLE, statistics: bounds(double(min), double(max)) })
  expect(doubles(Number.NaN, 1)).toEqual(NONE)
  expect(doubles(1, Number.NaN)).toEqual(NONE)
  expect(doubles(2, 1)).toEqual(NONE)
  expect(doubles(1, 2)).toEqual({ rows: 3, min: 1, max: 2 })
  const texts = { physical: BYTE_ARRAY, statistics: bounds(bytes('b'), bytes('a')) }
  expect(read(new arrow.Utf8(), texts)).toEqual(NONE)
})

test('bytes of the wrong length are none', () => {
  for (const length of [0, 3, 5]) {
    const statistics = bounds(new Uint8Array(length), new Uint8Array(length))
    expect(read(new arrow.Int32(), { physical: INT32, statistics })).toEqual(NONE)
    expect(read(new arrow.Float32(), { physical: FLOAT, statistics })).toEqual(NONE)
    expect(read(new arrow.Float16(), { physical: FIXED, statistics, element: logical(15) })).toEqual(NONE)
  }
  expect(
    read(new arrow.Bool(), { physical: BOOLEAN, statistics: bounds(Uint8Array.of(0), Uint8Array.of(2)) }),
  ).toEqual({ rows: 3, min: 0 })
})

test('a physical type other than that of the Arrow type is not decoded', () => {
  const statistics = bounds(new Uint8Array(12), new Uint8Array(12))
  expect(read(new arrow.TimestampNanosecond(), { physical: INT96, statistics })).toEqual(NONE)
  expect(read(new arrow.Float64(), { physical: INT64, statistics: bounds(int64(1n), int64(2n)) })).toEqual(
    NONE,
  )
  expect(
    read(new arrow.Float16(), {
      physical: FIXED,
      statistics: bounds(Uint8Array.of(0, 1), Uint8Array.of(0, 2)),
    }),
  ).toEqual(NONE)
})

test('a time in another unit than that of the file is not compared', () => {
  const statistics = bounds(int64(1n), int64(2n))
  const micros = logical(8, { 1: false, 2: { 2: {} } })
  const found = { rows: 3, min: 1n, max: 2n }
  expect(read(new arrow.TimestampMicrosecond(), { physical: INT64, statistics, element: micros })).toEqual(
    found,
  )
  expect(read(new arrow.TimestampMillisecond(), { physical: INT64, statistics, element: micros })).toEqual(
    NONE,
  )
  expect(
    read(new arrow.TimestampMillisecond(), { physical: INT64, statistics, element: converted(9) }),
  ).toEqual(found)
  expect(read(new arrow.TimestampSecond(), { physical: INT64, statistics, element: converted(9) })).toEqual(
    NONE,
  )
  expect(read(new arrow.TimeMicrosecond(), { physical: INT64, statistics, element: converted(8) })).toEqual(
    found,
  )
})

test('decimals are numbers with the sign first, whole, and of the same scale', () => {
  const type = new arrow.Decimal(2, 9, 128)
  const scale2 = logical(5, { 1: 2, 2: 9 })
  const statistics = bounds(Uint8Array.of(0xff, 0x38), Uint8Array.of(0x00, 0xc8))
  const found = { rows: 3, min: -200n, max: 200n }
  expect(read(type, { physical: FIXED, statistics, element: scale2 })).toEqual(found)
  expect(read(type, { physical: BYTE_ARRAY, statistics, element: { 6: 5, 7: 2 } })).toEqual(found)
  expect(read(type, { physical: FIXED, statistics, element: logical(5, { 1: 3, 2: 9 }) })).toEqual(NONE)
  const cut = { ...statistics, 7: false, 8: true }
  expect(read(type, { physical: FIXED, statistics: cut, element: scale2 })).toEqual({ rows: 3, min: -200n })
  expect(read(type, { physical: INT32, statistics: bounds(int32(-2), int32(2)), element: scale2 })).toEqual({
    rows: 3,
    min: -2n,
    max: 2n,
  })
})

test('strings that were cut are still bounds', () => {
  const statistics = { ...bounds(bytes('aaa'), bytes('aab')), 7: false, 8: false }
  expect(read(new arrow.Utf8(), { physical: BYTE_ARRAY, statistics, element: logical(1) })).toEqual({
    rows: 3,
    min: bytes('aaa'),
    max: bytes('aab'),
  })
})

test('a dictionary has the bounds of its values', () => {
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())
  const statistics = bounds(bytes('a'), bytes('b'))
  expect(read(type, { physical: BYTE_ARRAY, statistics, element: logical(1) })).toMatchObject({
    min: bytes('a'),
  })
})

test('lists and the like have none', () => {
  const type = new arrow.List(new arrow.Field('item', new arrow.Int32(), true))
  expect(read(type, { physical: INT32, statistics: bounds(int32(1), int32(2)) })).toEqual(NONE)
})

function fieldsOf(struct: Struct): Fields {
  return readStruct(encoded(struct))
}

/** https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
function encoded(struct: Struct): Uint8Array {
  let last = 0
  const pieces = Object.entries(struct).map(([name, value]) => {
    const step = Number(name) - last
    last = Number(name)
    const header = (type: number): number => (step << 4) | type
    if (typeof value === 'boolean') return [header(value ? 1 : 2)]
    if (typeof value === 'number') return [header(6), ...varint(value >= 0 ? value * 2 : -value * 2 - 1)]
    if (value instanceof Uint8Array) return [header(8), ...varint(value.length), ...value]
    return [header(12), ...encoded(value)]
  })
  return Uint8Array.from([...pieces.flat(), 0])
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 0x80, ...varint(Math.floor(value / 128))]
}
