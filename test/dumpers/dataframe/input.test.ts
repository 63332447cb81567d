/** dataframe: arrays and row objects become tables, and what is no table is refused. */
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { dataframe, type TableInput } from '../../../dumpers/dataframe.js'
import { codeOf, oneColumn, store } from './stored.js'

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

  test('columns that share memory keep their own values', async () => {
    const all = Float64Array.from({ length: 1000 }, (_, i) => i)
    const columns: Record<string, Float64Array> = {
      left: all.subarray(0, -1),
      right: all.subarray(1),
      again: all.subarray(1),
      left2: all.subarray(0, 999),
    }
    const { load } = await store(Object.entries(columns))
    const table = await load()
    for (const [name, column] of Object.entries(columns)) {
      expect(table.getChild(name)?.toArray()).toEqual(column)
      expect((await load({ columns: [name] })).getChildAt(0)?.toArray()).toEqual(column)
    }
    const { load: loadParts } = await store([
      ['whole', all.subarray(0, 8)],
      ['part', all.slice(2, 10).fill(7)],
      ['inner', all.subarray(0, 8)],
    ])
    expect((await loadParts()).getChild('inner')?.toArray()).toEqual(all.slice(0, 8))
  })

  test('row objects have the columns of all rows, in order of first appearance', async () => {
    const { load } = await store([{ b: 1 }, { a: 'x', b: 2 }, { c: true }])
    expect((await load()).toArray().map(row => row.toJSON())).toEqual([
      { b: 1, a: null, c: null },
      { b: 2, a: 'x', c: null },
      { b: null, a: null, c: true },
    ])
  })

  test('holes in an array are nulls', async () => {
    const holes = (...values: readonly unknown[]): unknown[] => {
      const column: unknown[] = [values[0]]
      column[2] = values[1]
      return column
    }
    const { load } = await store([
      ['text', holes('a', 'ü')],
      ['number', holes(1, 2)],
      ['bytes', holes(Uint8Array.of(1), Uint8Array.of(2))],
    ])
    const table = await load()
    for (const name of ['text', 'number', 'bytes']) {
      const column = [...table.getChild(name)!]
      expect([column.length, column[1]]).toEqual([3, null])
    }
    expect([...table.getChild('text')!]).toEqual(['a', null, 'ü'])
  })

  test('a byte order mark at the start of a name or a text stays', async () => {
    const { load } = await store([
      ['\ufeffid', [1]],
      ['id', [2]],
      ['text', ['\ufeffa']],
    ])
    const table = await load()
    expect(table.schema.names).toEqual(['\ufeffid', 'id', 'text'])
    expect(table.getChild('id')!.get(0)).toBe(2)
    expect([...table.getChild('text')!.data[0]!.values]).toEqual([0xef, 0xbb, 0xbf, 0x61])
    expect((await load({ columns: ['text', '\ufeffid'] })).getChild('\ufeffid')!.get(0)).toBe(1)
    expect((await load({ where: { id: 2, '\ufeffid': 1, text: '\ufeffa' } })).numRows).toBe(1)
    expect((await load({ where: { id: 1 } })).schema.names).toEqual(['\ufeffid', 'id', 'text'])
    expect((await (await store(table)).load()).schema.names).toEqual(['\ufeffid', 'id', 'text'])
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
    ['halves in two rows', [['a', ['x\ud83d', '\ude00y']]], /surrogate/],
    ['half a surrogate pair in a name', [['\ud800', [1]]], /name "\\ud800" has half a surrogate pair/],
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
