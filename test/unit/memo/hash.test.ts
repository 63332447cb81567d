/**
 * The hash of arguments: what is equal has one, what differs has another, and none ever changes.
 */
import { createHash } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import * as arrow from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { array, contiguous, structured, transpose, view } from '../../../src/index.js'
import { hashArguments } from '../../../src/memo/hash.js'

const hash = async (...args: readonly unknown[]): Promise<string> =>
  (await hashArguments(undefined, args)).hash

/** A hole, for the linter's sake not as a literal. */
const holed = [1, 2, 3]
delete holed[1]

describe('hashes', () => {
  it('are frozen: results that are stored are found for ever', async () => {
    const table = arrow.tableFromArrays({ n: Int32Array.of(1, 2), s: ['a', 'b'] })
    const seen: Record<string, string> = {
      nothing: await hash(),
      plain: await hash(1, '1', [true, null], { b: undefined, a: -0 }),
      further: await hash(10n, new Date(0), Number.NaN, new Map([[1, 2]]), new Set(['x'])),
      memory: await hash(Float64Array.of(1, 2), new Uint8Array([1, 2]).buffer),
      arrays: await hash(array([1, 2, 3, 4], [2, 2]), array(['a', 'b']), structured({ t: array([1]) })),
      table: await hash(table),
      unicode: await hash('é\u{1f600}', '\ud800'),
      version: (await hashArguments(['version', 2], [1])).hash,
    }
    expect(seen).toEqual({
      arrays: '595bf26a63cd86b0ed392b47a586a5e3d32d3491d351d4fc62fadf6dacfcbb09',
      further: '35c5b6b88fe991d8ce9e2bc889bfe8d1f9cab36c68a234463f0bb8a367dff979',
      memory: '23a8aa4557a1bdd9763ccc6346013e2725e345440406fb8f4f11a50006e54814',
      nothing: 'aea382200687d9c8531a23b73c5485b12a67998f7fe9f59ab5a3258a2da956bb',
      plain: 'c9f06b426cad3e0cc3011098e90e7b743155ce75780579e497d9a86adb5e4c9b',
      table: '555772b536edd5e0d5dbc56ef09f71270a8291cc32ebf2500f3bce519962f5e0',
      unicode: 'bb574f094920b5498b512fad15ebb3cb86edeb1a947722e47cf6fb24f4656de5',
      version: 'e19374eb9b5d36251b1bb2f3fd4b91b3075cc60e4a57d8e774dd941834250fd3',
    })
  })

  it('are those of the encoding that hash.ts describes', async () => {
    const size = (n: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(n)).buffer)
    const text = (s: string): Buffer =>
      Buffer.concat([Buffer.from('s'), size(Buffer.byteLength(s)), Buffer.from(s)])
    const float = (n: number): Buffer => Buffer.from(Float64Array.of(n).buffer)
    const encoded = Buffer.concat([
      ...[Buffer.from('dirdict memo 1\nua'), size(2)],
      ...[Buffer.from('o'), size(2), text('a'), Buffer.from('d'), float(1.5), text('b'), Buffer.from('n')],
      ...[Buffer.from('N'), text('float32'), size(1), size(2), Buffer.from(Float32Array.of(1, 2).buffer)],
    ])
    const expected = createHash('sha256').update(encoded).digest('hex')
    expect(await hash({ b: null, a: 1.5 }, array(Float32Array.of(1, 2)))).toBe(expected)
  })

  it('are those of the content, whatever the object', async () => {
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
    })
    await fc.assert(
      fc.asyncProperty(values, async value => {
        expect(await hash(structuredClone(value))).toBe(await hash(value))
      }),
    )
  })

  it('differ for values that differ', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (a, b) => {
        const isEqual = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
        fc.pre(!hasMinusZero([a, b]))
        expect((await hash(a)) === (await hash(b))).toBe(isEqual)
      }),
    )
  })

  it('do not go by the order of members, or by the realm', async () => {
    expect(await hash({ a: 1, b: [2] })).toBe(await hash({ b: [2], a: 1 }))
    expect(await hash(runInNewContext('({ b: [2], a: new Map([[1, new Date(3)]]) })'))).toBe(
      await hash({ a: new Map([[1, new Date(3)]]), b: [2] }),
    )
  })

  it('of plain objects that are built like a table go by all members', async () => {
    const like = { schema: { fields: [{ name: 'x' }] }, batches: [1] }
    expect(await hash({ ...like, rate: 1 })).not.toBe(await hash({ ...like, rate: 2 }))
    expect(await hash(like)).not.toBe(await hash({ ...like, batches: [2] }))
  })

  it('of large Maps and objects give the event loop its turn', async () => {
    const map = new Map(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, i]))
    for (const value of [map, Object.fromEntries(map)]) {
      let turns = 0
      const timer = setInterval(() => turns++, 0)
      await hash(value)
      clearInterval(timer)
      expect(turns).toBeGreaterThan(0)
    }
  })

  it('differ for all of these', async () => {
    const different: (readonly unknown[])[] = [
      [],
      [undefined],
      [undefined, undefined],
      [null],
      [0],
      [-0],
      [Number.NaN],
      [Number.POSITIVE_INFINITY],
      [1],
      [1n],
      ['1'],
      [true],
      [[1]],
      [{ 0: 1 }],
      [new Map([[0, 1]])],
      [new Set([1])],
      [1, 2],
      [[1, 2]],
      [[1], 2],
      [[[1], 2]],
      [{ a: undefined }],
      [{}],
      [[]],
      [''],
      ['ab', 'c'],
      ['a', 'bc'],
      ['\ud800'],
      ['\ufffd'],
      [new Date(1)],
      [new Date(Number.NaN)],
      ...[Int8Array, Uint8Array, Uint8ClampedArray, Float32Array, Float64Array].map(Numbers => [
        Numbers.of(1),
      ]),
      [BigInt64Array.of(1n)],
      [BigUint64Array.of(1n)],
      [new Uint8Array([1]).buffer],
      [new DataView(new Uint8Array([1]).buffer)],
      [array([1])],
      [array([1], [1, 1])],
      [array([1], [], 'float64')],
      [array(Float32Array.of(1))],
      [array(BigInt64Array.of(1n), [1], 'datetime64[s]')],
      [array(BigInt64Array.of(1n), [1], 'datetime64[ms]')],
      [array(Uint8Array.of(1), [1], 'bool')],
      [array(['1'])],
      [array(['1', '2'])],
      [array(['12', ''])],
      [structured({ a: array([1]) })],
      [structured({ b: array([1]) })],
      [{ data: Float64Array.of(1), shape: [1], unit: 'mV' }],
      [{ data: Float64Array.of(1), shape: [1], unit: 'V' }],
    ]
    const hashes = await Promise.all(different.map(args => hash(...args)))
    expect(new Set(hashes).size).toBe(different.length)
  })
})

describe('arrays', () => {
  it('go by dtype, shape and elements, whatever their strides and offset', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('float64', 'int16', 'complex64', 'str'),
        async (shape, dtype) => {
          const count = shape.reduce((product, n) => product * n, 1)
          const a =
            dtype === 'str'
              ? array(
                  Array.from({ length: count }, (_, i) => `s${i}`),
                  shape,
                )
              : array(
                  Float64Array.from({ length: dtype === 'complex64' ? 2 * count : count }, (_, i) => i),
                  shape,
                  dtype,
                )
          for (const b of [transpose(a), view(a, ['...', [null, null, -1]]), view(a, [[1, null]])]) {
            expect(await hash(b)).toBe(await hash(contiguous(b)))
          }
        },
      ),
    )
  })

  it('of many blocks, in Fortran order, go by their elements too', async () => {
    const a = array(
      Float64Array.from({ length: 1200 * 700 }, (_, i) => Math.sin(i)),
      [1200, 700],
    )
    expect(await hash(transpose(a))).toBe(await hash(contiguous(transpose(a))))
    const long = array(Int32Array.from({ length: 2 ** 20 }, (_, i) => i))
    expect(await hash(view(long, [[null, null, 2]]))).toBe(
      await hash(contiguous(view(long, [[null, null, 2]]))),
    )
    const wide = array(
      Int32Array.from({ length: 2 * 3 * 2 ** 18 }, (_, i) => i),
      [2, 3, 2 ** 18],
    )
    const back = view(wide, [
      [null, null, -1],
      [null, null, -1],
    ])
    expect(await hash(back)).toBe(await hash(contiguous(back)))
  })

  it('of scijs and zarrita are those of ours', async () => {
    class Scijs {
      data = Float64Array.of(1, 2)
      shape = [2]
      stride = [1]
      offset = 0
      get dtype(): string {
        return 'float64'
      }
    }
    const ours = await hash(array([1, 2]))
    expect(await hash(new Scijs())).toBe(ours)
    expect(await hash({ data: Float64Array.of(1, 2), shape: [2], stride: [1] })).toBe(ours)
  })

  it('give the event loop its turn', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await hash(new Float64Array(2 ** 24))
    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
  })
})

describe('tables', () => {
  const columns = {
    n: arrow.vectorFromArray([1, null, 3, 4], new arrow.Int32()),
    f: arrow.vectorFromArray([0.5, -0, Number.NaN, 2], new arrow.Float64()),
    b: arrow.vectorFromArray([true, false, null, true], new arrow.Bool()),
    s: arrow.vectorFromArray(['a', '', null, 'long enough to leave a view'], new arrow.Utf8()),
    d: arrow.vectorFromArray(['x', 'y', null, 'x'], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8())),
    l: arrow.vectorFromArray(
      [[1, 2], null, [], [3, null]],
      new arrow.List(new arrow.Field('item', new arrow.Float32(), true)),
    ),
    x: arrow.vectorFromArray(
      [[1, 2], null, [3, 4], [5, 6]],
      new arrow.FixedSizeList(2, new arrow.Field('item', new arrow.Int16(), true)),
    ),
    r: arrow.vectorFromArray(
      [{ a: 1 }, null, { a: null }, { a: 2 }],
      new arrow.Struct([new arrow.Field('a', new arrow.Int8(), true)]),
    ),
    v: arrow.vectorFromArray(['a', '', null, 'long enough to leave a view'], new arrow.Utf8View()),
    t: arrow.vectorFromArray([1, 2, null, 3], new arrow.TimestampMillisecond()),
    z: arrow.vectorFromArray([null, null, null, null], new arrow.Null()),
  }
  const table = new arrow.Table(columns)

  it('of every type have a hash that is frozen', async () => {
    expect(await hash(table)).toBe('446d51ceff30fbf37ebf62151d6df0538283b029bbb33bb311f8ba0b025b8c3f')
  })

  it('go by schema and values, whatever their batches and offsets', async () => {
    const expected = await hash(table)
    for (const cut of [1, 2, 3]) {
      expect(await hash(table.slice(0, cut).concat(table.slice(cut)))).toBe(expected)
    }
    expect(await hash(table.slice(1).concat(table.slice(0, 1)).slice(3).concat(table.slice(1)))).toBe(
      expected,
    )
    expect(await hash(arrow.tableFromIPC(arrow.tableToIPC(table)))).toBe(expected)
  })

  it('differ where one cell, one type or one name does', async () => {
    const expected = await hash(table)
    const others = Object.keys(columns).flatMap(name => [
      new arrow.Table({ ...columns, [name]: arrow.vectorFromArray([9n, 9n, 9n, 9n], new arrow.Int64()) }),
      new arrow.Table({
        ...columns,
        [name]: columns[name as 'n'].slice(1).concat(columns[name as 'n'].slice(0, 1)),
      }),
    ])
    // A column of nulls stays what it is, in any order.
    const hashes = await Promise.all(others.slice(0, -1).map(other => hash(other)))
    expect(new Set([expected, ...hashes]).size).toBe(hashes.length + 1)
    const renamed = new arrow.Table({ m: columns.n })
    expect(await hash(renamed)).not.toBe(await hash(new arrow.Table({ n: columns.n })))
  })

  it('with lists of other lengths differ', async () => {
    const lists = (value: number[][]): arrow.Table =>
      new arrow.Table({
        l: arrow.vectorFromArray(value, new arrow.List(new arrow.Field('item', new arrow.Int8()))),
      })
    expect(await hash(lists([[1], [2, 3]]))).not.toBe(await hash(lists([[1, 2], [3]])))
  })

  it('of unions are refused', async () => {
    const union = new arrow.SparseUnion([0], [new arrow.Field('a', new arrow.Int8())])
    const data = arrow.makeData({
      type: union,
      length: 1,
      typeIds: Int8Array.of(0),
      children: [arrow.makeData({ type: new arrow.Int8(), data: Int8Array.of(1) })],
    })
    await expect(hash(new arrow.Table({ u: new arrow.Vector([data]) }))).rejects.toMatchObject({
      code: 'VALUE_REJECTED',
      message: expect.stringContaining('arguments[0], column "u"'),
    })
  })
})

describe('what has no stable hash is refused with its path', () => {
  const circle: unknown[] = [1]
  circle.push({ inner: circle })
  class Cell {
    id = 1
  }
  const gone = new Float64Array(8)
  structuredClone(gone.buffer, { transfer: [gone.buffer] })
  let deep: unknown = 1
  for (let i = 0; i < 100_000; i++) deep = [deep]
  it.each<[string, unknown, string]>([
    ['a function', { run: () => 1 }, 'arguments[1].run is a function'],
    ['a symbol', [Symbol('x')], 'arguments[1][0] is a symbol'],
    ['a member named by a symbol', { [Symbol('x')]: 1 }, 'arguments[1] has members named by symbols'],
    ['an instance', { cells: [new Cell()] }, 'arguments[1].cells[0] is an instance of Cell'],
    ['an instance of a subclass', new (class Table extends Map {})(), 'arguments[1] is an instance of Table'],
    ['an error', new Error('x'), 'arguments[1] is an instance of Error'],
    ['a regular expression', /x/, 'arguments[1] is an instance of RegExp'],
    ['a promise', new Map([['a', Promise.resolve(1)]]), 'arguments[1].values()[0] is a promise'],
    ['a proxy', new Proxy({}, {}), 'arguments[1] is a proxy'],
    ['a cycle', circle, 'arguments[1][1].inner is part of itself'],
    ['a hole', holed, 'arguments[1][1] is a hole'],
    ['an array with further members', Object.assign([1], { unit: 'mV' }), 'members of its own'],
    ['memory that was transferred', gone, 'arguments[1] has lost its memory'],
    ['what is nested too deep', deep, 'is nested deeper than 500 levels'],
  ])('%s', async (_name, value, message) => {
    await expect(hash(1, value)).rejects.toMatchObject({
      code: 'VALUE_REJECTED',
      message: expect.stringContaining(message),
    })
  })

  it('what occurs twice, but not within itself, is fine', async () => {
    const shared = { a: 1 }
    expect(await hash([shared, shared])).toBe(await hash([{ a: 1 }, { a: 1 }]))
  })
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => ({ name, member: sorted(member) }))
  return { members }
}

function hasMinusZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasMinusZero)
  return Object.is(value, -0)
}
