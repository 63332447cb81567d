/** Partitioned tables that the conformance suite is run with. */
import { isDeepStrictEqual } from 'node:util'
import * as arrow from 'apache-arrow'
import { partitions } from '../../../dumpers/partitions.js'
import type { DumperTests, TestRunner } from '../../../src/testing/index.js'
import { COLUMNS } from './fixture-values.js'
import { fixturesOf } from './fixtures.js'
import { TRIALS } from './trials.js'

const dictionary = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())

export const partitionsTests: Omit<DumperTests<typeof partitions>, keyof TestRunner> = {
  dumper: partitions,
  module: new URL('../../../dist/dumpers/partitions.js', import.meta.url).href,
  samples: [
    { name: 'columns of plain and typed arrays', value: COLUMNS, expected: columnsRows() },
    { name: 'batches of rows in parts of a row', value: TRIALS, setOptions: { partitionSize: 1 } },
    {
      name: 'batches of rows with an index',
      value: TRIALS,
      setOptions: { partitionSize: 40, index: 'trial' },
    },
    {
      name: 'record batches with dictionaries that differ',
      value: ['ab', 'ca', 'dd'].map(keys => batch(keys)),
      setOptions: { partitionSize: 20 },
      expected: [...'abcadd'].map(key => ({ key })),
    },
    {
      name: 'a table without rows',
      value: new arrow.Table(new arrow.Schema([new arrow.Field('x', new arrow.Int32())])),
      expected: [],
    },
    {
      name: 'several tables',
      value: [tableOf([1, 2]), tableOf([]), tableOf([3])],
      expected: [1, 2, 3].map(x => ({ x })),
    },
  ],
  setVariants: [{ compression: 'snappy' }, { rowGroupSize: 1 }, { partitionSize: 8 }],
  equals: async (loaded, expected) => {
    const wanted = isBatches(expected) ? expected.flat() : expected
    return isDeepStrictEqual(rowsOf(await loaded.toTable()), complete(wanted))
  },
  foreign: [null, 1, 'a', [], [1, 2], {}, new Float64Array(2), new Map([['a', 1]]), new Set([1]), [[1, 2]]],
  rejected: [
    1,
    [],
    [[1, 2]],
    [
      ['a', [1]],
      ['b', [1, 2]],
    ],
    [[{ a: 1 }], [{ a: 'one' }]],
    [[{ a: 1 }], [{ b: 1 }]],
    [tableOf([1]), 'a table'],
  ],
  fixtures: fixturesOf(partitions).map(fixture => ({ ...fixture, expected: expectedOf(fixture) })),
}

/** Every row as an object; the same for every cut into batches. */
export function rowsOf(table: arrow.Table): unknown[] {
  return table.toArray().map(row => ({ ...row.toJSON() }))
}

function expectedOf({ expected }: { readonly expected: unknown }): unknown {
  return expected === COLUMNS ? columnsRows() : expected
}

function isBatches(value: unknown): value is readonly unknown[][] {
  return Array.isArray(value) && value.every(Array.isArray)
}

/** With a null wherever a row says nothing. */
function complete(rows: unknown): unknown {
  if (!Array.isArray(rows)) return rows
  const names = Object.keys(Object(rows[0]))
  return rows.map(row => Object.fromEntries(names.map(name => [name, row[name] ?? null])))
}

function columnsRows(): unknown {
  return [0, 1, 2].map(i =>
    Object.fromEntries(
      COLUMNS.map(([name, column]) => {
        const value: unknown = column[i]
        return [name, value instanceof Date ? value.getTime() : value]
      }),
    ),
  )
}

function batch(keys: string): arrow.RecordBatch {
  return new arrow.Table({ key: arrow.vectorFromArray([...keys], dictionary) }).batches[0]!
}

function tableOf(values: readonly number[]): arrow.Table {
  return new arrow.Table({ x: arrow.vectorFromArray(values, new arrow.Int16()) })
}
