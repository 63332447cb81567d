/** Tables that the conformance suite is run with; `test/dumpers/dataframe/types.test.ts` goes through Arrow's types one by one. */
import { isDeepStrictEqual } from 'node:util'
import * as arrow from 'apache-arrow'
import type { Where } from '../../../dumpers/dataframe.js'
import { dataframe } from '../../../src/index.js'
import type { DumperTests, Part, TestRunner } from '../../../src/testing/index.js'
import { COLUMNS } from './fixture-values.js'
import { fixturesOf } from './fixtures.js'

type Table = arrow.Table

const types = {
  dictionary: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
  list: new arrow.List(new arrow.Field('item', new arrow.Int16(), true)),
  instant: new arrow.TimestampMicrosecond('Europe/Berlin'),
}
const columns: readonly (readonly [string, arrow.Vector])[] = [
  ['2', arrow.vectorFromArray(['a', null, 'b', 'a'], types.dictionary)],
  ['list', arrow.vectorFromArray([[1, 2], [], null, [null]], types.list)],
  ['1', arrow.vectorFromArray([0, 1_700_000_000_000, null, -5000], types.instant)],
  ['größe µ', arrow.vectorFromArray([1.5, -0, Number.NaN, null], new arrow.Float32())],
]
const many = Float64Array.from({ length: 200_000 }, (_, i) => i / 3)

export const dataframeTests: Omit<DumperTests<typeof dataframe>, keyof TestRunner> = {
  dumper: dataframe,
  module: new URL('../../../dist/dumpers/dataframe.js', import.meta.url).href,
  samples: [
    { name: 'columns of plain and typed arrays', value: COLUMNS, expected: columnsTable() },
    {
      name: 'rows',
      value: [
        { cell: 'L5tt', rate: 1 },
        { rate: 2, depth: -0 },
      ],
      expected: contentsOf([
        ['cell', ['L5tt', null], new arrow.Utf8()],
        ['rate', [1, 2], new arrow.Float64()],
        ['depth', [null, -0], new arrow.Float64()],
      ]),
    },
    { name: 'an Arrow Table of several types', value: tableOf(columns) },
    { name: 'a table without rows', value: tableOf(columns).slice(0, 0) },
    { name: 'a slice of a table', value: tableOf(columns).slice(1, 3) },
    { name: 'a table of several batches', value: tableOf(columns).concat(tableOf(columns)) },
    { name: '200,000 rows', value: tableOf([['x', arrow.makeVector(many)]]) },
  ],
  setVariants: [{ compression: 'zstd' }, { compression: 'snappy' }, { rowGroupSize: 1000 }],
  parts: [
    select([]),
    select(['cell']),
    select(['größe µ', '2']),
    select(['rate', 'cell']),
    rows(0, 2),
    rows(-1, 10),
    rows(1999, -197_999),
    where({ x: { gte: 700, lt: 701 } }, 'x', 2100, 2103),
    where({ rate: { gt: 1 } }, 'rate', 1, 2),
  ],
  equals: (loaded, expected) =>
    isDeepStrictEqual(contents(loaded), expected instanceof arrow.Table ? contents(expected) : expected),
  foreign: [null, 1, 'a', [], [1, 2], {}, new Float64Array(2), [['a', 1]], new Map()],
  rejected: [
    1,
    [],
    [
      ['a', [1]],
      ['a', [2]],
    ],
    [
      ['a', [1]],
      ['b', [1, 2]],
    ],
    [['a', [1, 'two']]],
    [['a', [() => 1]]],
    new arrow.Table(new arrow.Schema([])),
  ],
  fixtures: fixturesOf(dataframe).map(fixture => ({ ...fixture, expected: columnsTable() })),
}

function select(names: readonly string[]): Part<typeof dataframe> {
  return {
    name: `columns ${JSON.stringify(names)}`,
    options: { columns: names },
    cut: whole =>
      names.length > 0 && names.every(name => whole.schema.names.includes(name))
        ? whole.select([...names])
        : undefined,
  }
}

function rows(start: number, stop: number): Part<typeof dataframe> {
  return {
    name: `rows ${start} to ${stop}`,
    options: { rows: [start, stop] },
    cut: whole => {
      const at = (n: number): number => Math.min(whole.numRows, Math.max(0, n < 0 ? n + whole.numRows : n))
      return whole.slice(at(start), Math.max(at(start), at(stop)))
    },
  }
}

/** A condition that holds for rows `[start, stop)` of the one sample that has the column. */
function where(where: Where, column: string, start: number, stop: number): Part<typeof dataframe> {
  return {
    name: `where ${JSON.stringify(where)}`,
    options: { where },
    cut: whole => (whole.schema.names.includes(column) ? whole.slice(start, stop) : undefined),
  }
}

/** Each column's name, type and values; without the cuts between record batches. */
function contents(table: Table): unknown {
  return contentsOf(
    table.schema.fields.map(
      (field, i) => [field.name, [...(table.getChildAt(i) ?? [])], field.type] as const,
    ),
  )
}

function contentsOf(all: readonly (readonly [string, readonly unknown[], arrow.DataType])[]): unknown {
  return all.map(([name, values, type]) => ({ name, type: String(type), values: values.map(plain) }))
}

function plain(value: unknown): unknown {
  return value instanceof arrow.Vector ? [...value].map(plain) : value
}

function columnsTable(): unknown {
  const types = [new arrow.Float64(), new arrow.Int64(), new arrow.Utf8(), new arrow.Bool()]
  const last = new arrow.TimestampMillisecond()
  const values = COLUMNS.map(([name, column], i) => [name, [...column], types[i] ?? last] as const)
  return contentsOf(
    values.map(([name, column, type]) => [
      name,
      column.map((value: unknown) => (value instanceof Date ? value.getTime() : value)),
      type,
    ]),
  )
}

/** Built from schema and vectors: built from an object, integer-like names would come first. */
function tableOf(named: readonly (readonly [string, arrow.Vector])[]): Table {
  const schema = new arrow.Schema(named.map(([name, { type }]) => new arrow.Field(name, type, true)))
  const type = new arrow.Struct(schema.fields)
  const length = named[0]?.[1].length ?? 0
  const children = named.flatMap(([, vector]) => vector.data.slice(0, 1))
  return new arrow.Table(schema, [
    new arrow.RecordBatch(schema, arrow.makeData({ type, length, nullCount: 0, children })),
  ])
}
