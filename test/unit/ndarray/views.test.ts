/** Views of the same memory, and the copy that is made where there is no such view. */
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  array,
  contiguous,
  type NDArray,
  reshape,
  type Slice,
  type StructArray,
  structured,
  toNested,
  transpose,
  view,
} from '../../../src/ndarray.js'

const matrix = array([1, 2, 3, 4, 5, 6], [2, 3])

function refusal(code: string, option?: string): unknown {
  return expect.objectContaining({ code, details: option === undefined ? {} : { option } })
}

describe('view', () => {
  it('is the same memory, from another place with other steps', () => {
    const part = view(matrix, [1, [null, null, -2]])
    expect(part).toEqual({ data: matrix.data, shape: [2], stride: [-2], offset: 5, dtype: 'float64' })
    expect(part.data).toBe(matrix.data)
    expectTypeOf(part).toEqualTypeOf<NDArray<Float64Array, 'float64'>>()
  })

  it('takes whatever is taken for an array', () => {
    expect(toNested(view(Int8Array.of(1, 2, 3), [[1, null]]))).toEqual([2, 3])
    const chunk = { data: new Float32Array(6), shape: [2, 3], stride: [3, 1] }
    expect(view(chunk, [0])).toMatchObject({ shape: [3], stride: [1], offset: 0, dtype: 'float32' })
    expect(() => view([1, 2] as never, [0])).toThrow(refusal('VALUE_REJECTED'))
    expect(() => view(matrix, [2])).toThrow(refusal('OPTION_INVALID', 'slice'))
  })

  it('of one repeated element repeats it in any direction', () => {
    const repeated: NDArray = { ...matrix, shape: [4], stride: [0], offset: 2 }
    expect(view(repeated, [[null, null, -1]])).toEqual(repeated)
  })

  it('of nothing stays inside the memory', () => {
    const backwards: NDArray = { ...matrix, shape: [2, 0], stride: [-3, 1], offset: 3 }
    expect(view(backwards, [1])).toMatchObject({ shape: [0], offset: 3 })
    expect(toNested(view(backwards, [1]))).toEqual([])
  })

  it('of a structured array takes the same part of every field', () => {
    const spikes = structured({ time: array([1, 2, 3]), position: array([1, 2, 3, 4, 5, 6], [3, 2]) })
    const last = view(spikes, [[null, 0, -1]])
    expectTypeOf(last).toEqualTypeOf<StructArray>()
    expect(toNested(last)).toEqual([
      { time: 3, position: [5, 6] },
      { time: 2, position: [3, 4] },
    ])
    expect(last.fields.get('position')?.data).toBe(spikes.fields.get('position')?.data)
    expect(() => view(spikes, [null, 0])).toThrow(refusal('OPTION_INVALID', 'slice'))
  })
})

describe('transpose', () => {
  it('reverses the axes, or brings them into the order that is asked for', () => {
    const cube = array(new Int16Array(24), [2, 3, 4])
    expect(transpose(cube)).toMatchObject({ shape: [4, 3, 2], stride: [1, 4, 12] })
    expect(transpose(cube, [1, -1, 0])).toMatchObject({ shape: [3, 4, 2], stride: [4, 1, 12] })
    expect(transpose(cube).data).toBe(cube.data)
    expect(transpose(array([1], []))).toMatchObject({ shape: [] })
  })

  it('of a structured array leaves the axes inside its records alone', () => {
    const pairs = structured(
      { a: array(new Uint8Array(6), [2, 3]), b: array(new Uint8Array(24), [2, 3, 4]) },
      [2, 3],
    )
    const turned = transpose(pairs)
    expect(turned.shape).toEqual([3, 2])
    expect(turned.fields.get('b')).toMatchObject({ shape: [3, 2, 4], stride: [4, 12, 1] })
  })

  it.each<[string, unknown]>([
    ['too few', [0]],
    ['one twice', [0, 0]],
    ['one twice, once from the end', [1, -1]],
    ['one that is not there', [0, 2]],
    ['a fraction', [0, 0.5]],
    ['a hole', [0, undefined]],
    ['a bigint', [0n, 1n]],
    ['no array', 1],
  ])('refuses axes with %s', (_, axes) => {
    expect(() => transpose(matrix, axes as number[])).toThrow(refusal('OPTION_INVALID', 'axes'))
  })
})

describe('reshape', () => {
  it('keeps the elements in C order on the same memory', () => {
    const column = reshape(matrix, [3, 2])
    expect(column).toEqual({ data: matrix.data, shape: [3, 2], stride: [2, 1], offset: 0, dtype: 'float64' })
    expect(column.data).toBe(matrix.data)
    expect(reshape(matrix, [-1])).toMatchObject({ shape: [6], stride: [1] })
    expect(reshape(matrix, [1, 3, -1, 1])).toMatchObject({ shape: [1, 3, 2, 1] })
    expect(reshape(array([7], []), [1, -1])).toMatchObject({ shape: [1, 1] })
    expect(reshape(array([]), [-1, 3])).toMatchObject({ shape: [0, 3] })
  })

  it('splits and joins axes of strided arrays where that needs no copy', () => {
    const every2nd = view(array(new Int8Array(24), [4, 6]), [null, [null, null, 2]])
    expect(reshape(every2nd, [2, 2, 3])).toMatchObject({ stride: [12, 6, 2] })
    expect(reshape(every2nd, [12])).toMatchObject({ stride: [2] })
    const turned = transpose(array(new Int8Array(24), [4, 6]))
    expect(reshape(turned, [2, 3, 4])).toMatchObject({ stride: [3, 1, 6] })
  })

  it('names contiguous where it would have to copy', () => {
    expect(() => reshape(transpose(matrix), [6])).toThrow(refusal('VALUE_REJECTED'))
    expect(() => reshape(transpose(matrix), [6])).toThrow('contiguous(a)')
    expect(toNested(reshape(contiguous(transpose(matrix)), [6]))).toEqual([1, 4, 2, 5, 3, 6])
  })

  it('of a structured array changes the axes that its records have in common', () => {
    const inner = structured({ x: array(new Int8Array(12), [4, 3]) }, [4])
    const a = structured({ inner, y: array(new Int8Array(8), [4, 2]) }, [4])
    const none = structured({ z: transpose(array([], [0, 2, 3]), [1, 2, 0]) })
    expect(reshape(none, [6, 0]).fields.get('z')?.shape).toEqual([6, 0])
    expect(reshape(structured({ z: array([], [2, 3, 0]) }, [2, 3]), [6]).shape).toEqual([6])
    const square = reshape(a, [2, -1])
    expect(square.shape).toEqual([2, 2])
    expect(square.fields.get('y')?.shape).toEqual([2, 2, 2])
    expect(square.fields.get('inner')?.shape).toEqual([2, 2])
    expect(square.fields.get('inner')?.fields?.get('x')?.shape).toEqual([2, 2, 3])
  })

  it.each<[string, unknown]>([
    ['too few elements', [5]],
    ['too many elements', [2, 4]],
    ['two open lengths', [-1, -1]],
    ['an open length that does not come out even', [4, -1]],
    ['an open length beside none', [0, -1]],
    ['another negative length', [-2, 3]],
    ['a fraction', [1.5, 4]],
    ['a hole', new Array(2)],
    ['no array', 6],
  ])('refuses a shape with %s', (_, shape) => {
    expect(() => reshape(matrix, shape as number[])).toThrow(refusal('OPTION_INVALID', 'shape'))
  })
})

describe('contiguous', () => {
  it('is the same object where the data are the elements already', () => {
    const inner = structured({ x: new Int8Array(2) })
    for (const whole of [matrix, array(['a', 'b']), array([1], []), inner, structured({ inner, n: inner })]) {
      expect(contiguous(whole)).toBe(whole)
    }
  })

  it('is a view of the same memory where the elements lie together in it', () => {
    const row = contiguous(view(matrix, [1]))
    expect(row).toEqual(array([4, 5, 6]))
    expect(row.data.buffer).toBe(matrix.data.buffer)
    const pair = contiguous(view(array(new Float32Array(6), [3], 'complex64'), [[1, 2]]))
    expect(pair).toMatchObject({ shape: [1], offset: 0, data: new Float32Array(2) })
    expect(contiguous(view(array(['a', 'b', 'c']), [[1, 3]]))).toEqual(array(['b', 'c']))
  })

  const parts: [string, NDArray, Slice][] = [
    ['numbers of 1 byte', array([1, 2, 3, 4, 5, 6], [2, 3], 'int8'), [null, [null, null, -1]]],
    ['numbers of 2 bytes', array([1, 2, 3, 4, 5, 6], [2, 3], 'float16'), [null, [null, null, 2]]],
    ['numbers of 8 bytes', array([1n, 2n, 3n, 4n, 5n, 6n], [2, 3]), [null, 1]],
    ['complex numbers', array([1, 2, 3, 4, 5, 6, 7, 8], [2, 2], 'complex128'), [[null, null, -1], 0]],
    ['strings', array(['a', 'b', 'c', 'd'], [2, 2]), [null, 1]],
    ['byte strings', array([1, 2, 3].map(n => Uint8Array.of(n))), [[null, null, -2]]],
    [
      'nothing',
      array(new Float32Array(6), [2, 3]),
      [
        [2, null],
        [null, null, 2],
      ],
    ],
  ]
  it.each(parts)('copies %s that lie apart, each as it is', (_, whole, slice) => {
    const part = view(whole, slice)
    const copy = contiguous(part)
    expect(copy).toMatchObject({ shape: part.shape, offset: 0, dtype: part.dtype })
    expect(toNested(copy)).toEqual(toNested(part))
    expect(copy.data).toHaveLength(part.shape.reduce((n, m) => n * m, part.dtype === 'complex128' ? 2 : 1))
  })

  it('copies columns that are many times longer than what is copied at once', () => {
    const [rows, columns] = [37, 41]
    const numbers = Array.from({ length: rows * columns }, (_, i) => i)
    const turned = transpose(array(numbers, [rows, columns]))
    const expected = numbers.map((_, i) => (i % rows) * columns + Math.floor(i / rows))
    expect([...contiguous(turned).data]).toEqual(expected)
    expect([...contiguous(view(turned, [null, [null, null, -1]])).data]).toEqual(
      expected.map((_, i) => (rows - 1 - (i % rows)) * columns + Math.floor(i / rows)),
    )
  })

  it('keeps every bit of NaN', () => {
    const words = Uint32Array.of(1, 0x7ff00000, 2, 0xfff80000, 3, 0x7ff40000)
    const copy = contiguous(view(new Float64Array(words.buffer), [[null, null, -1]]))
    expect(new Uint32Array(copy.data.buffer)).toEqual(
      Uint32Array.of(3, 0x7ff40000, 2, 0xfff80000, 1, 0x7ff00000),
    )
  })

  it('copies only the fields that lie apart', () => {
    const a = structured({ x: view(matrix, [null, 0]), y: array([1, 2]) })
    const copy = contiguous(a)
    expect(copy.fields.get('x')).toEqual(array([1, 4]))
    expect(copy.fields.get('y')).toBe(a.fields.get('y'))
  })

  it('says so where a copy cannot fit into memory', () => {
    const endless: NDArray = { ...matrix, shape: [2 ** 26, 2 ** 26], stride: [0, 0] }
    expect(() => contiguous(endless)).toThrow(refusal('VALUE_REJECTED'))
    expect(() => contiguous([1, 2] as never)).toThrow(refusal('VALUE_REJECTED'))
  })
})
