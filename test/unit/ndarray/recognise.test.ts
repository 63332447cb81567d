/** What is an array by its structure, and what is none. */
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { array, asNDArray, isContiguous, type NDArray, structured, toNDArray } from '../../../src/ndarray.js'

describe('asNDArray', () => {
  it('takes a typed array alone as one axis, of any realm', () => {
    expect(asNDArray(new Uint8Array(3))).toMatchObject({ shape: [3], stride: [1], offset: 0, dtype: 'uint8' })
    expect(asNDArray(runInNewContext('new BigUint64Array(2)'))).toMatchObject({ shape: [2], dtype: 'uint64' })
    expect(asNDArray(runInNewContext('({ data: new Float32Array(2), shape: [2] })'))).toMatchObject({
      dtype: 'float32',
    })
  })

  it('takes a scijs ndarray, whose names for dtypes are its own', () => {
    class View2d {
      shape = [2, 2]
      stride = [-2, 1]
      offset = 2
      constructor(
        readonly data: unknown,
        readonly dtype: string,
      ) {}
    }
    expect(asNDArray(new View2d(new BigInt64Array(4), 'bigint64'))).toMatchObject({
      dtype: 'int64',
      offset: 2,
    })
    expect(asNDArray(new View2d(['a', 'b', 'c', 'd'], 'array'))).toMatchObject({ dtype: 'str' })
    expect(asNDArray(new View2d(new Uint8ClampedArray(4), 'uint8_clamped'))).toBeUndefined()
  })

  it("takes a chunk of zarrita's, which has neither offset nor dtype", () => {
    const chunk = { data: new Float32Array(6), shape: [2, 3], stride: [3, 1] }
    expect(asNDArray(chunk)).toEqual({ ...chunk, offset: 0, dtype: 'float32' })
  })

  it('gives back an array of ours as it is', () => {
    const point = structured({ x: array([1, 2]), y: array([3, 4]) })
    for (const ours of [array(['a'], []), array([1, 2]), point, structured({ point, n: new Int8Array(2) })]) {
      expect(asNDArray(ours)).toBe(ours)
    }
  })

  it('takes from objects of a class what an array is, and leaves them alone', () => {
    class View1d {
      stride = [1]
      shape = [2]
      offset = 0
      constructor(readonly data: Float64Array) {}
      get dtype(): string {
        return 'float64'
      }
    }
    const theirs = new View1d(Float64Array.of(1, 2))
    const found = asNDArray(theirs)
    expect(found).not.toBe(theirs)
    expect({ ...found }).toEqual(array(theirs.data))
  })

  it('takes members that are undefined for absent ones', () => {
    const data = Float64Array.of(1, 2, 3, 4)
    const matrix = { data, shape: [2, 2], stride: undefined, offset: undefined, dtype: 'float64' }
    expect(asNDArray(matrix)).toEqual(array(data, [2, 2]))
    const fields = new Map([['x', array([1, 2])]])
    const records = { ...matrix, data: [], shape: [2], dtype: 'struct', fields }
    expect(asNDArray(records)).toEqual(structured(fields))
  })

  it('does not take memory that was transferred for an empty array', () => {
    const data = Float64Array.of(1, 2)
    structuredClone(data.buffer, { transfer: [data.buffer] })
    for (const gone of [data, { data, shape: [0] }]) expect(() => toNDArray(gone)).toThrow(/memory is gone/)
    expect(asNDArray(new Float64Array(0))).toBeDefined()
  })

  const whole: NDArray = {
    data: new Float64Array(6),
    shape: [2, 3],
    stride: [3, 1],
    offset: 0,
    dtype: 'float64',
  }
  const fields = new Map([['x', array([1, 2])]])
  const struct = { data: [], shape: [2], stride: [1], offset: 0, dtype: 'struct', fields }
  const itself = { ...struct, fields: new Map<string, unknown>() }
  itself.fields.set('again', itself)
  const none: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['an object', { data: 5, shape: [1] }],
    ['a DataView', new DataView(new ArrayBuffer(8))],
    ['an ArrayBuffer', new ArrayBuffer(8)],
    ['a clamped array', new Uint8ClampedArray(2)],
    ['plain numbers', { data: [1, 2], shape: [2] }],
    ['plain numbers alone', [1, 2]],
    ['mixed elements', { data: ['a', 1], shape: [2] }],
    ['a negative shape', { ...whole, shape: [-2, 3] }],
    ['a fraction in the shape', { ...whole, shape: [1.5, 3] }],
    ['a shape that is no array', { ...whole, shape: 6 }],
    ['a shape that fits no memory', { data: new Float64Array(6), shape: [7] }],
    ['a stride for another number of axes', { ...whole, stride: [1] }],
    ['a fraction in the stride', { ...whole, stride: [0.5, 1] }],
    ['a stride that leaves the memory', { ...whole, stride: [4, 1] }],
    ['a stride that runs below the memory', { ...whole, stride: [-3, 1] }],
    ['a negative offset', { ...whole, offset: -1 }],
    ['an offset that leaves the memory', { ...whole, offset: 1 }],
    ['a negative offset without elements', { ...whole, shape: [0, 3], offset: -1 }],
    ['a shape beyond all numbers', { ...whole, shape: [2 ** 52, 2 ** 52] }],
    ['half a complex number too much', { data: new Float64Array(5), shape: [2], dtype: 'complex128' }],
    ['half a complex number too little', { ...whole, data: new Float64Array(11), dtype: 'complex128' }],
    ['a shape of too many repeated elements', { ...whole, shape: [2 ** 52, 2 ** 52], stride: [0, 0] }],
    ['a dtype that is no name', { ...whole, dtype: Object.create(null) }],
    ['a hole in the shape', { ...whole, shape: new Array(2) }],
    ['an unknown dtype', { ...whole, dtype: 'float128' }],
    ['a dtype of other memory', { ...whole, dtype: 'int64' }],
    ['a structured array without fields', { ...struct, fields: undefined }],
    ['a structured array of no fields', { ...struct, fields: new Map() }],
    ['fields in an object', { ...struct, fields: { x: array([1, 2]) } }],
    ['what only calls itself a Map', { ...struct, fields: { [Symbol.toStringTag]: 'Map', size: 1 } }],
    ['a field without a name', { ...struct, fields: new Map([['', array([1, 2])]]) }],
    ['a field whose name is a number', { ...struct, fields: new Map([[1, array([1, 2])]]) }],
    ['a field that is no array', { ...struct, fields: new Map([['x', [1, 2]]]) }],
    ['a field of another length', { ...struct, fields: new Map([['x', array([1, 2, 3])]]) }],
    ['a field with fewer axes', { ...struct, shape: [2, 1], stride: [1, 1] }],
    ['a structured array with memory', { ...struct, data: new Float64Array(2) }],
    ['a structured array with strides of its own', { ...struct, stride: [-1] }],
    ['a structured array with an offset of its own', { ...struct, offset: 1 }],
    ['a structured array that holds itself', itself],
    ['int64 in plain numbers', { data: [1, 2], shape: [2], dtype: 'int64' }],
  ]
  it.each(none)('does not take %s, and toNDArray says why', (_, value) => {
    expect(asNDArray(value)).toBeUndefined()
    expect(() => toNDArray(value)).toThrow(expect.objectContaining({ code: 'VALUE_REJECTED' }))
  })

  it('takes strides of zero, which repeat an element', () => {
    expect(asNDArray({ ...whole, shape: [1000, 6], stride: [0, 1] })).toBeDefined()
  })
})

describe('isContiguous', () => {
  it('looks past axes of one element, and past the strides of an empty array', () => {
    expect(isContiguous({ shape: [2, 1, 3], stride: [3, 77, 1] })).toBe(true)
    expect(isContiguous({ shape: [0, 4], stride: [9, 9] })).toBe(true)
    expect(isContiguous({ shape: [], stride: [] })).toBe(true)
    expect(isContiguous({ shape: [2, 3], stride: [1, 2] })).toBe(false)
    expect(isContiguous({ shape: [3], stride: [2] })).toBe(false)
  })
})
