/**
 * An array in JSON: `{ dtype, shape, data }`, data nested as numpy's `tolist` nests them. Integers of 64 bits and times
 * are strings, complex numbers [real, imaginary], bytes base64.
 */
import type { NDArray } from '../index.js'
import { assertFits, scalarForm } from './plain-form.js'

export interface ArrayForm {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: unknown
}

/** VALUE_REJECTED for more elements than JSON is good for. */
export function arrayForm(array: NDArray): ArrayForm {
  assertFits(array.shape.reduce((product, n) => product * n, 1))
  const element = elementOf(array)
  const nest = (axis: number, at: number): unknown => {
    const length = array.shape[axis]
    const step = array.stride[axis] ?? 0
    if (length === undefined) return element(at)
    return Array.from({ length }, (_, i) => nest(axis + 1, at + i * step))
  }
  return { dtype: array.dtype, shape: array.shape, data: nest(0, array.offset) }
}

/** How element `at` is written. */
function elementOf({ data, dtype }: NDArray): (at: number) => unknown {
  if (dtype === 'bool') return at => data[at] !== 0
  if (dtype === 'float16') return at => scalarForm(float16(Number(data[at])))
  if (dtype.startsWith('complex')) return at => [scalarForm(data[2 * at]), scalarForm(data[2 * at + 1])]
  return at => scalarForm(data[at])
}

/** The number that 16 bits stand for (IEEE 754 binary16). */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
