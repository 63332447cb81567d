/** dataframe: a table that is written and read in pieces, by worker threads, is the table that was stored. */
import * as arrow from 'apache-arrow'
import * as wasm from 'parquet-wasm'
import { describe, expect, test } from 'vitest'
import { batchParts, batchStarts, tablePart } from '../../../dumpers/_parquet/batch-parts.js'
import { runJob } from '../../../dumpers/_parquet/codec.js'
import { planPieces } from '../../../dumpers/_parquet/plan.js'
import { Stitcher } from '../../../dumpers/_parquet/stitch.js'
import type { TableInput } from '../../../dumpers/dataframe.js'
import { child, contents, plain, store } from './stored.js'

const count = 500_000
const made = (values: (i: number) => unknown, type: arrow.DataType): arrow.Vector =>
  arrow.vectorFromArray(
    Array.from({ length: count }, (_, i) => values(i)),
    type,
  )

/** More than the 16 MiB that are encoded in the calling thread. */
const large = (): TableInput => [
  ['f', Float64Array.from({ length: count }, (_, i) => i / 3)],
  ['s', made(i => (i % 7 === 0 ? null : `name ${i}`), new arrow.Utf8())],
  [
    'd',
    made(
      i => (i % 11 === 0 ? null : `c${Math.floor(i / 1000)}`),
      new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
    ),
  ],
  [
    'l',
    made(i => (i % 5 === 0 ? null : i % 2 === 0 ? [i, null] : []), new arrow.List(child(new arrow.Int32()))),
  ],
  ['t', made(i => (i % 9 === 0 ? null : { k: `k${i % 7}` }), new arrow.Struct([nestedDictionary()]))],
  ['n', made(() => null, new arrow.Null())],
]

function nestedDictionary(): arrow.Field {
  return new arrow.Field('k', new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16()), true)
}

/** Every so many rows of each column. */
function sampled(table: arrow.Table, step: number): unknown {
  return table.schema.fields.map((field, i) => {
    const column = table.getChildAt(i)!
    const values: unknown[] = []
    for (let row = 0; row < table.numRows; row += step) values.push(plain(column.get(row)))
    return [field.name, String(field.type), column.nullCount, values]
  })
}

describe('a table of more than 16 MiB', () => {
  test('comes back as parquet-wasm alone reads it, whole and in parts', async () => {
    const { bytes, load } = await store(large(), { compression: 'snappy' })
    const alone = arrow.tableFromIPC(wasm.readParquet(bytes, { batchSize: 131072 }).intoIPCStream())
    const whole = await load()
    expect(whole.batches.map(batch => batch.numRows)).toEqual(alone.batches.map(batch => batch.numRows))
    expect(sampled(whole, 97)).toEqual(sampled(alone, 97))
    const part = await load({ rows: [131071, 450_001], columns: ['t', 'd', 'f'] })
    expect(sampled(part, 97)).toEqual(sampled(alone.select(['t', 'd', 'f']).slice(131071, 450_001), 97))
    expect((await load({ where: { f: { lt: 5 } } })).numRows).toBe(15)
  })

  test('has the same bytes as one whose pieces were encoded one after the other in this thread', async () => {
    const { bytes, load } = await store(large(), { compression: 'snappy' })
    const table = await load()
    const again = await store(table, { compression: 'snappy' })
    const plan = planPieces(arrow, table, 131072)
    expect(plan.pieces.length).toBeGreaterThan(1)
    const schemaOf = (start: number): arrow.Schema =>
      new arrow.Schema(
        table.schema.fields,
        start === 0 ? table.schema.metadata : new Map(),
        table.schema.dictionaries,
      )
    const stitcher = new Stitcher()
    const pages = plan.pieces.map(({ start, stop, rowGroupSize }) => {
      const parts = batchParts(table, batchStarts(table), start, stop)
      const ipc = arrow.tableToIPC(tablePart(arrow, schemaOf(start), parts), 'stream')
      return stitcher.add(
        runJob(wasm, { kind: 'encode', bytes: ipc, settings: { compression: 'snappy', rowGroupSize } }),
      )
    })
    const { bytes: end } = stitcher.end(table.schema.metadata)
    expect(Buffer.concat([...pages, end]).equals(again.bytes)).toBe(true)
    expect(again.bytes.length).toBe(bytes.length)
  })

  test("does not take the user's memory", async () => {
    const values = Float64Array.from({ length: 3_000_000 }, (_, i) => i)
    await store([['x', values]], { compression: 'snappy' })
    expect([values.length, values[2_999_999]]).toEqual([3_000_000, 2_999_999])
  })
})

describe('row groups', () => {
  test.each([1, 2, 3, 1000])('of %i rows hold the same table', async rowGroupSize => {
    const value: TableInput = [
      ['a', [1, 2, 3, null, 5, 6, 7]],
      ['d', arrow.vectorFromArray(['x', 'y', 'x', 'z', null, 'y', 'x'])],
    ]
    const { load } = await store(value, { rowGroupSize })
    const whole = await (await store(value)).load()
    expect(contents(await load())).toEqual(contents(whole))
    expect(contents(await load({ rows: [2, 6] }))).toEqual(contents(whole.slice(2, 6)))
  })

  test('that differ in the batches they are cut from hold the same table', async () => {
    const one = arrow.tableFromArrays({ x: Float64Array.of(1, 2, 3) })
    const table = new arrow.Table(one.schema, [...one.batches, ...one.slice(1, 2).batches, ...one.batches])
    const { load } = await store(table, { rowGroupSize: 2 })
    expect([...(await load()).getChild('x')!]).toEqual([1, 2, 3, 2, 1, 2, 3])
  })

  test('take of a dictionary what they use', async () => {
    const values = arrow.vectorFromArray(
      Array.from({ length: 5000 }, (_, i) => (i === 4321 ? null : `value ${i}`)),
      new arrow.Utf8(),
    )
    const keys = Int32Array.from({ length: 300 }, (_, i) => (i * 4321) % 5000)
    const nullBitmap = Uint8Array.from({ length: 38 }, (_, i) => (i === 0 ? 0b11111011 : 255))
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())
    const column = new arrow.Vector([
      arrow.makeData({ type, length: 300, nullCount: 1, nullBitmap, data: keys, dictionary: values }),
    ])
    const { load } = await store([['d', column]], { rowGroupSize: 100 })
    expect([...(await load()).getChild('d')!]).toEqual([...column])
    expect((await load({ rows: [0, 100] })).getChild('d')!.data[0]!.dictionary!.length).toBeLessThan(101)
  })

  test.each([5000, -1])('with key %d, which has no value in the dictionary, are refused', key => {
    const dictionary = arrow.vectorFromArray(
      Array.from({ length: 5000 }, (_, i) => `value ${i}`),
      new arrow.Utf8(),
    )
    const keys = Int32Array.from({ length: 300 }, (_, i) => (i === 33 ? key : i))
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())
    const data = arrow.makeData({ type, length: 300, nullCount: 0, data: keys, dictionary })
    const table = new arrow.Table({ d: new arrow.Vector([data]) })
    const part = (from: number, to: number): arrow.Table =>
      tablePart(arrow, table.schema, batchParts(table, batchStarts(table), from, to))
    expect(() => part(0, 100)).toThrow(expect.objectContaining({ code: 'VALUE_REJECTED' }))
    expect(() => part(0, 100)).toThrow(`Column "d" has key ${key} in a row, and its dictionary 5000 values`)
    expect(part(100, 300).numRows).toBe(200)
  })

  /** Strings of a megabyte, as far as their offsets tell: what is planned looks at no more. */
  const heavy = (rows: number): arrow.Table => {
    const valueOffsets = Int32Array.from({ length: rows + 1 }, (_, i) => i * 2 ** 20)
    const data = arrow.makeData({
      type: new arrow.Utf8(),
      length: rows,
      nullCount: 0,
      valueOffsets,
      data: new Uint8Array(),
    })
    return new arrow.Table({ x: new arrow.Vector([data]) })
  }

  test('of more than 128 MiB get fewer rows', () => {
    const { pieces, raw } = planPieces(arrow, heavy(1000), 131072)
    expect(raw).toBeGreaterThan(1000 * 2 ** 20)
    expect(pieces[0]!.start).toBe(0)
    expect(pieces.at(-1)!.stop).toBe(1000)
    for (const [i, { start, stop, rowGroupSize }] of pieces.entries()) {
      expect(start).toBe(i === 0 ? 0 : pieces[i - 1]!.stop)
      expect(stop - start).toBeLessThan(128)
      expect(rowGroupSize).toBe(stop - start)
    }
  })

  test('that are small are encoded several at a time', () => {
    expect(planPieces(arrow, heavy(40), 3).pieces).toMatchObject([
      { start: 0, stop: 9, rowGroupSize: 3 },
      { start: 9, stop: 18, rowGroupSize: 3 },
      { start: 18, stop: 27, rowGroupSize: 3 },
      { start: 27, stop: 36, rowGroupSize: 3 },
      { start: 36, stop: 40, rowGroupSize: 3 },
    ])
  })

  test('of a single row may be thousands', async () => {
    const values = Float64Array.from({ length: 12_000 }, (_, i) => i)
    const table = new arrow.Table({ x: arrow.makeVector(values) })
    for (const { start, stop } of planPieces(arrow, table, 1).pieces)
      expect(stop - start).toBeLessThanOrEqual(1024)
    const { load } = await store(table, { rowGroupSize: 1 })
    expect((await load()).getChild('x')!.toArray()).toEqual(values)
    expect([...(await load({ where: { x: 11_111 } })).getChild('x')!]).toEqual([11_111])
  })

  test('of which a file would have too many are refused', async () => {
    await expect(store([['x', new Int8Array(70_000)]], { rowGroupSize: 2 })).rejects.toThrow(
      'With rowGroupSize 2 the table has 35000 row groups; with its number of columns 32767 are possible. Use 3 or more.',
    )
  })

  test.each([0, -1, 1.5, Number.NaN, '5', 2 ** 31])('of %s rows are refused', async rowGroupSize => {
    // @ts-expect-error some of them are no numbers
    await expect(store([['a', [1]]], { rowGroupSize })).rejects.toThrow('`rowGroupSize`')
  })
})
