/** `where` finds the same rows as a slow comparison of one row after the other, for every type of column. */
import * as arrow from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countRows } from '../../dumpers/_arrow/row-ranges.js'
import { compileWhere, type Where } from '../../dumpers/_arrow/where.js'
import { dictionaryOf, sliced } from './samples/column-variants.js'
import { COLUMN_CASES, type ColumnCase } from './samples/comparable-columns.js'
import { conditions, holds } from './samples/conditions.js'

const CASES: readonly ColumnCase[] = [
  ...COLUMN_CASES,
  ...COLUMN_CASES.filter(({ name }) =>
    ['int64', 'float64', 'bool', 'Utf8', 'decimal128 of scale 2'].includes(name),
  ).map(dictionaryOf),
]

describe.each(CASES.map(column => [column.name, column] as const))('a column of %s', (_name, column) => {
  test('is compared as one row after the other is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(column.stored, { freq: 4 }), { maxLength: 40 }),
        column.stored,
        conditions(column.operands),
        (values, extra, condition) => {
          const expected = values.map(value => holds(column, value, condition))
          for (const data of [column.build(values), sliced(column, values, extra)]) {
            expect(matched(batchOf([['x', data]]), { x: condition })).toEqual(expected)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('is compared with long lists', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(column.stored), { maxLength: 30 }),
        fc.array(fc.option(column.operands), { minLength: 20, maxLength: 60 }),
        (values, list) => {
          const expected = values.map(value => holds(column, value, { in: list }))
          expect(matched(batchOf([['x', column.build(values)]]), { x: { in: list } })).toEqual(expected)
        },
      ),
      { numRuns: 50 },
    )
  })
})

test('several columns hold together', () => {
  const batch = batchOf([
    ['a', arrow.vectorFromArray([1, 2, 3, 4, null], new arrow.Int32()).data[0]!],
    ['b', arrow.vectorFromArray(['x', 'y', 'x', null, 'x'], new arrow.Utf8()).data[0]!],
  ])
  expect(matched(batch, { a: { gt: 1 }, b: 'x' })).toEqual([false, false, true, false, false])
  expect(matched(batch, { b: 'x', a: { ne: null } })).toEqual([true, false, true, false, false])
  expect(matched(batch, {})).toEqual([true, true, true, true, true])
  expect(matched(batch, { a: { in: [] } })).toEqual([false, false, false, false, false])
})

test('a column of nulls is compared with anything, and never equal', () => {
  const batch = batchOf([['x', arrow.makeData({ type: new arrow.Null(), length: 2 }).slice(0, 2)]])
  expect(matched(batch, { x: null })).toEqual([true, true])
  for (const operand of [1, 'a', true, new Date(0)]) {
    expect(matched(batch, { x: operand })).toEqual([false, false])
    expect(matched(batch, { x: { ne: operand } })).toEqual([false, false])
    expect(matched(batch, { x: { in: [operand, null] } })).toEqual([true, true])
  }
})

test('NaN matches ne and not null only', () => {
  const batch = batchOf([['x', arrow.makeVector(Float64Array.of(Number.NaN, 1)).data[0]!]])
  expect(matched(batch, { x: { ne: 1 } })).toEqual([true, false])
  expect(matched(batch, { x: { ne: null } })).toEqual([true, true])
  expect(matched(batch, { x: { ne: Infinity, lte: Infinity } })).toEqual([false, true])
  expect(matched(batch, { x: { gte: -Infinity } })).toEqual([false, true])
  expect(matched(batch, { x: { ne: -Infinity } })).toEqual([true, true])
  expect(matched(batch, { x: { ne: 10n ** 400n } })).toEqual([true, true])
})

test('a number taken out of a timestamp finds its row again', () => {
  const type = new arrow.TimestampNanosecond()
  const values = BigInt64Array.of(1_700_000_000_123_456_789n, 1_700_000_000_123_999_999n, -1n)
  const vector = new arrow.Vector([arrow.makeData({ type, data: values })])
  for (const row of [0, 1, 2]) {
    const found = matched(batchOf([['t', vector.data[0]!]]), { t: Number(vector.get(row)) })
    expect(found).toEqual([0, 1, 2].map(i => i === row))
  }
})

test('rows come as few ascending ranges', () => {
  const batch = batchOf([['x', arrow.makeVector(Int8Array.of(1, 1, 0, 1, 0, 0, 1)).data[0]!]])
  const { columns, matches } = compileWhere(arrow, { x: 1 }, batch.schema.fields)
  expect(columns).toEqual(['x'])
  expect([...matches(batch)]).toEqual([0, 2, 3, 4, 6, 7])
  expect(countRows(matches(batch))).toBe(4)
})

function matched(batch: arrow.RecordBatch, where: Where): boolean[] {
  const ranges = compileWhere(arrow, where, batch.schema.fields).matches(batch)
  const rows = new Array<boolean>(batch.numRows).fill(false)
  for (let i = 0; i < ranges.length; i += 2) rows.fill(true, ranges[i]!, ranges[i + 1]!)
  return rows
}

function batchOf(columns: readonly (readonly [string, arrow.Data])[]): arrow.RecordBatch {
  const schema = new arrow.Schema(columns.map(([name, { type }]) => new arrow.Field(name, type, true)))
  const children = columns.map(([, data]) => data)
  const type = new arrow.Struct(schema.fields)
  return new arrow.RecordBatch(
    schema,
    arrow.makeData({ type, length: children[0]!.length, nullCount: 0, children }),
  )
}
