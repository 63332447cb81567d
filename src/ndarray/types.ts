/**
 * NDArray, a plain object compatible with scijs `ndarray` and with zarrita's chunks, and what is taken for one.
 */

import type { DType, NaturalDType, NDArrayData, TypedArray } from './dtype.js'

/** An array of any number of dimensions. Element (i, j, …) lies at `data[offset + i * stride[0] + j * stride[1] …]`. */
export interface NDArray<Data extends NDArrayData = NDArrayData, D extends DType = DType> {
  readonly data: Data
  /** Elements along each axis; empty for a single number. */
  readonly shape: readonly number[]
  /** Steps along each axis, in elements of `dtype`. */
  readonly stride: readonly number[]
  /** Where the first element lies, in elements of `dtype`. */
  readonly offset: number
  readonly dtype: D
  /**
   * The fields of a structured array by name, in order; see {@link StructArray}. A Map, because an object would put
   * names such as `'0'` first.
   */
  readonly fields?: ReadonlyMap<string, NDArray> | undefined
}

/**
 * A structured array, each element of which is a record. It has no memory of its own: `data` is an empty array, `stride`
 * and `offset` are those of C order, and `fields` holds one array for each named field, which begins with the axes of
 * `shape`. A field that is an array in each record has further axes; a field may be structured itself.
 */
export interface StructArray extends NDArray<never[], 'struct'> {
  readonly fields: ReadonlyMap<string, NDArray>
}

/** The runtime's own `Float16Array` (Node 24 and later), of which the bits are taken. */
export interface Float16Data {
  readonly [Symbol.toStringTag]: 'Float16Array'
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly length: number
}

/** Memory with a shape, as scijs `ndarray` and zarrita have it. What is absent is C order from element 0. */
export interface ArrayLikeInput {
  readonly data: NDArrayData | Float16Data
  readonly shape: readonly number[]
  readonly stride?: readonly number[] | undefined
  readonly offset?: number | undefined
  /** A name of numpy's or of scijs's (`bigint64`, `array`); by the memory where it is absent. */
  readonly dtype?: string | undefined
  /** With the dtype `struct` alone. */
  readonly fields?: ReadonlyMap<string, ArrayInput> | undefined
}

/** What is taken for an array: an {@link NDArray}, anything of its structure, or a typed array alone, which is 1-d. */
export type ArrayInput = ArrayLikeInput | TypedArray | Float16Data

/** The {@link NDArray} that an input is taken for. */
export type ArrayOf<A extends ArrayInput> = A extends StructArray
  ? StructArray
  : A extends NDArray<infer Data, infer D>
    ? NDArray<Data, D>
    : A extends TypedArray
      ? NDArray<A, NaturalDType<A>>
      : A extends Float16Data
        ? NDArray<Uint16Array, 'float16'>
        : NDArray

/** Where the elements of an array lie in its memory. */
export type Layout = Pick<NDArray, 'shape' | 'stride' | 'offset'>

/** The number of elements of `shape`. */
export function countOf({ shape }: Pick<NDArray, 'shape'>): number {
  return shape.reduce((product, n) => product * n, 1)
}

/** The strides, in elements, of an array of `shape` in C order without gaps. */
export function rowMajorStride(shape: readonly number[]): number[] {
  let step = 1
  const stride = shape.map(() => 1)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step
    step *= shape[axis]!
  }
  return stride
}

/** Whether the elements lie in C order without gaps between them. Of a structured array, the fields have to be asked. */
export function isContiguous(a: Pick<NDArray, 'shape' | 'stride'>): boolean {
  const whole = rowMajorStride(a.shape)
  return a.shape.includes(0) || a.shape.every((n, axis) => n === 1 || a.stride[axis] === whole[axis])
}
