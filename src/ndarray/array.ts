/**
 * `array` makes an NDArray of what people have: typed arrays, numbers, bigints, booleans, strings, byte strings.
 */

import { shownArray } from '../show/array-face.js'
import { convert } from './convert.js'
import {
  componentsOf,
  type DataOf,
  type DType,
  isDType,
  type NaturalDType,
  type NDArrayData,
} from './dtype.js'
import { dtypeOfAll, holds, memoryIn } from './memory.js'
import { rejected, toNDArray } from './recognise.js'
import type { Float16Data, NDArray } from './types.js'

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
export function array(data: readonly number[], shape?: readonly number[]): NDArray<Float64Array, 'float64'>
export function array(data: readonly bigint[], shape?: readonly number[]): NDArray<BigInt64Array, 'int64'>
export function array(data: readonly boolean[], shape?: readonly number[]): NDArray<Uint8Array, 'bool'>
export function array(data: Float16Data, shape?: readonly number[]): NDArray<Uint16Array, 'float16'>
export function array<Data extends NDArrayData>(
  data: Data,
  shape?: readonly number[],
): NDArray<Data, NaturalDType<Data>>
export function array<D extends DType>(
  data: NDArrayData | Float16Data | readonly number[] | readonly bigint[] | readonly boolean[],
  shape: readonly number[] | undefined,
  dtype: D,
): NDArray<DataOf<D>, D>
export function array(data: unknown, shape?: readonly number[], dtype?: DType): NDArray {
  const own = memoryIn(data, dtype, dtypeOfAll)
  const wanted = dtype ?? own?.dtype ?? naturalDType(data)
  if (!(typeof wanted === 'string' && isDType(wanted))) throw rejected(`'${String(wanted)}' is no dtype`)
  if (wanted === 'struct') throw rejected('structured arrays are made of their fields; see structured()')
  if (own === undefined && !Array.isArray(data)) {
    throw rejected('arrays are made of typed arrays, or of plain arrays whose elements have one type')
  }
  const memory =
    own !== undefined && holds(own.dtype, wanted) ? own.data : convert(data as ArrayLike<unknown>, wanted)
  const length = memory.length / componentsOf(wanted)
  return shownArray(toNDArray({ data: memory, shape: shape ?? [length], dtype: wanted }))
}

function naturalDType(data: unknown): DType {
  const first: unknown = Array.isArray(data) ? data[0] : undefined
  return typeof first === 'bigint' ? 'int64' : typeof first === 'boolean' ? 'bool' : 'float64'
}
