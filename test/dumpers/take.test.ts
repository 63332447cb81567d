/** Rows that are taken out of a batch are the rows that were there, in memory of their own, for every Arrow type. */
import * as arrow from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeBatch } from '../../dumpers/_arrow/batch.js'
import { rangesOf } from '../../dumpers/_arrow/row-ranges.js'
import { takeRows } from '../../dumpers/_arrow/take.js'
import { dictionaryOf } from './samples/column-variants.js'
import { COLUMN_CASES, type ColumnCase } from './samples/comparable-columns.js'
import type { Stored } from './samples/stored-columns.js'

type Build = (length: number, seed: number) => arrow.Data

const item = (type: arrow.DataType): arrow.Field => new arrow.Field('item', type, true)
const texts = (i: number): string | null => (i % 4 === 3 ? null : 'ü'.repeat(i % 5))
const lists = (i: number): (number | null)[] | null =>
  i % 5 === 2 ? null : Array.from({ length: i % 4 }, (_, k) => (k === 1 ? null : i + k))
const fromArray =
  (type: arrow.DataType, value: (i: number) => unknown): Build =>
  (length, seed) =>
    arrow.vectorFromArray(
      Array.from({ length }, (_, i) => value(i + seed)),
      type,
    ).data[0] ?? arrow.makeData({ type, length: 0 })

const NESTED: readonly (readonly [string, Build])[] = [
  ['null', length => arrow.makeData({ type: new arrow.Null(), length })],
  ['list', fromArray(new arrow.List(item(new arrow.Int16())), lists)],
  [
    'list of strings',
    fromArray(new arrow.List(item(new arrow.Utf8())), i => (i % 3 ? [texts(i), 'x', texts(i + 1)] : [])),
  ],
  [
    'list of lists',
    fromArray(new arrow.List(item(new arrow.List(item(new arrow.Int16())))), i => [lists(i), lists(i + 2)]),
  ],
  [
    'list of booleans',
    fromArray(new arrow.List(item(new arrow.Bool())), i =>
      Array.from({ length: i % 4 }, (_, k) => (i + k) % 3 === 0),
    ),
  ],
  ['large list', largeLists],
  [
    'fixed size list',
    fromArray(new arrow.FixedSizeList(3, item(new arrow.Float32())), i =>
      i % 4 === 1 ? null : [i, null, -i],
    ),
  ],
  [
    'map',
    fromArray(
      new arrow.Map_(
        new arrow.Field(
          'entries',
          new arrow.Struct<{ key: arrow.Utf8; value: arrow.Int32 }>([
            new arrow.Field('key', new arrow.Utf8(), false),
            new arrow.Field('value', new arrow.Int32(), true),
          ]),
          false,
        ),
      ),
      i =>
        i % 4 === 2
          ? null
          : new Map([
              ['a', i],
              [`b${i}`, null],
            ]),
    ),
  ],
  [
    'struct',
    fromArray(
      new arrow.Struct([
        new arrow.Field('s', new arrow.Utf8(), true),
        new arrow.Field('l', new arrow.List(item(new arrow.Int16())), true),
      ]),
      i => (i % 6 === 4 ? null : { s: texts(i), l: lists(i) }),
    ),
  ],
  ['interval of days', fixedInterval(new arrow.IntervalDayTime(), 2)],
  ['interval of months', fixedInterval(new arrow.IntervalYearMonth(), 1)],
  ['interval of months, days and nanoseconds', fixedInterval(new arrow.IntervalMonthDayNano(), 4)],
  ['dense union', (length, seed) => union(new arrow.DenseUnion([5, 7], unionFields()), length, seed)],
  ['sparse union', (length, seed) => union(new arrow.SparseUnion([5, 7], unionFields()), length, seed)],
]

const FLAT: readonly (readonly [string, Build])[] = [
  ...COLUMN_CASES,
  ...COLUMN_CASES.slice(-6).map(dictionaryOf),
].map(column => [column.name, (length, seed) => column.build(samplesOf(column, length, seed))])

describe.each([...FLAT, ...NESTED])('of a column of %s', (_name, build) => {
  test('any rows are taken, also out of a slice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 9 }),
        fc.nat(),
        fc.infiniteStream(fc.boolean()),
        (length, start, seed, chosen) => {
          const data = build(start + length + 2, seed % 1000)
          const batch = batchOf(start === 0 ? data.slice(0, length) : data.slice(start, length))
          const rows = Array.from({ length }, () => chosen.next().value === true)
          const taken = takeRows(arrow, batch, rangesOf(Uint8Array.from(rows, Number)))
          const expected = valuesOf(batch).filter((_, i) => rows[i])
          expect(valuesOf(taken)).toEqual(expected)
          expect(taken.data.children[0]!.nullCount).toBe(nullsOf(expected, taken))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('the rows hold no memory of the others, and can be written', () => {
    const batch = batchOf(build(1000, 3))
    const taken = takeRows(arrow, batch, Uint32Array.of(10, 20, 30, 31))
    expect(taken.numRows).toBe(11)
    const before = new Set(buffersOf(batch.data))
    const after = buffersOf(taken.data)
    expect(after.filter(buffer => before.has(buffer))).toEqual([])
    for (const buffer of after) expect(buffer.byteLength).toBeLessThan(batch.data.byteLength / 2 + 200)
    const again = arrow.tableFromIPC(arrow.tableToIPC(new arrow.Table(taken.schema, [taken]), 'stream'))
    expect(again.batches.flatMap(valuesOf)).toEqual(valuesOf(taken))
  })
})

test('long and short stretches, all rows and none', () => {
  const batch = batchOf(arrow.makeVector(Float64Array.from({ length: 5000 }, (_, i) => i)).data[0]!)
  const rows = (...ranges: number[]): unknown[] => valuesOf(takeRows(arrow, batch, Uint32Array.from(ranges)))
  expect(rows()).toEqual([])
  expect(rows(0, 5000)).toEqual(valuesOf(batch))
  expect(rows(0, 1, 3, 2000, 4999, 5000)).toEqual([0, ...Array.from({ length: 1997 }, (_, i) => i + 3), 4999])
})

test('the bits of NaN stay as they were', () => {
  const bits = BigUint64Array.of(0x7ff0_0000_0000_0001n, 0xfff8_dead_beef_0001n, 0n)
  const data = arrow.makeVector(new Float64Array(bits.buffer)).data[0]!
  const taken = takeRows(arrow, batchOf(data), Uint32Array.of(0, 2)).data.children[0]!.values
  expect(new BigUint64Array(taken.buffer)).toEqual(bits.slice(0, 2))
})

test('offsets and lengths that lie are refused', () => {
  const type = new arrow.Utf8()
  const lies = (offsets: number[], length: number, bytes = 10): arrow.RecordBatch =>
    batchOf(new arrow.Data(type, 0, length, 0, [Int32Array.from(offsets), new Uint8Array(bytes)] as never))
  const all = Uint32Array.of(0, 2)
  expect(() => takeRows(arrow, lies([0, 8, 4], 2), all)).toThrow(RangeError)
  expect(() => takeRows(arrow, lies([-4, 2, 4], 2), all)).toThrow(RangeError)
  expect(() => takeRows(arrow, lies([0, 2, 11], 2), all)).toThrow(RangeError)
  expect(() => takeRows(arrow, lies([0, 2], 2), all)).toThrow(RangeError)
  expect(() => takeRows(arrow, lies([0, 2, 4], 2), Uint32Array.of(0, 3))).toThrow(RangeError)
  const short = new arrow.Data(new arrow.Int32(), 0, 9, 0, [undefined, new Int32Array(3)] as never)
  expect(() => takeRows(arrow, batchOf(short), Uint32Array.of(2, 4))).toThrow(RangeError)
  const view = new Uint8Array(new Int32Array([20, 0, 0, 5]).buffer)
  const outside = new arrow.Data(new arrow.Utf8View(), 0, 1, 0, [undefined, view] as never, [], undefined, [
    new Uint8Array(20),
  ])
  expect(() => takeRows(arrow, batchOf(outside), Uint32Array.of(0, 1))).toThrow(RangeError)
})

test('views that share bytes take no more memory than before', () => {
  const views = new Uint8Array(
    new Int32Array(Array.from({ length: 1000 }, () => [900, 0, 0, 0]).flat()).buffer,
  )
  const shared = new Uint8Array(1000).fill(97)
  const data = new arrow.Data(new arrow.Utf8View(), 0, 1000, 0, [undefined, views] as never, [], undefined, [
    shared,
  ])
  const taken = takeRows(arrow, batchOf(data), Uint32Array.of(0, 1000))
  expect(taken.data.byteLength).toBeLessThan(20_000)
  expect(valuesOf(taken)).toEqual(valuesOf(batchOf(data)))
})

/** Without the timestamps that Arrow itself does not read: it makes numbers of all of them. */
function samplesOf(column: ColumnCase, length: number, seed: number): (Stored | null)[] {
  const readable = (value: Stored): boolean => {
    if (typeof value !== 'bigint' || !/^(Timestamp|date)/.test(column.name)) return true
    return value > -(2n ** 53n) && value < 2n ** 53n
  }
  return fc.sample(fc.option(column.stored.filter(readable)), { numRuns: length + 1, seed }).slice(1)
}

function batchOf(data: arrow.Data): arrow.RecordBatch {
  return makeBatch(arrow, new arrow.Schema([new arrow.Field('x', data.type, true)]), [data], data.length)
}

function valuesOf(batch: arrow.RecordBatch): unknown[] {
  return [...(batch.getChildAt(0) ?? [])].map(plain)
}

function plain(value: unknown): unknown {
  if (value instanceof arrow.Vector) return [...value].map(plain)
  if (value instanceof arrow.MapRow || value instanceof arrow.StructRow) return [...value].map(plain)
  return Array.isArray(value) ? value.map(plain) : ArrayBuffer.isView(value) ? [String(value)] : value
}

/** Arrow counts the nulls of a dictionary's keys alone, and of a union those of its children. */
function nullsOf(values: readonly unknown[], batch: arrow.RecordBatch): number {
  const data = batch.data.children[0]!
  const { DataType } = arrow
  if (DataType.isDictionary(data.type) || DataType.isUnion(data.type)) return data.nullCount
  return values.filter(value => value === null).length
}

function buffersOf(data: arrow.Data): ArrayBufferLike[] {
  const own = [data.valueOffsets, data.values, data.nullBitmap, data.typeIds, ...data.variadicBuffers].filter(
    view => ArrayBuffer.isView(view) && view.byteLength > 0,
  )
  return [...own.map(view => view.buffer), ...data.children.flatMap(buffersOf)]
}

function largeLists(length: number, seed: number): arrow.Data {
  const small = fromArray(new arrow.List(item(new arrow.Int16())), lists)(length, seed)
  const offsets = BigInt64Array.from(small.valueOffsets as Int32Array, BigInt)
  const type = new arrow.LargeList(item(new arrow.Int16()))
  return arrow.makeData({
    type,
    length,
    nullBitmap: small.nullBitmap,
    valueOffsets: offsets,
    child: small.children[0]!,
  })
}

function fixedInterval(type: arrow.DataType, width: number): Build {
  return length => {
    const values = Int32Array.from({ length: length * width }, (_, i) => i - 9)
    const nullBitmap = Uint8Array.from({ length: (length + 7) >> 3 }, (_, i) => 0xb7 ^ i)
    return new arrow.Data(type, 0, length, -1, [undefined, values, nullBitmap] as never)
  }
}

function unionFields(): arrow.Field[] {
  return [new arrow.Field('a', new arrow.Int32(), true), new arrow.Field('b', new arrow.Utf8(), true)]
}

function union(type: arrow.Union, length: number, seed: number): arrow.Data {
  const typeIds = Int8Array.from({ length }, (_, i) => ((i * 7 + seed) % 3 === 0 ? 7 : 5))
  const isDense = arrow.DataType.isDenseUnion(type)
  const seen = new Map<number, number>()
  const valueOffsets = Int32Array.from(typeIds, id => {
    seen.set(id, (seen.get(id) ?? -1) + 1)
    return seen.get(id)!
  })
  const numbers = fromArray(new arrow.Int32(), i => (i % 3 ? i : null))(length, seed)
  const strings = fromArray(new arrow.Utf8(), texts)(length, seed)
  return new arrow.Data<arrow.DataType>(
    type,
    0,
    length,
    -1,
    [isDense ? valueOffsets : undefined, undefined, new Uint8Array(0), typeIds],
    [numbers, strings],
  )
}
