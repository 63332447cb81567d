/** Tables and texts that the conformance suite runs `csv` with; `csv-*.test.ts` go through its types one by one. */
import { isDeepStrictEqual } from 'node:util'
import * as arrow from 'apache-arrow'
import { csv } from '../../../src/index.js'
import type { DumperTests, Part, TestRunner } from '../../../src/testing/index.js'
import { type Column, CSV_TEXT, contentsOf, NUMBERS, TEXTS, TIMES, tableOf } from './csv-tables.js'
import { COLUMNS } from './fixture-values.js'
import { fixturesOf } from './fixtures.js'

const { vectorFromArray } = arrow
const many = arrow.makeVector(Float64Array.from({ length: 200_000 }, (_, i) => i / 3))

/** Each with the table that comes back. */
export const csvTests: Omit<DumperTests<typeof csv>, keyof TestRunner> = {
  dumper: csv,
  module: new URL('../../../dist/dumpers/csv.js', import.meta.url).href,
  samples: [
    { name: 'columns of plain and typed arrays', value: COLUMNS, expected: columnsTable() },
    { name: 'numbers', value: tableOf(NUMBERS) },
    { name: 'texts', value: tableOf(TEXTS) },
    { name: 'times', value: tableOf(TIMES) },
    { name: 'a slice of a table', value: tableOf(TEXTS).slice(1, 3) },
    { name: 'a table without rows', value: tableOf([...NUMBERS, ...TEXTS, ...TIMES]).slice(0, 0) },
    { name: 'a table of several batches', value: tableOf(NUMBERS).concat(tableOf(NUMBERS)) },
    { name: 'one column with nulls', value: tableOf(TEXTS.slice(3)) },
    { name: '200,000 rows', value: tableOf([['x', many]]) },
    { name: 'a text', value: CSV_TEXT, expected: textTable() },
    { name: 'the bytes of a text', value: Buffer.from(`\ufeff${CSV_TEXT}`), expected: textTable() },
  ],
  setVariants: [{ delimiter: ',' }],
  parts: [
    select([]),
    select(['float64']),
    select(['', '2']),
    select(['seen', 'id']),
    ...[[0, 2] as const, [-1, 4] as const, [1, 1] as const, [100_000, 150_000] as const].map(cut),
  ],
  equals: (loaded, expected) =>
    expected instanceof arrow.Table && isDeepStrictEqual(contentsOf(loaded), contentsOf(expected)),
  foreign: [null, undefined, 1, [], [1, 2], {}, new Float64Array(2), [['a', 1]], new Map()],
  rejected: [
    1,
    [],
    '',
    'a,b\n1\n',
    'a,a\n1,2\n',
    'a\n"x',
    '\ud800',
    Uint8Array.of(97, 10, 255),
    [
      ['a', [1]],
      ['a', [2]],
    ],
    [['a', [1, 'two']]],
    [['a', [Uint8Array.of(1)]]],
    [['a', vectorFromArray([[1]], new arrow.List(new arrow.Field('item', new arrow.Int8())))]],
    new arrow.Table(new arrow.Schema([])),
  ],
  fixtures: fixturesOf(csv).map(fixture => {
    if (fixture.key === 'columns') return { ...fixture, expected: columnsTable() }
    return fixture.key === 'text' ? { ...fixture, expected: textTable() } : fixture
  }),
}

function select(columns: readonly string[]): Part<typeof csv> {
  return {
    name: `columns ${JSON.stringify(columns)}`,
    options: { columns },
    cut: whole => {
      const has = columns.length > 0 && columns.every(name => whole.schema.names.includes(name))
      return has ? whole.select([...columns]) : undefined
    },
  }
}

/** Arrow's own slice takes the ends the other way round where they cross. */
function cut(rows: readonly [number, number]): Part<typeof csv> {
  return {
    name: `rows ${JSON.stringify(rows)}`,
    options: { rows },
    cut: whole => {
      const [start, stop] = rows.map(n => Math.min(whole.numRows, n < 0 ? Math.max(0, n + whole.numRows) : n))
      return whole.slice(start, Math.max(start ?? 0, stop ?? 0))
    },
  }
}

function columnsTable(): arrow.Table {
  const types = [new arrow.Float64(), new arrow.Int64(), new arrow.Utf8(), new arrow.Bool()]
  const vectors = COLUMNS.map(([name, column], i): Column => {
    return [name, vectorFromArray([...column], types[i] ?? new arrow.TimestampMillisecond())]
  })
  return bare(vectors)
}

function textTable(): arrow.Table {
  return bare([
    ['id', vectorFromArray(['007', '0"8'], new arrow.Utf8())],
    ['rate', vectorFromArray([0.5, null], new arrow.Float64())],
    ['seen', vectorFromArray([new Date('2026-11-21'), new Date('2026-11-22')], new arrow.DateDay())],
  ])
}

/** Without metadata; every column may have nulls. */
function bare(columns: readonly Column[]): arrow.Table {
  const { batches } = tableOf(columns)
  const schema = new arrow.Schema(columns.map(([name, { type }]) => new arrow.Field(name, type, true)))
  return new arrow.Table(
    schema,
    batches.map(({ data }) => new arrow.RecordBatch(schema, data)),
  )
}
