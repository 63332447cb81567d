/** DuckDB, which shares no code with our writer, reads every Parquet file of ours and finds the same values. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'
import * as arrow from 'apache-arrow'
import { afterAll, describe, expect, test } from 'vitest'
import {
  type DataframeGetOptions,
  type DataframeSetOptions,
  dataframe,
  type TableInput,
} from '../../dumpers/dataframe.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'

const root = mkdtempSync(join(tmpdir(), 'dirdict-duckdb-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function write(value: TableInput, options: DataframeSetOptions = {}): Promise<string> {
  const directory = mkdtempSync(join(root, 'entry-'))
  await dataframe.dump(value, new EntryWriteFolder(directory, 'k', { durable: false }), options)
  return join(directory, 'pandas_to_parquet.parquet')
}

async function query(sql: string): Promise<Record<string, DuckDBValue>[]> {
  const connection = await DuckDBConnection.create()
  try {
    return (await connection.runAndReadAll(sql)).getRowObjects()
  } finally {
    connection.closeSync()
  }
}

const rows = 150_000
const table = (): TableInput => [
  ['float', Float64Array.from({ length: rows }, (_, i) => i / 4)],
  ['holes', Array.from({ length: rows }, (_, i) => (i % 10 === 0 ? null : i))],
  ['int64', BigInt64Array.from({ length: rows }, (_, i) => 2n ** 60n + BigInt(i))],
  ['uint64', BigUint64Array.from({ length: rows }, (_, i) => 2n ** 63n + BigInt(i % 2))],
  ['cell type', Array.from({ length: rows }, (_, i) => `L${i % 7} ü`)],
  ['ok', Array.from({ length: rows }, (_, i) => i % 3 === 0)],
  ['at', Array.from({ length: rows }, (_, i) => new Date(i))],
  ['category', arrow.vectorFromArray(Array.from({ length: rows }, (_, i) => `c${i % 5}`))],
]

describe.each<DataframeSetOptions>([{}, { compression: 'zstd' }, { compression: 'snappy' }])(
  'with %o',
  options => {
    test('DuckDB counts, sums and tells apart the same values', async () => {
      const file = await write(table(), options)
      const [found] = await query(`select count(*) as rows, sum("float") as float, count(holes) as holes,
      sum(holes) as holes_sum, sum("int64")::hugeint as int64, max("uint64") as uint64, min("cell type") as first,
      count(distinct "cell type") as types, count(*) filter (ok) as ok, epoch_ms(max("at")) as latest,
      count(distinct category) as categories from '${file}'`)
      const sum = (rows * (rows - 1)) / 2
      let multiplesOfTen = 0
      for (let i = 0; i < rows; i += 10) multiplesOfTen += i
      expect(found).toEqual({
        rows: BigInt(rows),
        float: sum / 4,
        holes: BigInt((rows * 9) / 10),
        holes_sum: sum - multiplesOfTen,
        int64: 2n ** 60n * BigInt(rows) + BigInt(sum),
        uint64: 2n ** 63n + 1n,
        first: 'L0 ü',
        types: 7n,
        ok: BigInt(rows / 3),
        latest: BigInt(rows - 1),
        categories: 5n,
      })
    })

    test('the file says its compression, has row groups of 131,072 rows and statistics', async () => {
      const file = await write(table(), options)
      const found = await query(
        `select distinct compression, row_group_num_rows from parquet_metadata('${file}') order by 2`,
      )
      const compression = (options.compression ?? 'zstd').toUpperCase()
      expect(found).toEqual([
        { compression, row_group_num_rows: BigInt(rows - 131072) },
        { compression, row_group_num_rows: 131072n },
      ])
      const [statistics] =
        await query(`select stats_min_value as low, stats_max_value as high, stats_null_count as nulls
      from parquet_metadata('${file}') where path_in_schema = 'holes' and row_group_id = 0`)
      expect(statistics).toEqual({ low: '1.0', high: '131071.0', nulls: 13108n })
    })
  },
)

test('a table of more than 1,000 columns is written without dictionaries of floats, and with snappy', async () => {
  const floats = Array.from({ length: 1100 }, (_, i): [string, number[]] => [`t.${i}`, [0.5, 0.5]])
  const file = await write([...floats, ['s', ['x', 'x']]])
  const found = await query(
    `select path_in_schema as name, encodings, compression from parquet_metadata('${file}')`,
  )
  expect(found).toHaveLength(1101)
  for (const { name, encodings, compression } of found) {
    expect([String(encodings).includes('DICTIONARY'), compression]).toEqual([name === 's', 'SNAPPY'])
  }
  expect(await query(`select sum("t.1099") as sum, max(s) as s from '${file}'`)).toEqual([{ sum: 1, s: 'x' }])
})

test.each<[string, TableInput, Record<string, DuckDBValue>[]]>([
  ['an empty table', [['a', new Float64Array()]], []],
  ['a column of nulls', [['a', [null, null]]], [{ a: null }, { a: null }]],
  [
    'names like integers',
    [
      ['1', [0.5]],
      ['0', ['x']],
    ],
    [{ '1': 0.5, '0': 'x' }],
  ],
  [
    'row objects',
    [{ a: 'x' }, { b: true }],
    [
      { a: 'x', b: null },
      { a: null, b: true },
    ],
  ],
])('DuckDB reads %s', async (_name, value, expected) => {
  expect(await query(`select * from '${await write(value)}'`)).toEqual(expected)
})

test('DuckDB reads nested columns', async () => {
  const item = new arrow.Field('item', new arrow.Int32(), true)
  const list = arrow.vectorFromArray([[1, 2], null, []], new arrow.List(item))
  const struct = arrow.vectorFromArray([{ item: 1 }, null, { item: 3 }], new arrow.Struct([item]))
  const file = await write([
    ['l', list],
    ['s', struct],
  ])
  expect(await query(`select list_sum(l) as l, len(l) as n, s.item as s from '${file}'`)).toEqual([
    { l: 3n, n: 2n, s: 1 },
    { l: null, n: null, s: null },
    { l: null, n: 0n, s: 3 },
  ])
})

test('DuckDB reads a table that was encoded in pieces by worker threads', async () => {
  const count = 1_200_000
  const file = await write(
    [
      ['i', Int32Array.from({ length: count }, (_, i) => i)],
      ['f', Float64Array.from({ length: count }, (_, i) => i / 2)],
      ['b', BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 1000))],
    ],
    { rowGroupSize: 100_000, compression: 'snappy' },
  )
  const sum = (count * (count - 1)) / 2
  expect(await query(`select count(*) as n, sum(i) as i, sum(f) as f, sum(b) as b from '${file}'`)).toEqual([
    { n: BigInt(count), i: BigInt(sum), f: sum / 2, b: 599_400_000n },
  ])
  expect(await query(`select i, f from '${file}' where i in (99999, 100000, 1199999) order by i`)).toEqual([
    { i: 99999, f: 49999.5 },
    { i: 100000, f: 50000 },
    { i: 1199999, f: 599999.5 },
  ])
  const groups = await query(
    `select distinct row_group_id as id, row_group_num_rows as n from parquet_metadata('${file}') order by 1`,
  )
  expect(groups).toEqual(Array.from({ length: 12 }, (_, id) => ({ id: BigInt(id), n: 100_000n })))
})

test('row groups of two rows hold every type that DuckDB knows', async () => {
  const item = new arrow.Field('item', new arrow.Utf8(), true)
  const file = await write(
    [
      ['l', arrow.vectorFromArray([['a'], null, [], ['b', null], ['c']], new arrow.List(item))],
      [
        's',
        arrow.vectorFromArray(
          [{ item: 'x' }, null, { item: null }, { item: 'y' }, null],
          new arrow.Struct([item]),
        ),
      ],
      [
        'd',
        arrow.vectorFromArray(
          ['p', null, 'q', 'p', 'r'],
          new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()),
        ),
      ],
      ['t', arrow.vectorFromArray([0, 1000, null, 2000, 3000], new arrow.TimestampMillisecond())],
      ['o', [true, false, null, true, null]],
    ],
    { rowGroupSize: 2 },
  )
  expect(
    await query(`select len(l) as l, s.item as s, d::varchar as d, epoch_ms(t) as t, o from '${file}'`),
  ).toEqual([
    { l: 1n, s: 'x', d: 'p', t: 0n, o: true },
    { l: null, s: null, d: null, t: 1000n, o: false },
    { l: 0n, s: null, d: 'q', t: null, o: null },
    { l: 2n, s: 'y', d: 'p', t: 2000n, o: true },
    { l: 1n, s: null, d: 'r', t: 3000n, o: null },
  ])
})

test("a file of DuckDB's, with row groups and without an Arrow schema, is read whole and in parts", async () => {
  const directory = mkdtempSync(join(root, 'entry-'))
  const file = join(directory, 'pandas_to_parquet.parquet')
  await query(`copy (select i::integer as i, 'k' || (i % 10) as k, [i::integer, null] as l, i / 4 as f from range(10000) t(i))
    to '${file}' (format parquet, row_group_size 2048)`)
  const load = (options: DataframeGetOptions): Promise<arrow.Table> =>
    dataframe.load(new EntryReadFolder(directory, 'k'), {}, options)
  const whole = await load({})
  expect([whole.numRows, whole.schema.names]).toEqual([10_000, ['i', 'k', 'l', 'f']])
  const rows = (table: arrow.Table): unknown[] => table.toArray().map(row => JSON.stringify(row))
  expect(rows(await load({ rows: [2040, 4100], columns: ['l', 'i'] }))).toEqual(
    rows(whole.select(['l', 'i']).slice(2040, 4100)),
  )
  const found = await load({ where: { i: { gte: 5000, lt: 5100 }, k: { in: ['k3', 'k4'] } }, columns: ['f'] })
  const expected = await query(`select f from '${file}' where i >= 5000 and i < 5100 and k in ('k3', 'k4')`)
  expect([...found.getChild('f')!]).toEqual(expected.map(({ f }) => f))
})
