/** dataframe: every Arrow type that Parquet holds comes back as it was, from any copy of apache-arrow. */
import { createRequire } from 'node:module'
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { dataframe } from '../../../dumpers/dataframe.js'
import { child, contents, oneColumn, store, types } from './stored.js'

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
    expect(contents(await (await store(back)).load())).toEqual(contents(table))
  })

  test.each(types)('a slice of a table of %s is stored as what it shows', async (_name, type, values) => {
    const table = oneColumn(type, [...values, ...values, ...values]).slice(1, values.length * 2 + 1)
    expect(contents(await (await store(table)).load())).toEqual(contents(table))
  })

  test.each<[string, arrow.DataType, readonly unknown[]]>([
    ['lists', new arrow.List(child(new arrow.Null())), [[null], [], null, [null, null], [null]]],
    [
      'structs',
      new arrow.Struct([child(new arrow.Null()), new arrow.Field('n', new arrow.Int8(), true)]),
      [{ item: null, n: 1 }, null, { item: null, n: 2 }, { item: null, n: 3 }],
    ],
  ])('columns of nothing within %s are stored, also a part of them', async (_name, type, values) => {
    const table = oneColumn(type, values)
    expect(contents(await (await store(table)).load())).toEqual(contents(table))
    const part = table.slice(1, 4)
    expect(contents(await (await store(part)).load())).toEqual(contents(part))
    expect(contents(await (await store(table, { rowGroupSize: 1 })).load())).toEqual(contents(table))
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
