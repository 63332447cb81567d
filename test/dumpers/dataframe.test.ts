/** dataframe: types and values survive, what Parquet cannot hold is refused, and damage is never read as data. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as arrow from 'apache-arrow'
import { afterAll, describe, expect, test } from 'vitest'
import { importPackage } from '../../dumpers/_packages.js'
import {
  type DataframeGetOptions,
  type DataframeSetOptions,
  dataframe,
  type TableInput,
} from '../../dumpers/dataframe.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { isDirdictError } from '../../src/errors.js'

const FILE = 'pandas_to_parquet.parquet'
const made: string[] = []
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

interface Stored {
  readonly directory: string
  readonly bytes: Buffer
  readonly meta: unknown
  load(options?: DataframeGetOptions): Promise<arrow.Table>
}

async function store(value: TableInput, options: DataframeSetOptions = {}): Promise<Stored> {
  const directory = mkdtempSync(join(tmpdir(), 'dirdict-dataframe-'))
  made.push(directory)
  const folder = new EntryWriteFolder(directory, 'k', { durable: false })
  const args = (await dataframe.dump(value, folder, options)) ?? {}
  return {
    directory,
    bytes: readFileSync(join(directory, FILE)),
    meta: JSON.parse(readFileSync(join(directory, 'object_meta.json'), 'utf8')),
    load: (get = {}) => dataframe.load(new EntryReadFolder(directory, 'k'), args, get),
  }
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    if (!isDirdictError(error)) throw error
    return error.code
  }
}

/** A table of one column, in two record batches where there are rows enough. */
function oneColumn(type: arrow.DataType, values: readonly unknown[]): arrow.Table {
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
function plain(value: unknown): unknown {
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
function contents(table: arrow.Table): unknown {
  return table.schema.fields.map((field, i) => ({
    name: field.name,
    type: String(field.type),
    nullable: field.nullable,
    values: [...table.getChildAt(i)!].map(plain),
  }))
}

const child = (type: arrow.DataType): arrow.Field => new arrow.Field('item', type, true)
const instants = [0, 1_700_000_000_000, null, -5000]
const types: readonly (readonly [string, arrow.DataType, readonly unknown[]])[] = [
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

describe('types', () => {
  test.each(types)('%s keeps type, values and field metadata', async (_name, type, values) => {
    const table = oneColumn(type, values)
    const { load } = await store(table)
    const back = await load()
    expect(contents(back)).toEqual(contents(table))
    expect(back.schema.fields[0]!.metadata.get('unit')).toBe('mV')
    expect(contents(await load({ columns: ['x'] }))).toEqual(contents(table))
  })

  test.each(types)('%s of the CommonJS build of apache-arrow is taken', async (_name, type, values) => {
    const cjs: typeof arrow = createRequire(import.meta.url)('apache-arrow')
    expect(cjs.Table).not.toBe(arrow.Table)
    const table = oneColumn(type, values)
    const foreign = cjs.tableFromIPC(arrow.tableToIPC(table))
    expect(dataframe.check(foreign)).toBe(true)
    expect(contents(await (await store(foreign)).load())).toEqual(contents(table))
  })

  test.each(types)('an empty column of %s keeps its type', async (_name, type) => {
    const table = oneColumn(type, [])
    const back = await (await store(table)).load()
    expect([back.numRows, contents(back)]).toEqual([0, contents(table)])
  })

  test.each(types)('a slice of a table of %s is stored as what it shows', async (_name, type, values) => {
    const table = oneColumn(type, [...values, ...values, ...values]).slice(1, values.length * 2 + 1)
    expect(contents(await (await store(table)).load())).toEqual(contents(table))
  })

  test('64-bit timestamps keep every bit', async () => {
    const bits = BigInt64Array.of(0n, 1_700_000_000_123_456_789n, -(2n ** 63n), 2n ** 63n - 1n)
    for (const type of [
      new arrow.TimestampNanosecond('UTC'),
      new arrow.TimestampMicrosecond(),
      new arrow.TimestampSecond(),
    ]) {
      const vector = new arrow.Vector([arrow.makeData({ type, length: 4, nullCount: 0, data: bits })])
      const back = await (await store([['t', vector]])).load()
      expect(back.getChild('t')!.data[0]!.values).toEqual(bits)
    }
  })

  test('a table in several record batches with different dictionaries keeps its values', async () => {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 7)
    const one = oneColumn(type, ['a', 'b'])
    const table = new arrow.Table(one.schema, [...one.batches, ...oneColumn(type, ['c', 'a', 'd']).batches])
    const back = await (await store(table)).load()
    expect([...back.getChild('x')!]).toEqual(['a', 'b', 'c', 'a', 'd'])
  })

  test('dictionaries of two copies with the same number do not mix', async () => {
    const cjs: typeof arrow = createRequire(import.meta.url)('apache-arrow')
    const a = arrow.vectorFromArray(['p', 'q'], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 0))
    const b = cjs.vectorFromArray(['r', 's'], new cjs.Dictionary(new cjs.Utf8(), new cjs.Int32(), 0))
    const back = await (
      await store([
        ['a', a],
        ['b', b],
      ])
    ).load()
    expect(back.toArray().map(row => row.toJSON())).toEqual([
      { a: 'p', b: 'r' },
      { a: 'q', b: 's' },
    ])
  })

  test('vectors cut at different rows make one table', async () => {
    const a = arrow.makeVector(Int32Array.of(1, 2)).concat(arrow.makeVector(Int32Array.of(3)))
    const b = arrow.makeVector(Int32Array.of(4)).concat(arrow.makeVector(Int32Array.of(5, 6)))
    const back = await (
      await store([
        ['a', a],
        ['b', b],
      ])
    ).load()
    expect([[...back.getChild('a')!], [...back.getChild('b')!]]).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
  })
})

describe('plain input', () => {
  const typesOf = (table: arrow.Table): unknown =>
    table.schema.fields.map(({ name, type }) => [name, String(type)])

  test('columns keep their order, also with names like integers and outside of ASCII', async () => {
    const { load } = await store([
      ['b', [1]],
      ['2', [2]],
      ['größe µ', [3]],
      ['1', [4]],
      ['a.b', [5]],
      ['', [6]],
    ])
    const names = ['b', '2', 'größe µ', '1', 'a.b', '']
    expect((await load()).schema.names).toEqual(names)
    for (const [i, name] of names.entries()) {
      expect([...(await load({ columns: [name] })).getChildAt(0)!]).toEqual([i + 1])
    }
  })

  test('the type of an array follows from its values', async () => {
    const when = new Date('2026-11-21T08:00:00.123Z')
    const { load } = await store([
      ['bool', [true, null]],
      ['number', [1, -0]],
      ['int64', [1n, undefined]],
      ['uint64', [2n ** 63n, 0n]],
      ['text', ['a', 'ü']],
      ['date', [when, null]],
      ['bytes', [Uint8Array.of(1), null]],
      ['nothing', [null, undefined]],
      ['typed', Int16Array.of(1, 2)],
      ['clamped', Uint8ClampedArray.of(1, 2)],
    ])
    const table = await load()
    expect(typesOf(table)).toEqual([
      ['bool', 'Bool'],
      ['number', 'Float64'],
      ['int64', 'Int64'],
      ['uint64', 'Uint64'],
      ['text', 'Utf8'],
      ['date', 'Timestamp<MILLISECOND>'],
      ['bytes', 'Binary'],
      ['nothing', 'Null'],
      ['typed', 'Int16'],
      ['clamped', 'Uint8'],
    ])
    expect([...table.getChild('number')!]).toEqual([1, -0])
    expect([...table.getChild('date')!]).toEqual([when.getTime(), null])
    expect([...table.getChild('int64')!]).toEqual([1n, null])
  })

  test('row objects have the columns of all rows, in order of first appearance', async () => {
    const { load } = await store([{ b: 1 }, { a: 'x', b: 2 }, { c: true }])
    expect((await load()).toArray().map(row => row.toJSON())).toEqual([
      { b: 1, a: null, c: null },
      { b: 2, a: 'x', c: null },
      { b: null, a: null, c: true },
    ])
  })

  test('columns without rows make an empty table', async () => {
    const table = await (
      await store([
        ['a', new Float64Array()],
        ['b', []],
      ])
    ).load()
    expect([table.numRows, table.schema.names]).toEqual([0, ['a', 'b']])
  })

  test.each<[string, TableInput, RegExp]>([
    ['mixed types', [['a', [1, 'x']]], /"a" holds number and, in row 1, string/],
    ['numbers mixed with bigints', [['a', [1, 2n]]], /holds number and, in row 1, bigint/],
    ['a nested array', [{ a: [1] }], /"a" holds an array\. Build an Apache Arrow Table/],
    ['a nested object', [{ a: {} }], /"a" holds an object/],
    ['a function', [['f', [() => 0]]], /"f" holds a function/],
    ['integers beyond 64 bits', [['a', [2n ** 64n]]], /neither int64 nor uint64/],
    ['negative beside large integers', [['a', [-1n, 2n ** 63n]]], /neither int64 nor uint64/],
    ['an invalid date', [['a', [new Date(Number.NaN)]]], /invalid Date/],
    ['half a surrogate pair', [['a', ['\ud800']]], /surrogate/],
    [
      'columns of different length',
      [
        ['a', [1, 2]],
        ['b', [1]],
      ],
      /"a" has 2 rows and column "b" 1/,
    ],
    [
      'two columns of one name',
      [
        ['a', [1]],
        ['a', [2]],
      ],
      /Two columns are named "a"/,
    ],
    ['no columns', new arrow.Table(), /without columns/],
    ['rows without columns', [{}], /without columns/],
  ])('refuses %s', async (_name, value, message) => {
    const promise = store(value)
    await expect(promise).rejects.toThrow(message)
    expect(await codeOf(promise)).toBe('VALUE_REJECTED')
  })

  test('refuses an Arrow table with two columns of one name', async () => {
    const schema = new arrow.Schema([
      new arrow.Field('x', new arrow.Int32()),
      new arrow.Field('x', new arrow.Utf8()),
    ])
    expect(await codeOf(store(new arrow.Table(schema)))).toBe('VALUE_REJECTED')
  })

  test('refuses a union, which Parquet does not have', async () => {
    const type = new arrow.SparseUnion([0], [new arrow.Field('a', new arrow.Int32())])
    const schema = new arrow.Schema([new arrow.Field('u', type)])
    expect(await codeOf(store(new arrow.Table(schema)))).toBe('VALUE_REJECTED')
  })

  test('check knows tables by their structure', () => {
    for (const value of [
      oneColumn(new arrow.Int8(), []),
      [['a', [1]]],
      [['a', Float64Array.of(1)]],
      [{ a: 1 }],
    ]) {
      expect(dataframe.check(value)).toBe(true)
    }
    for (const value of [
      null,
      undefined,
      1,
      'x',
      [],
      {},
      [1],
      [[1, 2]],
      new Float64Array(2),
      new Map(),
      [new Map()],
    ]) {
      expect(dataframe.check(value)).toBe(false)
    }
  })
})

describe('columns', () => {
  const rows = 300_000
  const table = (): TableInput => [
    ['f', Float64Array.from({ length: rows }, (_, i) => i / 3)],
    ['s', Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : `name ${i}`))],
    [
      'd',
      arrow.vectorFromArray(
        Array.from({ length: rows }, (_, i) => `c${i % 9}`),
        new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16()),
      ),
    ],
    [
      'l',
      arrow.vectorFromArray(
        Array.from({ length: rows }, (_, i) => (i % 5 ? [i, null] : null)),
        new arrow.List(child(new arrow.Int32())),
      ),
    ],
    ['i', Int32Array.from({ length: rows }, (_, i) => i % 11)],
  ]

  const ipc = (table: arrow.Table, name: string): Uint8Array => arrow.tableToIPC(table.select([name]))

  test('are those of the whole table, in the order that was asked for', async () => {
    const { load } = await store(table())
    const whole = await load()
    expect([whole.numRows, whole.batches.length]).toEqual([rows, 3])
    for (const columns of [['d'], ['l', 'f'], ['i', 's', 'd'], ['i', 'l', 'd', 's', 'f']]) {
      const part = await load({ columns })
      expect(part.schema.names).toEqual(columns)
      for (const name of columns) {
        expect(String(part.getChild(name)!.type)).toBe(String(whole.getChild(name)!.type))
        expect(Buffer.from(ipc(part, name)).equals(ipc(whole, name))).toBe(true)
      }
    }
  }, 60_000)

  test.each<[string, readonly string[], RegExp]>([
    ['unknown', ['Rate'], /There is no column "Rate"\. There is: "rate", "cell"\./],
    ['named twice', ['rate', 'rate'], /twice/],
    ['empty', [], /is empty/],
  ])('that are %s are refused', async (_name, columns, message) => {
    const { load } = await store([
      ['cell', [1]],
      ['rate', [2]],
    ])
    await expect(load({ columns })).rejects.toThrow(message)
    expect(await codeOf(load({ columns }))).toBe('OPTION_INVALID')
  })

  test('an unknown compression is refused', async () => {
    // @ts-expect-error not among the choices
    expect(await codeOf(store([['a', [1]]], { compression: 'gzip' }))).toBe('OPTION_INVALID')
  })
})

describe('on disk', () => {
  test('the same value gives the same bytes', async () => {
    const value = (): TableInput => [
      ['d', arrow.vectorFromArray(['x', 'y'])],
      ['n', [1, null]],
    ]
    expect((await store(value())).bytes).toEqual((await store(value())).bytes)
    expect((await store(value(), { compression: 'snappy' })).bytes).not.toEqual((await store(value())).bytes)
  })

  test('pandas sees a frame with a range index', async () => {
    const { load, meta } = await store([
      ['rate', [0.5, null]],
      ['größe', ['x', 'y']],
      ['n', Int32Array.of(1, 2)],
      ['ok', [true, null]],
      ['at', [new Date(0), new Date(1)]],
      ['id', [1n, null]],
    ])
    expect(meta).toEqual({
      columns: ['rate', 'größe', 'n', 'ok', 'at', 'id'],
      column_name_dtypes: ['<U4', '<U5', '<U1', '<U2', '<U2', '<U2'],
      index_dtype: 'int64',
      dtypes: ['float64', 'object', 'int32', 'object', 'datetime64[ms]', 'float64'],
    })
    const pandas = JSON.parse((await load()).schema.metadata.get('pandas')!)
    expect(pandas.index_columns).toEqual([{ kind: 'range', name: null, start: 0, stop: 2, step: 1 }])
    expect(pandas.columns[1]).toEqual({
      name: 'größe',
      field_name: 'größe',
      pandas_type: 'unicode',
      numpy_type: 'object',
      metadata: null,
    })
    expect(Object.keys(pandas)).toEqual([
      'index_columns',
      'column_indexes',
      'columns',
      'creator',
      'pandas_version',
    ])
  })

  test('the range index follows when rows were taken away', async () => {
    const back = await (await store([['a', [1, 2, 3]]])).load()
    const again = await (await store(back.slice(0, 2))).load()
    expect(JSON.parse(again.schema.metadata.get('pandas')!).index_columns[0].stop).toBe(2)
  })

  const damages: readonly (readonly [string, (bytes: Buffer) => Uint8Array])[] = [
    ['empty', () => Buffer.alloc(0)],
    ['of three bytes', bytes => bytes.subarray(0, 3)],
    ['cut in half', bytes => bytes.subarray(0, bytes.length >> 1)],
    ['cut by a byte', bytes => bytes.subarray(0, -1)],
    ['not Parquet', () => Buffer.from('time,rate\n0,1\n0.1,2\n')],
    ['the two ends alone', () => Buffer.from([80, 65, 82, 49, 0, 0, 0, 0, 80, 65, 82, 49])],
    ['with a footer of 2 GB', bytes => withLength(bytes, 2 ** 31 - 1)],
    ['with a footer as long as the file', bytes => withLength(bytes, bytes.length - 12)],
    ['with a footer too short', bytes => withLength(bytes, 5)],
    [
      'zeroed before its footer',
      bytes =>
        Buffer.concat([Buffer.alloc(bytes.length - footerOf(bytes)), bytes.subarray(-footerOf(bytes))]),
    ],
    [
      'with a zeroed footer',
      bytes =>
        Buffer.concat([
          bytes.subarray(0, -footerOf(bytes)),
          Buffer.alloc(footerOf(bytes) - 8),
          bytes.subarray(-8),
        ]),
    ],
  ]
  test.each(damages)('a file that is %s is CORRUPT_ENTRY, and later reads work', async (_name, damage) => {
    const { directory, bytes, load } = await store([
      ['a', [1, 2]],
      ['b', ['x', 'y']],
    ])
    writeFileSync(join(directory, FILE), damage(bytes))
    expect(await codeOf(load())).toBe('CORRUPT_ENTRY')
    expect(await codeOf(load({ columns: ['b'] }))).toBe('CORRUPT_ENTRY')
    writeFileSync(join(directory, FILE), bytes)
    expect([(await load()).numRows, (await load({ columns: ['b'] })).numRows]).toEqual([2, 2])
  })

  test('random damage gives CORRUPT_ENTRY or a table, never a crash, and reading goes on working', async () => {
    const { directory, bytes, load } = await store([
      ['a', Float64Array.from({ length: 500 }, (_, i) => i)],
      ['b', Array.from({ length: 500 }, (_, i) => `v${i}`)],
    ])
    let state = 1
    const random = (below: number): number => {
      state = (state * 1103515245 + 12345) % 2 ** 31
      return Math.floor((state / 2 ** 31) * below)
    }
    const codes = new Set<string>()
    for (let i = 0; i < 300; i++) {
      const damaged = Buffer.from(bytes)
      for (let k = 0; k <= i % 3; k++) damaged[4 + random(bytes.length - 4)] = random(256)
      writeFileSync(join(directory, FILE), damaged)
      codes.add(await codeOf(load()))
      codes.add(await codeOf(load({ columns: ['b'] })))
    }
    for (const harmless of ['none', 'UNSUPPORTED_FORMAT', 'OPTION_INVALID']) codes.delete(harmless)
    expect([...codes]).toEqual(['CORRUPT_ENTRY'])
    writeFileSync(join(directory, FILE), bytes)
    expect((await load()).numRows).toBe(500)
  }, 60_000)

  test('a missing or damaged object_meta.json of ours is CORRUPT_ENTRY', async () => {
    const { directory, load } = await store([['a', [1]]])
    for (const text of ['', '{"columns":', '[]', '{"columns":["a"]}']) {
      writeFileSync(join(directory, 'object_meta.json'), text)
      expect(await codeOf(load())).toBe('CORRUPT_ENTRY')
    }
    rmSync(join(directory, 'object_meta.json'))
    expect(await codeOf(load())).toBe('CORRUPT_ENTRY')
  })
})

test('an index without a name stays an index', async () => {
  const entry = {
    name: null,
    field_name: '__index_level_0__',
    pandas_type: 'int64',
    numpy_type: 'int64',
    metadata: null,
  }
  const pandas = JSON.stringify({
    index_columns: ['__index_level_0__'],
    column_indexes: [],
    columns: [entry],
  })
  const fields = [
    new arrow.Field('a', new arrow.Float64(), true),
    new arrow.Field('__index_level_0__', new arrow.Int64(), true),
  ]
  const schema = new arrow.Schema(
    fields,
    new Map([
      ['pandas', pandas],
      ['study', 'L5'],
    ]),
  )
  const children: arrow.Data[] = [
    ...arrow.makeVector(Float64Array.of(1, 2)).data,
    ...arrow.makeVector(BigInt64Array.of(5n, 7n)).data,
  ]
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: 2, nullCount: 0, children })
  const { load, meta } = await store(new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]))
  expect(meta).toEqual({
    columns: ['a'],
    column_name_dtypes: ['<U1'],
    index_dtype: 'int64',
    dtypes: ['float64'],
  })
  const { metadata } = (await load()).schema
  expect(metadata.get('study')).toBe('L5')
  expect(JSON.parse(metadata.get('pandas') ?? '')).toMatchObject({
    index_columns: ['__index_level_0__'],
    columns: [{ name: 'a' }, entry],
  })
})

test('a package that is not installed is MISSING_PACKAGE, which says how to install it', async () => {
  const missing = (name: string): Error =>
    Object.assign(
      new Error(`Cannot find package '${name}' imported from /app/node_modules/apache-arrow/x.mjs`),
      {
        code: 'ERR_MODULE_NOT_FOUND',
      },
    )
  const load = (error: Error): Promise<unknown> => importPackage('apache-arrow', () => Promise.reject(error))
  await expect(load(missing('apache-arrow'))).rejects.toThrow('npm install apache-arrow@^21')
  expect(await codeOf(load(missing('apache-arrow')))).toBe('MISSING_PACKAGE')
  await expect(load(missing('flatbuffers'))).rejects.toThrow("Cannot find package 'flatbuffers'")
})

test('an aborted read and write end with the reason of the signal', async () => {
  const { directory } = await store([['a', [1]]])
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(dataframe.load(new EntryReadFolder(directory, 'k', { signal }), {}, {})).rejects.toThrow(
    'enough',
  )
  const folder = new EntryWriteFolder(mkdtempSync(join(tmpdir(), 'dirdict-dataframe-')), 'k', {
    durable: false,
    signal,
  })
  await expect(dataframe.dump([['a', [1]]], folder, {})).rejects.toThrow('enough')
})

function footerOf(bytes: Buffer): number {
  return bytes.readUInt32LE(bytes.length - 8) + 8
}

function withLength(bytes: Buffer, length: number): Buffer {
  const out = Buffer.from(bytes)
  out.writeUInt32LE(length, out.length - 8)
  return out
}
