/** Elements as plain values of JavaScript. */
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  array,
  type DType,
  type ElementOf,
  get,
  type NDArray,
  type Nested,
  structured,
  toNested,
  transpose,
  view,
} from '../../../src/ndarray.js'

const forms: [DType, NDArray, unknown[]][] = [
  ['bool', array([true, false]), [true, false]],
  ['int8', array([-1, 2], [2], 'int8'), [-1, 2]],
  ['uint32', array([1, 2 ** 32 - 1], [2], 'uint32'), [1, 2 ** 32 - 1]],
  ['int64', array([1n, -(2n ** 63n)]), [1n, -(2n ** 63n)]],
  ['uint64', array([2n ** 64n - 1n], [1], 'uint64'), [2n ** 64n - 1n]],
  ['float16', array([0.5, -0, Number.NaN], [3], 'float16'), [0.5, -0, Number.NaN]],
  ['float32', array([0.5, Number.NEGATIVE_INFINITY], [2], 'float32'), [0.5, Number.NEGATIVE_INFINITY]],
  [
    'complex64',
    array([1, 2, 3, 4], [2], 'complex64'),
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['complex128', array([1, -0], [1], 'complex128'), [[1, -0]]],
  ['str', array(['', 'ö😀']), ['', 'ö😀']],
  ['bytes', array([Uint8Array.of(1, 2)]), [Uint8Array.of(1, 2)]],
  ['datetime64[us]', array([5n], [1], 'datetime64[us]'), [5n]],
  ['timedelta64', array([-5n], [1], 'timedelta64'), [-5n]],
  ['struct', structured({ a: array([1]), b: array(['x']) }), [{ a: 1, b: 'x' }]],
]

describe('an element', () => {
  it.each(forms)('of %s has one form, alone and among all', (dtype, a, elements) => {
    expect(a.dtype).toBe(dtype)
    expect(toNested(a)).toEqual(elements)
    expect(elements.map((_, i) => get(a, i))).toEqual(elements)
    expect(elements.map((_, i) => toNested(view(a, [i])))).toEqual(elements)
  })

  it('has a type that follows the dtype', () => {
    expectTypeOf(get(array([1]), 0)).toEqualTypeOf<number>()
    expectTypeOf(get(array([1n]), 0)).toEqualTypeOf<bigint>()
    expectTypeOf(get(array([true]), 0)).toEqualTypeOf<boolean>()
    expectTypeOf(get(array(['a']), 0)).toEqualTypeOf<string>()
    expectTypeOf(get(array([1, 2], [1], 'complex64'), 0)).toEqualTypeOf<[real: number, imaginary: number]>()
    expectTypeOf(get(array([1n], [1], 'datetime64[s]'), 0)).toEqualTypeOf<bigint>()
    expectTypeOf(get(new Uint8Array(1), 0)).toEqualTypeOf<number>()
    expectTypeOf(toNested(array([1n]))).toEqualTypeOf<Nested<bigint>>()
    const any: NDArray = array([1])
    expectTypeOf(get(any, 0)).toEqualTypeOf<ElementOf<DType>>()
  })
})

describe('get', () => {
  const matrix = array([1, 2, 3, 4, 5, 6], [2, 3])

  it('counts negative indices from the end, along every axis', () => {
    expect([get(matrix, 0, 0), get(matrix, 1, 2), get(matrix, -1, -3)]).toEqual([1, 6, 4])
    expect(get(transpose(matrix), 2, 0)).toBe(3)
    expect(get(array([7], []))).toBe(7)
  })

  it('gives records with the arrays and records that they hold', () => {
    const inner = structured({ n: array([1, 2, 3, 4], [2, 2], 'uint8') }, [2])
    const a = structured([
      ['inner', inner],
      ['__proto__', array(['x', 'y'])],
    ])
    const expected = Object.fromEntries<unknown>([
      ['inner', { n: [3, 4] }],
      ['__proto__', 'y'],
    ])
    expect(get(a, 1)).toStrictEqual(expected)
    expect(toNested(a)).toHaveProperty([1], expected)
    expect(Object.keys(get(a, 0))).toEqual(['inner', '__proto__'])
  })

  it.each<[string, unknown[]]>([
    ['past the end', [0, 3]],
    ['before the beginning', [-3, 0]],
    ['too few', [0]],
    ['too many', [0, 0, 0]],
    ['a fraction', [0, 0.5]],
    ['NaN', [0, Number.NaN]],
    ['a string', [0, '1']],
    ['a bigint', [0, 1n]],
    ['nothing', [0, undefined]],
  ])('refuses an index that is %s', (_, indices) => {
    expect(() => get(matrix, ...(indices as number[]))).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', details: { option: 'indices' } }),
    )
  })
})

describe('toNested', () => {
  it('has one level for each axis, whatever the layout', () => {
    const cube = array(
      new Int8Array(12).map((_, i) => i),
      [2, 3, 2],
    )
    expect(toNested(cube)).toEqual([
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      [
        [6, 7],
        [8, 9],
        [10, 11],
      ],
    ])
    expect(toNested(transpose(cube, [2, 0, 1]))).toEqual([
      [
        [0, 2, 4],
        [6, 8, 10],
      ],
      [
        [1, 3, 5],
        [7, 9, 11],
      ],
    ])
  })

  it('of nothing has the levels that there are', () => {
    expect(toNested(array([], [0, 3]))).toEqual([])
    expect(toNested(array([], [2, 0, 3]))).toEqual([[], []])
    expect(toNested(structured({ a: array([], [2, 0]) }, [2]))).toEqual([{ a: [] }, { a: [] }])
  })

  it('refuses more than plain arrays hold before it makes any', () => {
    const refused = expect.objectContaining({ code: 'VALUE_REJECTED' })
    const endless: NDArray = { ...array([1]), shape: [2 ** 40], stride: [0] }
    expect(() => toNested(endless)).toThrow(refused)
    expect(() => toNested(array([], [2 ** 40, 0]))).toThrow(refused)
    expect(() => toNested(structured({ endless }))).toThrow(refused)
    expect(toNested(array([], [0, 2 ** 40]))).toEqual([])
  })
})
