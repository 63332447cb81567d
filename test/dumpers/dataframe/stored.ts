/** Tables stored by `dataframe` in a directory of their own, without a database around them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as arrow from 'apache-arrow'
import { onTestFinished } from 'vitest'
import {
  type DataframeGetOptions,
  type DataframeSetOptions,
  dataframe,
  type TableInput,
} from '../../../dumpers/dataframe.js'
import type { LoaderArguments } from '../../../src/dumper.js'
import { EntryReadFolder } from '../../../src/entry/folder.js'
import { EntryWriteFolder } from '../../../src/entry/write-folder.js'
import { isDirdictError } from '../../../src/errors.js'
import type { FileRecord } from '../../../src/metadata.js'

export const FILE = 'pandas_to_parquet.parquet'

export interface Stored {
  readonly directory: string
  readonly bytes: Buffer
  readonly meta: unknown
  readonly args: LoaderArguments
  readonly files: readonly FileRecord[]
  /** Loads it without the record of its files: damage is found by the dumper alone. */
  load(options?: DataframeGetOptions): Promise<arrow.Table>
}

export async function store(value: TableInput, options: DataframeSetOptions = {}): Promise<Stored> {
  const directory = mkdtempSync(join(tmpdir(), 'dirdict-dataframe-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const folder = new EntryWriteFolder(directory, 'k', { durable: false })
  const args = (await dataframe.dump(value, folder, options)) ?? {}
  return {
    directory,
    bytes: readFileSync(join(directory, FILE)),
    meta: JSON.parse(readFileSync(join(directory, 'object_meta.json'), 'utf8')),
    args,
    files: folder.files,
    load: (get = {}) => dataframe.load(new EntryReadFolder(directory, 'k'), args, get),
  }
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    if (!isDirdictError(error)) throw error
    return error.code
  }
}

/** A table of one column, in two record batches where there are rows enough. */
export function oneColumn(type: arrow.DataType, values: readonly unknown[]): arrow.Table {
  const schema = new arrow.Schema([new arrow.Field('x', type, true, new Map([['unit', 'mV']]))])
  const vector = arrow.vectorFromArray(values, type)
  const batches = vector.data.map(
    data =>
      new arrow.RecordBatch(
        schema,
        arrow.makeData({
          type: new arrow.Struct(schema.fields),
          length: data.length,
          nullCount: 0,
          children: [data],
        }),
      ),
  )
  return new arrow.Table(schema, batches)
}

/** Values in a form in which -0, NaN and bytes differ as they should. */
export function plain(value: unknown): unknown {
  if (value instanceof arrow.Vector) return [...value].map(plain)
  if (value instanceof arrow.StructRow) return plain(value.toJSON())
  if (value instanceof arrow.MapRow) return [...value].map(([key, item]) => [key, plain(item)])
  if (ArrayBuffer.isView(value))
    return Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  }
  return value
}

/** Each column's name, type and values. */
export function contents(table: arrow.Table): unknown {
  return table.schema.fields.map((field, i) => ({
    name: field.name,
    type: String(field.type),
    nullable: field.nullable,
    values: [...table.getChildAt(i)!].map(plain),
  }))
}

export const child = (type: arrow.DataType): arrow.Field => new arrow.Field('item', type, true)
const instants = [0, 1_700_000_000_000, null, -5000]
/** Arrow's types with values that are at their limits. */
export const types: readonly (readonly [string, arrow.DataType, readonly unknown[]])[] = [
  ['bool with null', new arrow.Bool(), [true, null, false, true]],
  ['int8', new arrow.Int8(), [-128, 127, null]],
  ['int16', new arrow.Int16(), [-32768, 32767, null]],
  ['int32', new arrow.Int32(), [-(2 ** 31), 2 ** 31 - 1, null]],
  ['int64 beyond 2^53', new arrow.Int64(), [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, null]],
  ['uint8', new arrow.Uint8(), [0, 255]],
  ['uint16', new arrow.Uint16(), [0, 65535]],
  ['uint32', new arrow.Uint32(), [0, 2 ** 32 - 1, null]],
  ['uint64', new arrow.Uint64(), [0n, 2n ** 64n - 1n, null]],
  ['float16', new arrow.Float16(), [1.5, -0.25, null, 65504]],
  ['float32', new arrow.Float32(), [1.5, Number.NaN, Number.POSITIVE_INFINITY, -0]],
  [
    'float64',
    new arrow.Float64(),
    [Number.NaN, -0, Number.NEGATIVE_INFINITY, 5e-324, null, Number.MAX_VALUE],
  ],
  ['utf8', new arrow.Utf8(), ['', 'Zürich', '𝔘𝔫𝔦', null]],
  ['large utf8', new arrow.LargeUtf8(), ['a', null, 'ß']],
  ['binary', new arrow.Binary(), [Uint8Array.of(0, 255), null, new Uint8Array()]],
  ['large binary', new arrow.LargeBinary(), [Uint8Array.of(0, 255), null]],
  ['fixed size binary', new arrow.FixedSizeBinary(2), [Uint8Array.of(1, 2), null]],
  ['timestamp[s]', new arrow.TimestampSecond(), instants],
  ['timestamp[ms]', new arrow.TimestampMillisecond(), instants],
  ['timestamp[us]', new arrow.TimestampMicrosecond(), instants],
  ['timestamp[ns]', new arrow.TimestampNanosecond(), instants],
  ['timestamp[s] with zone', new arrow.TimestampSecond('UTC'), instants],
  ['timestamp[ms] with zone', new arrow.TimestampMillisecond('Europe/Berlin'), instants],
  ['timestamp[us] with zone', new arrow.TimestampMicrosecond('+02:00'), instants],
  ['timestamp[ns] with zone', new arrow.TimestampNanosecond('UTC'), instants],
  ['date', new arrow.DateDay(), [0, 86_400_000 * 19_000, null]],
  ['date in milliseconds', new arrow.DateMillisecond(), [0, 86_400_000, null]],
  ['time[s]', new arrow.TimeSecond(), [0, 86_399, null]],
  ['time[us]', new arrow.TimeMicrosecond(), [0n, 86_399_999_999n, null]],
  ['duration', new arrow.DurationMillisecond(), [0n, -7n, null]],
  ['decimal', new arrow.Decimal(2, 20, 128), [Uint32Array.of(12345, 0, 0, 0), null]],
  ['dictionary', new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()), ['a', 'b', null, 'a']],
  ['dictionary with small keys', new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()), ['a', 'b', 'a']],
  ['list', new arrow.List(child(new arrow.Int32())), [[1, 2], [], null, [null, 3]]],
  ['list of strings', new arrow.List(child(new arrow.Utf8())), [['a'], null, ['b', 'c']]],
  ['fixed size list', new arrow.FixedSizeList(2, child(new arrow.Float32())), [[1, 2], null, [3, 4]]],
  [
    'struct',
    new arrow.Struct([
      new arrow.Field('a', new arrow.Int32(), true),
      new arrow.Field('b', new arrow.Utf8(), true),
    ]),
    [{ a: 1, b: 'x' }, null, { a: null, b: 'y' }],
  ],
  ['null', new arrow.Null(), [null, null]],
]
