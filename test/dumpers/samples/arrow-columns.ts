/** A column of every Arrow type, with its extremes, and how tables are compared. */
import * as arrow from 'apache-arrow'

/** Name, type and values, of which one at least is null where the type has nulls. */
export type TypedColumn = readonly [name: string, data: arrow.Data]

const item = (type: arrow.DataType): arrow.Field => new arrow.Field('item', type, true)
const built = (type: arrow.DataType, values: readonly unknown[]): arrow.Data =>
  arrow.vectorFromArray(values, type).data[0]!
/** The third of four values is null. */
const raw = <T extends arrow.DataType>(type: T, data: T['TArray']): arrow.Data =>
  new arrow.Data<arrow.DataType>(type, 0, 4, 1, [undefined, data, Uint8Array.of(0b1011), undefined])

const MAX = 2 ** 32 - 1
const int64s = BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n, 1_700_000_000_123_456_789n)
const pair = [item(new arrow.Int32()), new arrow.Field('text', new arrow.Utf8(), true)]
const entries = new arrow.Field(
  'entries',
  new arrow.Struct([
    new arrow.Field('key', new arrow.Utf8(), false),
    new arrow.Field('value', new arrow.Int32(), true),
  ]),
  false,
)
const keysOf = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())
const long = 'more than twelve bytes: größer'

const dense = arrow.makeData({
  type: new arrow.DenseUnion([5, 2], pair),
  length: 4,
  typeIds: Int8Array.of(5, 2, 5, 2),
  valueOffsets: Int32Array.of(0, 0, 1, 1),
  children: [built(new arrow.Int32(), [7, null]), built(new arrow.Utf8(), ['x', 'y'])],
})
const sparse = arrow.makeData({
  type: new arrow.SparseUnion([0, 1], pair),
  length: 4,
  typeIds: Int8Array.of(0, 1, 0, 1),
  children: [built(new arrow.Int32(), [7, 0, null, 0]), built(new arrow.Utf8(), ['', 'x', '', 'y'])],
})

/** Four rows each. */
export const TYPED_COLUMNS: readonly TypedColumn[] = [
  ['null', arrow.makeData({ type: new arrow.Null(), length: 4 })],
  ['bool', built(new arrow.Bool(), [true, null, false, true])],
  ['int8', built(new arrow.Int8(), [-128, 127, null, 0])],
  ['int16', built(new arrow.Int16(), [-32768, 32767, null, 0])],
  ['int32', built(new arrow.Int32(), [-(2 ** 31), 2 ** 31 - 1, null, 0])],
  ['int64', raw(new arrow.Int64(), int64s)],
  ['uint8', built(new arrow.Uint8(), [0, 255, null, 1])],
  ['uint16', built(new arrow.Uint16(), [0, 65535, null, 1])],
  ['uint32', built(new arrow.Uint32(), [0, 2 ** 32 - 1, null, 1])],
  ['uint64', raw(new arrow.Uint64(), BigUint64Array.of(0n, 2n ** 64n - 1n, 0n, 2n ** 63n))],
  ['float16', built(new arrow.Float16(), [1.5, -0.25, null, 65504])],
  ['float32', built(new arrow.Float32(), [Number.NaN, Number.POSITIVE_INFINITY, null, -0])],
  ['float64', built(new arrow.Float64(), [Number.NaN, -0, null, 5e-324])],
  ['utf8', built(new arrow.Utf8(), ['', 'Zürich', null, '𝔘𝔫𝔦'])],
  ['large utf8', built(new arrow.LargeUtf8(), ['', 'Zürich', null, '𝔘𝔫𝔦'])],
  ['utf8 view', built(new arrow.Utf8View(), ['', long, null, `${long}!`])],
  ['binary', built(new arrow.Binary(), [Uint8Array.of(0, 255), new Uint8Array(), null, Uint8Array.of(1)])],
  [
    'large binary',
    built(new arrow.LargeBinary(), [Uint8Array.of(0, 255), new Uint8Array(), null, Uint8Array.of(1)]),
  ],
  [
    'binary view',
    built(new arrow.BinaryView(), [new Uint8Array(20).fill(3), new Uint8Array(), null, Uint8Array.of(1)]),
  ],
  [
    'fixed size binary',
    built(new arrow.FixedSizeBinary(2), [
      Uint8Array.of(1, 2),
      Uint8Array.of(3, 4),
      null,
      Uint8Array.of(5, 6),
    ]),
  ],
  [
    'decimal 128',
    raw(
      new arrow.Decimal(2, 20, 128),
      Uint32Array.of(12345, 0, 0, 0, MAX, MAX, MAX, MAX, 0, 0, 0, 0, MAX, 5, 0, 0),
    ),
  ],
  [
    'decimal 256',
    raw(
      new arrow.Decimal(-3, 60, 256),
      Uint32Array.from({ length: 32 }, (_, i) => (i % 8 < 6 ? i : 0)),
    ),
  ],
  ['date', built(new arrow.DateDay(), [0, 86_400_000 * 19_000, null, -86_400_000])],
  ['date in milliseconds', built(new arrow.DateMillisecond(), [0, 86_400_000, null, -86_400_000])],
  ['time[s]', built(new arrow.TimeSecond(), [0, 86_399, null, 1])],
  ['time[ms]', built(new arrow.TimeMillisecond(), [0, 86_399_999, null, 1])],
  ['time[us]', raw(new arrow.TimeMicrosecond(), BigInt64Array.of(0n, 86_399_999_999n, 0n, 1n))],
  ['time[ns]', raw(new arrow.TimeNanosecond(), BigInt64Array.of(0n, 86_399_999_999_999n, 0n, 1n))],
  ['timestamp[s]', raw(new arrow.TimestampSecond(), BigInt64Array.of(0n, 1_700_000_000n, 0n, -5n))],
  ['timestamp[ms]', raw(new arrow.TimestampMillisecond('Europe/Berlin'), BigInt64Array.of(0n, 1n, 0n, -5n))],
  ['timestamp[us]', raw(new arrow.TimestampMicrosecond('+02:00'), BigInt64Array.of(0n, 1n, 0n, -5n))],
  ['timestamp[ns]', raw(new arrow.TimestampNanosecond('UTC'), int64s)],
  ['duration', raw(new arrow.DurationNanosecond(), int64s)],
  ['interval of months', raw(new arrow.IntervalYearMonth(), Int32Array.of(1, -13, 0, 25))],
  ['interval of days', raw(new arrow.IntervalDayTime(), Int32Array.of(1, 2, -3, 4, 0, 0, 5, 6))],
  [
    'interval of nanoseconds',
    raw(
      new arrow.IntervalMonthDayNano(),
      Int32Array.from({ length: 16 }, (_, i) => i),
    ),
  ],
  ['list', built(new arrow.List(item(new arrow.Int32())), [[1, 2], [], null, [null, 3]])],
  ['large list', built(new arrow.LargeList(item(new arrow.Utf8())), [['a', 'é'], [], null, [null, 'b']])],
  [
    'list of lists',
    built(new arrow.List(item(new arrow.List(item(new arrow.Bool())))), [
      [[true], []],
      [],
      null,
      [null, [false]],
    ]),
  ],
  [
    'fixed size list',
    built(new arrow.FixedSizeList(2, item(new arrow.Float32())), [[1, 2], [null, 3], null, [4, 5]]),
  ],
  [
    'struct',
    built(new arrow.Struct(pair), [
      { item: 1, text: 'x' },
      { item: null, text: 'ü' },
      null,
      { item: 3, text: null },
    ]),
  ],
  [
    'map',
    built(new arrow.Map_(entries), [
      new Map([
        ['a', 1],
        ['b', null],
      ]),
      new Map(),
      null,
      new Map([['c', 3]]),
    ]),
  ],
  ['dense union', dense],
  ['sparse union', sparse],
  ['dictionary', built(keysOf, ['a', 'b', null, 'a'])],
  [
    'dictionary of int64',
    built(new arrow.Dictionary(new arrow.Int64(), new arrow.Uint8()), [2n ** 60n, -1n, null, -1n]),
  ],
  ['list of dictionary', built(new arrow.List(item(keysOf)), [['p', 'q'], [], null, ['q', null]])],
]

/** One batch of some columns. */
export function tableOf(columns: readonly TypedColumn[]): arrow.Table {
  const fields = columns.map(
    ([name, { type }]) => new arrow.Field(name, type, true, new Map([['unit', `of ${name}`]])),
  )
  const schema = new arrow.Schema(fields, new Map([['study', 'größe']]))
  const length = columns[0]?.[1].length ?? 0
  const children = columns.map(([, data]) => data)
  const data = arrow.makeData({ type: new arrow.Struct(fields), length, nullCount: 0, children })
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, data)])
}

/** Everything that a table says, but for the cuts between its batches. */
export function contents(table: arrow.Table): unknown {
  const values = columnValues(table)
  return {
    metadata: [...table.schema.metadata],
    columns: table.schema.fields.map((field, i) => ({
      name: field.name,
      type: String(field.type),
      nullable: field.nullable,
      metadata: [...field.metadata],
      values: values[i],
    })),
  }
}

/** The values of each column, whatever its type. */
export function columnValues(table: arrow.Table): unknown[][] {
  return table.schema.fields.map((_, i) => table.batches.flatMap(batch => valuesOf(batch.data.children[i]!)))
}

/** Bytes and bits where Arrow's own `get` would round: times of 64 bits and decimals. */
function valuesOf(data: arrow.Data): unknown[] {
  const { DataType } = arrow
  const isRounded =
    DataType.isTimestamp(data.type) || DataType.isDecimal(data.type) || DataType.isInterval(data.type)
  return Array.from(new arrow.Vector([data]), (value: unknown, row) => {
    if (value === null || !isRounded) return plain(value)
    return [...data.values.subarray(row * data.stride, (row + 1) * data.stride)]
  })
}

function plain(value: unknown): unknown {
  if (value instanceof arrow.Vector) return value.data.flatMap(valuesOf)
  if (value instanceof arrow.StructRow) return plain(value.toJSON())
  if (value instanceof arrow.MapRow) return [...value].map(([key, item]) => [key, plain(item)])
  if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)]
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  }
  return value
}
