/**
 * An array in JSON: `{ dtype, shape, data }`, data nested as numpy's `tolist` nests them. Integers of 64 bits and times
 * are strings, complex numbers [real, imaginary], bytes base64, records objects of their fields.
 */
import { type NDArray, toNested } from '../index.js'
import { assertFits, scalarForm } from './plain-form.js'

export interface ArrayForm {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: unknown
}

/** VALUE_REJECTED for more elements than JSON is good for. */
export function arrayForm(array: NDArray): ArrayForm {
  assertFits(array.shape.reduce((product, n) => product * n, 1))
  return { dtype: array.dtype, shape: array.shape, data: elementForm(toNested(array)) }
}

function elementForm(element: unknown): unknown {
  if (Array.isArray(element)) return element.map(elementForm)
  const scalar = scalarForm(element)
  if (scalar !== undefined || typeof element !== 'object' || element === null) return scalar
  return Object.fromEntries(Object.entries(element).map(([name, field]) => [name, elementForm(field)]))
}
