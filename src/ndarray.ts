/**
 * NDArray: an n-dimensional array as a plain object, compatible with scijs `ndarray` and with zarrita's chunks.
 * `array` makes one, `asNDArray` recognises one; whatever calculates with them is left to other packages.
 */

import {
  componentsOf,
  convert,
  type DataOf,
  type DType,
  isDType,
  memoryOf,
  type NDArrayData,
  type TypedArray,
} from './dtype.js'
import { DirdictError } from './errors.js'

export type { DataOf, DType, NDArrayData, NumericMemory, TypedArray } from './dtype.js'
export { componentsOf, isDType, memoryOf } from './dtype.js'

const unnamed: readonly unknown[] = [undefined, 'array', 'generic', 'buffer']
/** Names of scijs that are not numpy's. */
const foreignNames: ReadonlyMap<unknown, string> = new Map([
  ['bigint64', 'int64'],
  ['biguint64', 'uint64'],
])
const dtypeOfTag: ReadonlyMap<string, DType> = new Map([
  ['Int8Array', 'int8'],
  ['Int16Array', 'int16'],
  ['Int32Array', 'int32'],
  ['BigInt64Array', 'int64'],
  ['Uint8Array', 'uint8'],
  ['Uint16Array', 'uint16'],
  ['Uint32Array', 'uint32'],
  ['BigUint64Array', 'uint64'],
  ['Float32Array', 'float32'],
  ['Float64Array', 'float64'],
])

/** An array of any number of dimensions. Element (i, j, …) lies at `data[offset + i * stride[0] + j * stride[1] …]`. */
export interface NDArray<Data extends NDArrayData = NDArrayData> {
  readonly data: Data
  /** Elements along each axis; empty for a single number. */
  readonly shape: readonly number[]
  /** Steps along each axis, in elements of `dtype`. */
  readonly stride: readonly number[]
  /** Where the first element lies, in elements of `dtype`. */
  readonly offset: number
  readonly dtype: DType
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
}

/** What is taken for an array: an {@link NDArray}, anything of its structure, or a typed array alone, which is 1-d. */
export type ArrayInput = ArrayLikeInput | TypedArray | Float16Data

/**
 * Makes an array of `data`, which is kept, not copied, where it is already the memory of `dtype`: a typed array, or
 * an array of strings or of byte strings. Numbers become `float64`, bigints `int64`, booleans `bool`, unless `dtype`
 * says otherwise. `Uint16Array` as `float16` is taken for bits; complex data are interleaved, real part first.
 *
 * A value is never narrowed: a fraction or NaN as an integer, or anything out of range is VALUE_REJECTED. Only
 * fractions as `float16` and `float32` are rounded, to the nearest, ties to even.
 *
 * @param shape - elements along each axis. Default: one axis
 * @example
 * ```ts
 * import { array } from 'dirdict'
 *
 * const matrix = array([1, 2, 3, 4, 5, 6], [2, 3])
 * const counts = array([1, 2, 3], [3], 'uint16')
 * ```
 */
export function array(data: readonly number[], shape?: readonly number[]): NDArray<Float64Array>
export function array(data: readonly bigint[], shape?: readonly number[]): NDArray<BigInt64Array>
export function array(data: readonly boolean[], shape?: readonly number[]): NDArray<Uint8Array>
export function array(data: Float16Data, shape?: readonly number[]): NDArray<Uint16Array>
export function array<Data extends NDArrayData>(data: Data, shape?: readonly number[]): NDArray<Data>
export function array<D extends DType>(
  data: NDArrayData | Float16Data | readonly number[] | readonly bigint[] | readonly boolean[],
  shape: readonly number[] | undefined,
  dtype: D,
): NDArray<DataOf<D>>
export function array(data: unknown, shape?: readonly number[], dtype?: DType): NDArray {
  const own = ownMemory(data, dtype)
  const wanted = dtype ?? own?.dtype ?? naturalDType(data)
  if (!isName(wanted)) throw rejected(`'${String(wanted)}' is no dtype`)
  if (own === undefined && !Array.isArray(data)) {
    throw rejected('arrays are made of typed arrays, or of plain arrays whose elements have one type')
  }
  const memory =
    own !== undefined && holds(own.dtype, wanted) ? own.data : convert(data as ArrayLike<unknown>, wanted)
  return toNDArray({ data: memory, shape: shape ?? [memory.length / componentsOf(wanted)], dtype: wanted })
}

/**
 * `value` as an {@link NDArray} on the same memory, if it is an array by its structure: a typed array alone, a scijs
 * `ndarray`, a chunk of zarrita, one of ours. Undefined where it is none, or where its shape and strides leave its memory.
 */
export function asNDArray(value: unknown): NDArray | undefined {
  const found = recognise(value)
  return typeof found === 'string' ? undefined : found
}

/** Like {@link asNDArray}, but VALUE_REJECTED, with the reason, for what is no array. */
export function toNDArray(value: unknown): NDArray {
  const found = recognise(value)
  if (typeof found === 'string') throw rejected(found)
  return found
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

/** Whether the elements lie in C order without gaps between them. */
export function isContiguous(a: Pick<NDArray, 'shape' | 'stride'>): boolean {
  const whole = rowMajorStride(a.shape)
  return a.shape.includes(0) || a.shape.every((n, axis) => n === 1 || a.stride[axis] === whole[axis])
}

/** The array that `value` is, or why it is none. */
function recognise(value: unknown): NDArray | string {
  const alone = ArrayBuffer.isView(value) ? ownMemory(value, undefined) : undefined
  if (alone !== undefined) return { ...alone, shape: [alone.data.length], stride: [1], offset: 0 }
  if (typeof value !== 'object' || value === null || !('data' in value && 'shape' in value)) {
    return 'this is no array: neither a typed array nor an object with data and shape'
  }
  const { data, shape, stride, offset, dtype }: Partial<Record<keyof NDArray, unknown>> = value
  const named = unnamed.includes(dtype) ? undefined : (foreignNames.get(dtype) ?? dtype)
  if (named !== undefined && !isName(named))
    return typeof named === 'string' ? `'${named}' is no dtype` : 'its dtype is no name'
  const own = ownMemory(data, named)
  if (own === undefined)
    return 'its data are neither a typed array nor all strings nor all Uint8Arrays; see array()'
  if (named !== undefined && !holds(own.dtype, named))
    return `data of '${own.dtype}' are not those of '${named}'`
  if (!isWholes(shape) || shape.some(n => n < 0)) return 'its shape is not an array of whole numbers from 0'
  const found = {
    ...own,
    dtype: named ?? own.dtype,
    shape,
    stride: stride ?? rowMajorStride(shape),
    offset: offset ?? 0,
  }
  const length = Math.floor(own.data.length / componentsOf(found.dtype))
  const count = shape.reduce((product, n) => product * n, 1)
  if (!Number.isSafeInteger(count)) return `shape [${shape}] has more elements than can be counted`
  if (stride === undefined && offset === undefined && count !== length) {
    return `shape [${shape}] has ${count} elements, its data ${length}`
  }
  return insideMemory(found, length)
    ? found
    : `shape, stride and offset leave its data, which have ${length} elements`
}

/** Whether the strides are whole numbers by which every element lies among `length` ones. */
function insideMemory(
  found: { shape: readonly number[]; stride: unknown; offset: unknown },
  length: number,
): found is Pick<NDArray, 'shape' | 'stride' | 'offset'> {
  const { shape, stride, offset } = found
  if (!isWholes(stride) || stride.length !== shape.length || !isWholes([offset])) return false
  let [first, last] = [Number(offset), Number(offset)]
  shape.forEach((n, axis) => {
    const reach = (n - 1) * stride[axis]!
    if (reach < 0) first += reach
    else last += reach
  })
  return Number(offset) >= 0 && (shape.includes(0) || (first >= 0 && last < length))
}

/** `data` as memory, and the dtype that it has by itself. Taken by tag, not by class: notebooks have several realms. */
function ownMemory(
  data: unknown,
  dtype: string | undefined,
): { data: NDArrayData; dtype: DType } | undefined {
  const tag = tagOf(data)
  if (tag === 'Float16Array') {
    const { buffer, byteOffset, length } = data as Float16Data
    return { data: new Uint16Array(buffer, byteOffset, length), dtype: 'float16' }
  }
  const named = tag === undefined ? undefined : dtypeOfTag.get(tag)
  if (named !== undefined) return { data: data as TypedArray, dtype: named }
  if (!Array.isArray(data)) return undefined
  if (data.length === 0) return dtype === 'str' || dtype === 'bytes' ? { data: [], dtype } : undefined
  if (isAll(data, item => typeof item === 'string')) return { data, dtype: 'str' }
  return isAll(data, item => tagOf(item) === 'Uint8Array') ? { data, dtype: 'bytes' } : undefined
}

/** The class of a typed array of any realm. */
function tagOf(value: unknown): string | undefined {
  return ArrayBuffer.isView(value)
    ? (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag]
    : undefined
}

/** Whether memory of dtype `own` is memory of `wanted` as it is. The runtime's float16 are numbers, never uint16. */
function holds(own: DType, wanted: DType): boolean {
  return (
    own === wanted || (own !== 'float16' && memoryOf(own) !== undefined && memoryOf(own) === memoryOf(wanted))
  )
}

function naturalDType(data: unknown): DType {
  const first: unknown = Array.isArray(data) ? data[0] : undefined
  return typeof first === 'bigint' ? 'int64' : typeof first === 'boolean' ? 'bool' : 'float64'
}

function isName(value: unknown): value is DType {
  return typeof value === 'string' && isDType(value)
}

function isWholes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && isAll(value, Number.isSafeInteger)
}

/** Like `every`, but holes count: `new Array(3)` holds nothing of any kind. */
function isAll(items: readonly unknown[], test: (item: unknown) => boolean): boolean {
  return items.findIndex(item => !test(item)) === -1
}

function rejected(why: string): DirdictError {
  return new DirdictError('VALUE_REJECTED', `cannot take this as an array: ${why}`)
}
