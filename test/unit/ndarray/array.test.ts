/** Making arrays of what people have. */
import { describe, expect, it } from 'vitest'
import { array, asNDArray, type DType, type Float16Data } from '../../../src/ndarray.js'

const { Float16Array: Float16 } = globalThis as { Float16Array?: new (values: number[]) => Float16Data }

describe('array', () => {
  it('makes float64, int64 and bool of numbers, bigints and booleans', () => {
    expect(array([1, 2.5, -0])).toEqual({
      data: Float64Array.of(1, 2.5, -0),
      shape: [3],
      stride: [1],
      offset: 0,
      dtype: 'float64',
    })
    expect(array([2n ** 63n - 1n, -(2n ** 63n)])).toMatchObject({
      data: BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)),
      dtype: 'int64',
    })
    expect(array([true, false])).toMatchObject({ data: Uint8Array.of(1, 0), dtype: 'bool' })
    expect(array([])).toMatchObject({ data: new Float64Array(), shape: [0] })
  })

  it('keeps typed arrays, strings and byte strings without a copy', () => {
    for (const data of [new Int16Array(4), ['a', 'b', 'c', 'd'], [1, 2, 3, 4].map(n => Uint8Array.of(n))]) {
      expect(array(data, [2, 2]).data).toBe(data)
    }
    const pairs = new Float32Array(8)
    expect(array(pairs, [2, 2], 'complex64')).toMatchObject({
      data: pairs,
      stride: [2, 1],
      dtype: 'complex64',
    })
    expect(array(new BigInt64Array(2), undefined, 'datetime64[us]')).toMatchObject({ shape: [2] })
  })

  it('takes the bits of what calls itself a Float16Array', () => {
    class Float16Array extends Uint16Array {
      override get [Symbol.toStringTag](): 'Uint16Array' {
        return 'Float16Array' as never
      }
    }
    const bits = Uint16Array.of(0x3c00, 0xc000)
    expect(asNDArray(Float16Array.from(bits))).toMatchObject({ data: bits, dtype: 'float16' })
    expect(asNDArray({ data: Float16Array.from(bits), shape: [2], dtype: 'uint16' })).toBeUndefined()
  })

  it.skipIf(Float16 === undefined)(
    'takes the numbers of a Float16Array (skipped where the runtime has none)',
    () => {
      const numbers = new Float16!([1, 2])
      expect(array(numbers)).toMatchObject({ data: Uint16Array.of(0x3c00, 0x4000), dtype: 'float16' })
      expect(array(numbers, [2], 'float32').data).toEqual(Float32Array.of(1, 2))
      expect(array(numbers, [2], 'uint16').data).toEqual(Uint16Array.of(1, 2))
    },
  )

  it('converts exactly, and rounds nothing but fractions', () => {
    expect(array([0, 255], [2], 'uint8').data).toEqual(Uint8Array.of(0, 255))
    expect(array([2 ** 60], [1], 'int64').data).toEqual(BigInt64Array.of(2n ** 60n))
    expect(array([0.1, Number.NaN, Number.NEGATIVE_INFINITY], [3], 'float32').data).toEqual(
      Float32Array.of(0.1, Number.NaN, Number.NEGATIVE_INFINITY),
    )
    expect(array([1, 0], [2], 'bool').data).toEqual(Uint8Array.of(1, 0))
    expect(array([5n], [1], 'int8').data).toEqual(Int8Array.of(5))
    expect(array([1, 2, 3, 4], [2], 'complex128').data).toEqual(Float64Array.of(1, 2, 3, 4))
    expect(array([1, -0, 65504, 2 ** -24, 0.1], [5], 'float16').data).toEqual(
      Uint16Array.of(0x3c00, 0x8000, 0x7bff, 1, 0x2e66),
    )
  })

  const refused: [string, () => unknown][] = [
    ['a fraction as an integer', () => array([1.5], [1], 'int32')],
    ['a fraction as int64', () => array([1.5], [1], 'int64')],
    ['NaN as an integer', () => array([Number.NaN], [1], 'uint16')],
    ['256 as uint8', () => array([256], [1], 'uint8')],
    ['-1 as uint64', () => array([-1], [1], 'uint64')],
    ['2^63 as int64', () => array([2n ** 63n])],
    ['2 as bool', () => array([2], [1], 'bool')],
    ['1e39 as float32', () => array([1e39], [1], 'float32')],
    ['65520 as float16', () => array([65520], [1], 'float16')],
    ['a bigint that a double rounds', () => array([2n ** 53n + 1n], [1], 'float64')],
    ['a bigint beyond all doubles', () => array([10n ** 400n], [1], 'float64')],
    ['numbers as strings', () => array([1], [1], 'str')],
    ['strings as numbers', () => array(['1'], [1], 'float64')],
    ['strings as byte strings', () => array(['1'], [1], 'bytes')],
    ['another number of elements', () => array([1, 2, 3], [2, 2])],
    ['an unknown dtype', () => array([1], [1], 'float128' as DType)],
    ['an unknown unit', () => array([1n], [1], 'datetime64[weeks]')],
    ['a name of Object.prototype', () => array([1], [1], 'constructor' as DType)],
    ['holes', () => array(new Array<number>(2))],
    ['mixed elements', () => array([1, 'a'] as number[])],
    ['no array', () => array(new Map() as never)],
    ['a clamped array', () => array(new Uint8ClampedArray(2) as never)],
    ['structured arrays', () => array([], [0], 'struct')],
  ]
  it('says how to give arrays in arrays', () => {
    const rows = [
      [1, 2],
      [3, 4],
    ] as unknown as number[]
    expect(() => array(rows)).toThrow(/one flat array, and the shape/)
  })

  it.each(refused)('refuses %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'VALUE_REJECTED' }))
  })
})
