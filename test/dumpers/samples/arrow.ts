/** Tables that the conformance suite is run with; `arrow.test.ts` goes through Arrow's types one by one. */
import { isDeepStrictEqual } from 'node:util'
import * as apache from 'apache-arrow'
import { arrow } from '../../../src/index.js'
import type { DumperTests, Part, TestRunner } from '../../../src/testing/index.js'
import { contents, TYPED_COLUMNS, type TypedColumn, tableOf } from './arrow-columns.js'
import { COLUMNS } from './fixture-values.js'
import { fixturesOf } from './fixtures.js'

const typed = tableOf(TYPED_COLUMNS)
/** 24 MiB, which are cut into several batches. */
const texts = Array.from({ length: 48 }, (_, i) => (i % 5 === 0 ? null : `${i}`.repeat(2 ** 18)))
const long = [column('s', new apache.Utf8(), texts), column('n', new apache.Int32(), [...texts.keys()])]

export const arrowTests: Omit<DumperTests<typeof arrow>, keyof TestRunner> = {
  dumper: arrow,
  module: new URL('../../../dist/dumpers/arrow.js', import.meta.url).href,
  samples: [
    { name: 'columns of plain and typed arrays', value: COLUMNS, expected: columnsTable() },
    { name: 'rows', value: [{ cell: 'L5tt', rate: 1 }, { rate: 2 }], expected: rowsTable() },
    { name: 'a column of every type', value: typed },
    { name: 'a table without rows', value: typed.slice(0, 0) },
    { name: 'a slice of a table', value: typed.slice(1, 3) },
    { name: 'a table of several batches', value: typed.concat(typed) },
    { name: 'long strings', value: tableOf(long) },
  ],
  parts: [
    columns([]),
    columns(['cell']),
    columns(['utf8 view', 'dictionary', 'int64']),
    columns(['list of dictionary']),
    columns(['s']),
    rows([0, 1]),
    rows([1, 3]),
    rows([-1, 10]),
    rows([20, 22]),
    rows([10, 45]),
    rows([3, 1]),
    {
      name: 'columns and rows',
      options: { columns: ['s'], rows: [-3, -1] },
      cut: whole => both(whole, 's', -3, -1),
    },
    {
      name: 'columns where another is null',
      options: { columns: ['float64', 'struct'], where: { int32: null } },
      cut: whole => (whole.schema.names.includes('int32') ? nullRows(whole) : undefined),
    },
  ],
  equals: (loaded, expected) =>
    isDeepStrictEqual(contents(loaded), expected instanceof apache.Table ? contents(expected) : expected),
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
    new apache.Table(new apache.Schema([])),
  ],
  fixtures: fixturesOf(arrow).map(fixture => ({
    ...fixture,
    expected: fixture.key === 'columns' ? columnsTable() : fixture.expected,
  })),
}

function columns(names: readonly string[]): Part<typeof arrow> {
  return {
    name: `columns ${JSON.stringify(names)}`,
    options: { columns: names },
    cut: whole =>
      names.length > 0 && names.every(name => whole.schema.names.includes(name))
        ? whole.select([...names])
        : undefined,
  }
}

function rows([start, stop]: readonly [number, number]): Part<typeof arrow> {
  return {
    name: `rows ${start} to ${stop}`,
    options: { rows: [start, stop] },
    cut: whole => sliced(whole, start, stop),
  }
}

function both(whole: apache.Table, name: string, start: number, stop: number): apache.Table | undefined {
  return whole.schema.names.includes(name) ? sliced(whole.select([name]), start, stop) : undefined
}

function sliced(whole: apache.Table, start: number, stop: number): apache.Table {
  const bound = (n: number): number => Math.min(whole.numRows, Math.max(0, n < 0 ? n + whole.numRows : n))
  return whole.slice(bound(start), Math.max(bound(start), bound(stop)))
}

/** In the table of typed columns the third of every four rows is null. */
function nullRows(whole: apache.Table): apache.Table {
  const table = whole.select(['float64', 'struct'])
  const parts = whole
    .getChild('int32')!
    .toJSON()
    .flatMap((value, i) => (value === null ? [table.slice(i, i + 1)] : []))
  return parts.reduce((all, part) => all.concat(part), table.slice(0, 0))
}

function column(name: string, type: apache.DataType, values: readonly unknown[]): TypedColumn {
  const data = apache.vectorFromArray(values, type).data[0]
  if (data === undefined) throw new Error('a sample has no values')
  return [name, data]
}

/** As arrays are taken: without metadata. */
function untold(columns: readonly TypedColumn[]): apache.Table {
  const { batches, schema } = tableOf(columns)
  const fields = schema.fields.map(({ name, type }) => new apache.Field(name, type, true))
  return new apache.Table(new apache.Schema(fields), batches)
}

function rowsTable(): apache.Table {
  return untold([
    column('cell', new apache.Utf8(), ['L5tt', null]),
    column('rate', new apache.Float64(), [1, 2]),
  ])
}

function columnsTable(): apache.Table {
  const types = [new apache.Float64(), new apache.Int64(), new apache.Utf8(), new apache.Bool()]
  const last = new apache.TimestampMillisecond()
  return untold(COLUMNS.map(([name, values], i) => column(name, types[i] ?? last, [...values])))
}
