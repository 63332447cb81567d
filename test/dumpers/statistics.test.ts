/** Row groups are skipped by their statistics only where no row can match, and are where that is plain to see. */
import * as arrow from 'apache-arrow'
import fc from 'fast-check'
import * as wasm from 'parquet-wasm'
import { describe, expect, test } from 'vitest'
import { makeBatch } from '../../dumpers/_arrow/batch.js'
import { countRows } from '../../dumpers/_arrow/row-ranges.js'
import { compileWhere, type Where } from '../../dumpers/_arrow/where.js'
import { dictionaryOf } from './samples/column-variants.js'
import { COLUMN_CASES, type ColumnCase } from './samples/comparable-columns.js'
import { conditions } from './samples/conditions.js'
import { type ParquetGroup, readGroups } from './samples/parquet-groups.js'
import type { Stored } from './samples/stored-columns.js'

/** What parquet-wasm does not write. */
const UNWRITTEN = /^decimal.* of scale -2$/
const CASES: readonly ColumnCase[] = [
  ...COLUMN_CASES.filter(({ name }) => !UNWRITTEN.test(name)),
  ...COLUMN_CASES.filter(({ name }) => name === 'Utf8' || name === 'int32').map(dictionaryOf),
]

describe.each(CASES.map(column => [column.name, column] as const))('a column of %s', (_name, column) => {
  test('no row group with a match is skipped', () => {
    let skipped = 0
    fc.assert(
      fc.property(
        fc.array(fc.option(column.stored, { freq: 4 }), { minLength: 1, maxLength: 20 }),
        fc.array(conditions(column.operands), { minLength: 10, maxLength: 10 }),
        (values, wheres) => {
          const groups = readGroups(write(column.build(values), 2))
          for (const where of wheres) for (const group of groups) skipped += check(group, { x: where })
        },
      ),
      { numRuns: 25 },
    )
    expect(skipped).toBeGreaterThan(0)
  })

  test('its bounds and nulls are read', () => {
    const value = fc
      .sample(column.stored, { numRuns: 50, seed: 7 })
      .find(one => !Number.isNaN(rawOf(column, one)))!
    const [group] = readGroups(write(column.build([value, null, value]), 9))
    const raw = rawOf(column, value)
    expect(group?.statistics('x')).toEqual({ rows: 3, nulls: 1, min: raw, max: raw })
  })
})

test('a column of nulls alone is read only where nulls are asked for', () => {
  const [group] = readGroups(write(arrow.makeData({ type: new arrow.Null(), length: 3 }), 9))
  expect(['skipped', 'read'].map((_, i) => check(group!, { x: i === 0 ? 5 : null }))).toEqual([1, 0])
  const [floats] = readGroups(write(arrow.vectorFromArray([null, null], new arrow.Float64()).data[0]!, 9))
  expect(check(floats!, { x: { ne: 5 } })).toBe(1)
  expect(check(floats!, { x: { ne: null } })).toBe(1)
  expect(check(floats!, { x: null })).toBe(0)
})

test('NaN, which no statistics count, is found by ne', () => {
  const [group] = readGroups(write(arrow.makeVector(Float64Array.of(Number.NaN, 5, 5)).data[0]!, 9))
  expect(group?.statistics('x')).toMatchObject({ min: 5, max: 5 })
  expect(check(group!, { x: { ne: 5 } })).toBe(0)
  expect(check(group!, { x: { ne: 5, lt: 9 } })).toBe(1)
  const [whole] = readGroups(write(arrow.makeVector(Int32Array.of(5, 5)).data[0]!, 9))
  expect(check(whole!, { x: { ne: 5 } })).toBe(1)
})

test('the zeros are one value, whichever is the bound', () => {
  for (const zero of [0, -0]) {
    const [group] = readGroups(write(arrow.makeVector(Float64Array.of(zero, zero)).data[0]!, 9))
    expect([0, -0].map(x => check(group!, { x }))).toEqual([0, 0])
    expect([{ gte: 0 }, { lte: -0 }, { gte: -0 }, { lte: 0 }].map(x => check(group!, { x }))).toEqual([
      0, 0, 0, 0,
    ])
    expect([{ gt: -0 }, { lt: 0 }].map(x => check(group!, { x }))).toEqual([1, 1])
  }
})

test('groups of sorted values are skipped but for one', () => {
  const data = arrow.makeVector(Int32Array.from({ length: 100 }, (_, i) => i)).data[0]!
  const groups = readGroups(write(data, 10))
  const read = (x: Where[string]): number => groups.filter(group => check(group, { x }) === 0).length
  expect([
    read(55),
    read({ gte: 95 }),
    read({ lt: 0 }),
    read({ in: [1, 99] }),
    read({ gt: 19, lt: 31 }),
  ]).toEqual([1, 1, 0, 2, 2])
  expect(read({ gt: 9.5, lt: 9.9 })).toBe(0)
})

function write(data: arrow.Data, rowsPerGroup: number): Uint8Array {
  const schema = new arrow.Schema([new arrow.Field('x', data.type, true)])
  const table = new arrow.Table(schema, [makeBatch(arrow, schema, [data], data.length)])
  const source = wasm.Table.fromIPCStream(arrow.tableToIPC(table, 'stream'))
  const properties = new wasm.WriterPropertiesBuilder()
    .setMaxRowGroupSize(rowsPerGroup)
    .setStatisticsEnabled(wasm.EnabledStatistics.Chunk)
  return wasm.writeParquet(source, properties.build())
}

/** 1 where the group is skipped. */
function check({ fields, batches, statistics }: ParquetGroup, where: Where): number {
  const predicate = compileWhere(arrow, where, fields)
  if (predicate.mayMatch(statistics)) return 0
  const rows = batches.map(batch => countRows(predicate.matches(batch)))
  expect({ where, rows, statistics: statistics('x') }).toEqual({
    where,
    rows: batches.map(() => 0),
    statistics: statistics('x'),
  })
  return 1
}

/** The form in which the column stores it; the bits of float16 are read. */
function rawOf(column: ColumnCase, value: Stored): unknown {
  if (typeof value === 'string') return new TextEncoder().encode(value)
  if (typeof value === 'boolean') return Number(value)
  return column.name === 'float16' ? new arrow.Vector([column.build([value])]).get(0) : value
}
