/** What `where` refuses: options that say nothing sensible, and batches whose buffers lie. */
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { makeBatch } from '../../dumpers/_arrow/batch.js'
import { compileWhere } from '../../dumpers/_arrow/where.js'
import { isDirdictError } from '../../src/errors.js'

const list = new arrow.List(new arrow.Field('item', new arrow.Int8(), true))
const FIELDS = [
  new arrow.Field('rate', new arrow.Float64(), true),
  new arrow.Field('Rate (Hz)', new arrow.Float32(), true),
  new arrow.Field('count', new arrow.Int64(), true),
  new arrow.Field('cell', new arrow.Utf8(), true),
  new arrow.Field('ok', new arrow.Bool(), true),
  new arrow.Field('at', new arrow.TimestampMicrosecond(), true),
  new arrow.Field('time', new arrow.TimeMillisecond(), true),
  new arrow.Field('price', new arrow.Decimal(2, 9, 128), true),
  new arrow.Field('raw', new arrow.Binary(), true),
  new arrow.Field('category', new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()), true),
  new arrow.Field('list', list, true),
  new arrow.Field('struct', new arrow.Struct([new arrow.Field('a', new arrow.Int8(), true)]), true),
  new arrow.Field('interval', new arrow.IntervalDayTime(), true),
  new arrow.Field('huge', new arrow.Decimal(2 ** 30, 9, 128), true),
]

function refusal(where: unknown): { message: string; near: readonly string[] | undefined } {
  try {
    compileWhere(arrow, where, FIELDS)
  } catch (error) {
    if (!isDirdictError(error, 'OPTION_INVALID')) throw error
    expect(error.details.option).toBe('where')
    return { message: error.message, near: error.details.near }
  }
  throw new Error(`${String(where)} was accepted`)
}

test.each<[string, unknown]>([
  ['null', null],
  ['a string', 'rate > 1'],
  ['a number', 5],
  ['an array', [{ rate: 1 }]],
  ['a function', () => true],
  ['a Map', new Map([['rate', 1]])],
])('%s is no option', (_name, where) => {
  expect(refusal(where).message).toMatch(/maps names of columns/)
})

test('an unknown column is refused, and those that look like it are named', () => {
  const { message, near } = refusal({ rat: 1 })
  expect(message).toMatch(/^There is no column "rat"\. There is: "rate", "Rate \(Hz\)", .*of 14 columns/)
  expect(near?.slice(0, 2)).toEqual(['rate', 'Rate (Hz)'])
  expect(refusal(JSON.parse('{ "__proto__": 1 }')).message).toMatch(/no column "__proto__"/)
})

test.each<[string, unknown, RegExp]>([
  ['an unknown operator', { $gt: 1 }, /no operator "\$gt"/],
  ['an operator of objects', { toString: 1 }, /no operator "toString"/],
  ['a condition without operators', {}, /is empty/],
  ['an array instead of in', [1, 2], /write \{ in: \[ … \] \}/],
  ['undefined', undefined, /with undefined/],
  ['undefined in an operator', { gt: undefined }, /with undefined/],
  ['a function', () => 1, /with a function/],
  ['a RegExp', /L5/, /with such an object/],
  ['NaN', Number.NaN, /NaN/],
  ['NaN in a list', { in: [1, Number.NaN] }, /NaN/],
  ['an invalid Date', new Date(Number.NaN), /invalid Date/],
  ['null in an order', { lt: null }, /`lt` of column "rate" takes a value, not null/],
  ['in without an array', { in: 1 }, /`in` of column "rate" takes an array/],
  ['a nested array', { in: [[1]] }, /with an array/],
  ['another typed array', new Float64Array(1), /with such an object/],
])('%s is no condition', (_name, condition, message) => {
  expect(refusal({ rate: condition }).message).toMatch(message)
})

test.each<[string, unknown]>([
  ['rate', '1'],
  ['rate', true],
  ['rate', new Date(0)],
  ['count', '1'],
  ['cell', 1],
  ['cell', '\ud800'],
  ['ok', 1],
  ['at', '2024-01-01'],
  ['time', new Date(0)],
  ['price', 'a lot'],
  ['price', '1e9999'],
  ['price', new Date(0)],
  ['raw', 'bytes'],
  ['category', 1],
])('a column %s is not compared with %o', (name, operand) => {
  for (const condition of [operand, { ne: operand }, { in: [null, operand] }]) {
    expect(refusal({ [name]: condition }).message).toMatch(/which `where` compares with .*, not with/)
  }
})

test.each(['list', 'struct', 'interval', 'huge'])('a column of %s is not compared at all', name => {
  expect(refusal({ [name]: null }).message).toMatch(/which `where` does not compare/)
})

test('a message shows long values in part', () => {
  expect(refusal({ rate: 'x'.repeat(10_000) }).message.length).toBeLessThan(200)
})

describe('a damaged batch is a RangeError', () => {
  const buffers = (
    type: arrow.DataType,
    length: number,
    offsets: unknown,
    values: unknown,
    nulls?: Uint8Array,
  ): arrow.Data =>
    new arrow.Data(type, 0, length, nulls === undefined ? 0 : -1, [offsets, values, nulls] as never)
  const keys = (type: arrow.Dictionary, values: number[]): arrow.Data => {
    const dictionary = arrow.vectorFromArray(['a', 'b'], new arrow.Utf8())
    return arrow.makeData({ type, data: Int8Array.from(values), dictionary, length: values.length })
  }
  const view = (length: number, buffer: number, offset: number): arrow.Data =>
    new arrow.Data(
      new arrow.Utf8View(),
      0,
      1,
      0,
      [undefined, new Uint8Array(Int32Array.of(length, 0, buffer, offset).buffer)] as never,
      [],
      undefined,
      [new Uint8Array(30)],
    )
  const dictionary = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8())
  test.each<[string, arrow.Data, unknown]>([
    ['too few values', buffers(new arrow.Int32(), 5, undefined, new Int32Array(4)), 1],
    ['too few large values', buffers(new arrow.Int64(), 5, undefined, new BigInt64Array(4)), 1],
    ['too few bits', buffers(new arrow.Bool(), 9, undefined, new Uint8Array(1)), true],
    ['too few words', buffers(new arrow.Decimal(0, 9, 128), 2, undefined, new Uint32Array(7)), 1],
    [
      'too few bits of validity',
      buffers(new arrow.Int8(), 9, undefined, new Int8Array(9), new Uint8Array(1)),
      1,
    ],
    ['too few offsets', buffers(new arrow.Utf8(), 2, Int32Array.of(0, 1), new Uint8Array(9)), 'a'],
    ['falling offsets', buffers(new arrow.Utf8(), 2, Int32Array.of(0, 2, 1), new Uint8Array(9)), 'a'],
    ['offsets before the values', buffers(new arrow.Utf8(), 1, Int32Array.of(-1, 1), new Uint8Array(9)), 'a'],
    ['offsets past the values', buffers(new arrow.Utf8(), 1, Int32Array.of(0, 10), new Uint8Array(9)), 'a'],
    [
      'large offsets past the values',
      buffers(new arrow.LargeUtf8(), 1, BigInt64Array.of(0n, 2n ** 62n), new Uint8Array(9)),
      'a',
    ],
    ['values of another type', buffers(new arrow.Int32(), 1, undefined, new BigInt64Array(1)), 1],
    ['a key after its dictionary', keys(dictionary, [0, 2]), 'a'],
    ['a negative key', keys(dictionary, [0, -1]), 'a'],
    ['a view of a buffer that is not there', view(20, 1, 0), 'a'],
    ['a view past its buffer', view(20, 0, 11), 'a'],
    ['a view of negative length', view(-1, 0, 0), 'a'],
  ])('%s', (_name, data, operand) => {
    const schema = new arrow.Schema([new arrow.Field('x', data.type, true)])
    const batch = makeBatch(arrow, schema, [data], data.length)
    for (const x of [operand, { ne: operand }]) {
      expect(() => compileWhere(arrow, { x }, schema.fields).matches(batch)).toThrow(RangeError)
    }
  })

  test('but null slots may hold anything', () => {
    const nulls = new Uint8Array(1)
    const views = new Uint8Array(Int32Array.of(-9, 0, 7, 7).buffer)
    const garbage = [
      new arrow.Data(new arrow.Utf8View(), 0, 1, -1, [undefined, views, nulls] as never),
      arrow.makeData({
        type: dictionary,
        data: Int8Array.of(99),
        nullBitmap: nulls,
        length: 1,
        dictionary: arrow.vectorFromArray(['a'], new arrow.Utf8()),
      }),
    ]
    for (const data of garbage) {
      const schema = new arrow.Schema([new arrow.Field('x', data.type, true)])
      const batch = makeBatch(arrow, schema, [data], 1)
      expect([...compileWhere(arrow, { x: 'a' }, schema.fields).matches(batch)]).toEqual([])
      expect([...compileWhere(arrow, { x: null }, schema.fields).matches(batch)]).toEqual([0, 1])
    }
  })

  test('and so is a column that is not in the batch', () => {
    const schema = new arrow.Schema([new arrow.Field('y', new arrow.Int8(), true)])
    const batch = makeBatch(arrow, schema, [arrow.makeVector(Int8Array.of(1)).data[0]!], 1)
    expect(() => compileWhere(arrow, { rate: 1 }, FIELDS).matches(batch)).toThrow(RangeError)
  })
})
