/** Parts that other programs wrote one by one, as pandas does: their types differ where a part is all null or has small numbers. */
import * as arrow from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { dataframe, type TableInput } from '../../src/index.js'
import { foreign } from './partitions-entry.js'
import { rowsOf } from './samples/partitions.js'

const column = (type: arrow.DataType, values: readonly unknown[]): TableInput =>
  new arrow.Table({ x: arrow.vectorFromArray(values, type) })

const text = (): arrow.DataType => new arrow.Utf8()
const keys = (type: arrow.Int): arrow.DataType => new arrow.Dictionary(new arrow.Utf8(), type as arrow.Int32)

const lists = (item: arrow.DataType): arrow.DataType => new arrow.List(new arrow.Field('item', item, true))

function decimals(precision: number, values: readonly number[], bits = 128): TableInput {
  const words = bits / 32
  const data = new Uint32Array(values.length * words)
  for (const [i, value] of values.entries()) data[i * words] = value
  const type = new arrow.Decimal(2, precision, bits)
  return new arrow.Table({ x: new arrow.Vector([arrow.makeData({ type, length: values.length, data })]) })
}

/** A list as an array, a decimal as its digits. */
function plain(value: unknown): unknown {
  if (value instanceof Uint32Array) return String(value[0])
  return value instanceof arrow.Vector ? [...value] : value
}

describe('parts of different types become one column', () => {
  it.each<[string, readonly TableInput[], string, readonly unknown[]]>([
    [
      'null and text',
      [column(new arrow.Null(), [null, null]), column(text(), ['a', null])],
      'Utf8',
      [null, null, 'a', null],
    ],
    ['text and null', [column(text(), ['a']), column(new arrow.Null(), [null])], 'Utf8', ['a', null]],
    [
      'int64 and int32',
      [column(new arrow.Int64(), [2n ** 60n]), column(new arrow.Int32(), [-1, null])],
      'Int64',
      [2n ** 60n, -1n, null],
    ],
    [
      'uint8 and int8',
      [column(new arrow.Uint8(), [255]), column(new arrow.Int8(), [-128])],
      'Int16',
      [255, -128],
    ],
    [
      'int64 and float64',
      [column(new arrow.Int64(), [2n ** 53n]), column(new arrow.Float64(), [0.5, null])],
      'Float64',
      [2 ** 53, 0.5, null],
    ],
    [
      'float32 and float64',
      [column(new arrow.Float32(), [0.5]), column(new arrow.Float64(), [0.1])],
      'Float64',
      [0.5, 0.1],
    ],
    [
      'text of both sizes',
      [column(text(), ['a', 'é']), column(new arrow.LargeUtf8(), ['b'])],
      'LargeUtf8',
      ['a', 'é', 'b'],
    ],
    [
      'categories with small and large keys',
      [column(keys(new arrow.Int8()), ['a', 'b']), column(keys(new arrow.Int32()), ['c', null])],
      'Dictionary<Int32, Utf8>',
      ['a', 'b', 'c', null],
    ],
    [
      'nothing and categories',
      [column(new arrow.Null(), [null]), column(keys(new arrow.Int8()), ['c'])],
      'Dictionary<Int8, Utf8>',
      [null, 'c'],
    ],
    [
      'nothing and times',
      [column(new arrow.Null(), [null]), column(new arrow.TimestampMicrosecond(), [7])],
      'Timestamp<MICROSECOND>',
      [null, 7],
    ],
    [
      'nothing and flags',
      [column(new arrow.Null(), [null]), column(new arrow.Bool(), [true])],
      'Bool',
      [null, true],
    ],
  ])('%s', async (_, tables, type, values) => {
    const { get } = await foreign(tables)
    const table = await get()
    expect(String(table.schema.fields[0]?.type)).toBe(type)
    const whole = await table.toTable()
    expect(rowsOf(whole)).toEqual(values.map(x => ({ x })))
    expect(whole.batches.map(batch => String(batch.schema.fields[0]?.type))).toEqual(tables.map(() => type))
    const last = values.findLast(value => value !== null) as string | number | bigint
    expect((await table.where({ x: last })).numRows).toBe(values.filter(value => value === last).length)
    expect((await table.where({ x: null })).numRows).toBe(values.filter(value => value === null).length)
    // What was put together can be stored as one.
    const { db } = await foreign([])
    await db.set('again', whole, dataframe)
    expect(rowsOf(await db.get('again', dataframe))).toEqual(rowsOf(whole))
  })

  it.each<[string, readonly TableInput[], string, unknown]>([
    [
      'lists of nothing and of numbers',
      [column(lists(new arrow.Null()), [[], null, [null]]), column(lists(new arrow.Int8()), [[1, 2], []])],
      'List<Int8>',
      [[], null, [null], [1, 2], []],
    ],
    [
      'lists of integers and of floats',
      [column(lists(new arrow.Int32()), [[7], [8, null]]), column(lists(new arrow.Float64()), [[0.5]])],
      'List<Float64>',
      [[7], [8, null], [0.5]],
    ],
    [
      'decimals of few digits and of many',
      [decimals(4, [123]), decimals(12, [1_234_567_890])],
      'Decimal[12e+2]',
      ['123', '1234567890'],
    ],
  ])('%s, which are not compared', async (_, tables, type, values) => {
    const table = await (await foreign(tables)).get()
    expect(String(table.schema.fields[0]?.type)).toBe(type)
    const whole = await table.toTable()
    expect([...whole.getChild('x')!].map(plain)).toEqual(values)
    const { db } = await foreign([])
    await db.set('again', whole, dataframe)
    expect([...(await db.get('again', dataframe)).getChild('x')!].map(plain)).toEqual(values)
  })

  it('in another order', async () => {
    const a: TableInput = [
      ['x', [1]],
      ['y', ['one']],
    ]
    const b: TableInput = [
      ['y', ['two']],
      ['x', [2]],
    ]
    const { get } = await foreign([a, b])
    const table = await get()
    expect(rowsOf(await table.toTable())).toEqual([
      { x: 1, y: 'one' },
      { x: 2, y: 'two' },
    ])
    expect(rowsOf(await table.columns(['y']))).toEqual([{ y: 'one' }, { y: 'two' }])
  })
})

describe('parts that have nothing in common are UNSUPPORTED_FORMAT', () => {
  it.each<[string, readonly TableInput[], string]>([
    [
      'text and numbers',
      [column(text(), ['a']), column(new arrow.Int8(), [1])],
      'pandas_to_parquet.2.1.parquet has column "x" as Int8, which is Utf8',
    ],
    [
      'uint64 and int64',
      [column(new arrow.Uint64(), [1n]), column(new arrow.Int64(), [1n])],
      'has column "x" as Int64',
    ],
    [
      'decimals of different widths',
      [decimals(4, [1]), decimals(4, [1], 256)],
      'as Decimal[4e+2] (256 bits), which is Decimal[4e+2] (128 bits)',
    ],
    [
      'a column less',
      [
        [
          ['x', [1]],
          ['y', [2]],
        ],
        [['x', [1]]],
      ],
      'pandas_to_parquet.2.1.parquet lacks column "y"',
    ],
    [
      'a column more',
      [
        [['x', [1]]],
        [
          ['x', [1]],
          ['y', [2]],
        ],
      ],
      'pandas_to_parquet.2.0.parquet lacks column "y"',
    ],
  ])('%s', async (_, tables, message) => {
    const { get } = await foreign(tables)
    await expect(get()).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
    await expect(get()).rejects.toThrow(message)
  })

  it('an integer that a float does not hold, once it is read', async () => {
    const tables = [column(new arrow.Int64(), [2n ** 53n + 1n]), column(new arrow.Float64(), [0.5])]
    const table = await (await foreign(tables)).get()
    await expect(table.toTable()).rejects.toThrow('has column "x", which is Float64 in other parts')
    expect((await table.toTable({ rows: [1, 2] })).numRows).toBe(1)
  })
})

it('parts are numbered, not sorted by name', async () => {
  const { get } = await foreign(Array.from({ length: 12 }, (_, i) => column(new arrow.Int8(), [i])))
  const table = await get()
  expect(table.partitions.map(({ file }) => file)).toEqual(
    Array.from({ length: 12 }, (_, i) => `pandas_to_parquet.12.${i}.parquet`),
  )
  expect(rowsOf(await table.toTable())).toEqual(Array.from({ length: 12 }, (_, x) => ({ x })))
  expect(table.divisions).toEqual(new Array(13).fill(null))
})
