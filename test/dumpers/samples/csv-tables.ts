/** Tables of every type that CSV holds, and how two tables are compared bit by bit. */
import * as arrow from 'apache-arrow'

export type Column = readonly [name: string, vector: arrow.Vector]

const { vectorFromArray } = arrow
const instants = BigInt64Array.of(0n, 1_700_000_000_123_456_789n, -1n, -(2n ** 63n))

/** A vector of exactly these bits; `vectorFromArray` takes times as milliseconds. */
export function vectorOf(
  type: arrow.DataType,
  values: ArrayBufferView & { readonly length: number },
): arrow.Vector {
  const length = Math.floor(values.length / strideOf(type))
  return new arrow.Vector([new arrow.Data(type, 0, length, 0, { 1: values })])
}

function strideOf(type: arrow.DataType): number {
  return arrow.DataType.isDecimal(type) ? type.bitWidth / 32 : 1
}

/** A table of these columns, with metadata of its own and of its fields. */
export function tableOf(columns: readonly Column[]): arrow.Table {
  const fields = columns.map(([name, { type }], i) => {
    return new arrow.Field(name, type, i % 2 === 0, new Map(i === 0 ? [['unit', 'mV']] : []))
  })
  const schema = new arrow.Schema(fields, new Map([['study', 'L5']]))
  const length = columns[0]?.[1].length ?? 0
  const children = columns.flatMap(([, vector]) => vector.data.slice(0, 1))
  const type = new arrow.Struct(fields)
  return new arrow.Table(schema, [
    new arrow.RecordBatch(schema, arrow.makeData({ type, length, nullCount: 0, children })),
  ])
}

/** Name, type, nullability, metadata and the exact values of each column; not how they are cut into batches. */
export function contentsOf(table: arrow.Table): unknown {
  const columns = table.schema.fields.map((field, i) => ({
    name: field.name,
    type: String(field.type),
    nullable: field.nullable,
    metadata: [...field.metadata],
    values: (table.getChildAt(i)?.data ?? []).flatMap(data => valuesOf(data)),
  }))
  return { columns, metadata: [...table.schema.metadata] }
}

/** Bits as they are where JavaScript's form of a value is rounder than it. */
function valuesOf(data: arrow.Data): unknown[] {
  const vector = new arrow.Vector([data])
  const stride = strideOf(data.type)
  const text = textOf(data)
  return Array.from({ length: data.length }, (_, row) => {
    // A slice of a column of type null takes its rows for valid.
    if (arrow.DataType.isNull(data.type) || !vector.isValid(row)) return null
    if (arrow.DataType.isBool(data.type)) return vector.get(row)
    if (text !== undefined) return text(row)
    const values: ArrayLike<unknown> = data.values
    return stride === 1 ? values[row] : Array.from({ length: stride }, (_, i) => values[row * stride + i])
  })
}

export const NUMBERS: readonly Column[] = [
  ['bool', vectorFromArray([true, null, false, true], new arrow.Bool())],
  ['int8', vectorFromArray([-128, 127, null, 0], new arrow.Int8())],
  ['uint32', vectorFromArray([0, 2 ** 32 - 1, null, 1], new arrow.Uint32())],
  ['int64', vectorFromArray([-(2n ** 63n), 2n ** 63n - 1n, null, 2n ** 53n + 1n], new arrow.Int64())],
  ['uint64', vectorFromArray([0n, 2n ** 64n - 1n, null, 1n], new arrow.Uint64())],
  ['float16', vectorFromArray([0.1, 65504, null, -0], new arrow.Float16())],
  ['float32', vectorFromArray([0.1, Number.NaN, null, -0], new arrow.Float32())],
  ['float64', vectorFromArray([0.1, Number.NEGATIVE_INFINITY, null, 5e-324], new arrow.Float64())],
  ['decimal', vectorOf(new arrow.Decimal(2, 20, 128), decimals())],
  ['null', vectorFromArray([null, null, null, null], new arrow.Null())],
]
export const TEXTS: readonly Column[] = [
  ['2', vectorFromArray(['', null, 'NA', ' "a", b\r\n\r'], new arrow.Utf8())],
  ['größe, µ\n', vectorFromArray(['漢字 🧠', '\ufeff', '\0', 'null'], new arrow.LargeUtf8())],
  ['', vectorFromArray(['b', null, 'a', 'b'], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()))],
  ['1', vectorFromArray([null, null, null, ''], new arrow.Utf8())],
]
export const TIMES: readonly Column[] = [
  ['date32', vectorFromArray([0, null, -86_400_000, 2 ** 43], new arrow.DateDay())],
  [
    'date64',
    vectorOf(new arrow.DateMillisecond(), BigInt64Array.of(0n, -86_400_000n, 864n * 10n ** 15n, 0n)),
  ],
  ['s', vectorOf(new arrow.TimestampSecond(), instants)],
  ['ms', vectorOf(new arrow.TimestampMillisecond('Europe/Berlin'), instants)],
  ['us', vectorOf(new arrow.TimestampMicrosecond('+02:00'), instants)],
  ['ns', vectorOf(new arrow.TimestampNanosecond(), instants)],
  ['time32', vectorOf(new arrow.TimeSecond(), Int32Array.of(0, 86_399, 1, 60))],
  ['time64', vectorOf(new arrow.TimeNanosecond(), BigInt64Array.of(0n, 86_399_999_999_999n, 1n, 60n))],
  ['duration', vectorOf(new arrow.DurationMicrosecond(), instants)],
]
export const CSV_TEXT = 'id,rate,seen\r\n007,0.5,2026-11-21\r\n"0""8",,2026-11-22\r\n'

/** Arrow's own decoder takes a byte order mark off every text. */
function textOf(data: arrow.Data): ((row: number) => unknown) | undefined {
  const { valueOffsets, values, dictionary } = data
  if (dictionary !== undefined) {
    const texts = dictionary.data.flatMap(valuesOf)
    return row => texts[values[row]]
  }
  if (valueOffsets === undefined) return undefined
  return row =>
    Buffer.from(values.subarray(Number(valueOffsets[row]), Number(valueOffsets[row + 1]))).toString('utf8')
}

function decimals(): Uint32Array {
  const negative = [2 ** 32 - 5, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1]
  return Uint32Array.of(12345, 0, 0, 0, ...negative, 0, 0, 0, 0, 7, 0, 0, 0)
}
