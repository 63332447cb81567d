/**
 * Python's complex numbers, which JavaScript has only in arrays.
 */
import type { NDArray } from '../../../src/ndarray.js'
import { PyObject } from '../model.js'

/** A complex number: an array of the dtype `complex128` without axes. */
export class PyComplex extends PyObject {
  readonly python = 'complex'
  readonly real: number
  readonly imaginary: number

  constructor(real: number, imaginary: number) {
    super()
    this.real = real
    this.imaginary = imaginary
  }

  override toValue(): NDArray {
    const data = Float64Array.of(this.real, this.imaginary)
    return { data, shape: [], stride: [], offset: 0, dtype: 'complex128' }
  }
}
