/**
 * Which arrays a value names, and their bytes for files that hold nothing else.
 */
import { isDirdictError } from '../../src/errors.js'
import { asNDArray, type NDArray, toNDArray } from '../../src/ndarray.js'
import { assertKept, elementsOf, encoderOf } from '../_npy/encode.js'
import { isPlainObject } from '../_plain/plain-object.js'
import { rejected } from './file-name.js'

/** Whether `value` is a plain object of nothing but arrays, and no array itself. Getters are not called. */
export function isArraysByName(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || !isPlainObject(value)) return false
  if (Object.getOwnPropertySymbols(value).length > 0 || asNDArray(value) !== undefined) return false
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    member => 'value' in member && asNDArray(member.value) !== undefined,
  )
}

/** `value` as an array. VALUE_REJECTED, with its name, for what is none. */
export function arrayNamed(name: string, value: unknown): NDArray {
  return naming(name, () => toNDArray(value))
}

/** The elements of an array as they lie in its file. VALUE_REJECTED where their memory goes away meanwhile. */
export function* rawBytes(name: string, array: NDArray, signal?: AbortSignal): Generator<Uint8Array> {
  const pieces = naming(name, () => elementsOf(array, encoderOf(array), signal))
  for (const piece of pieces) {
    yield piece
    naming(name, () => assertKept(array))
  }
}

function naming<T>(name: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (isDirdictError(error, 'VALUE_REJECTED')) throw rejected(name, error.message)
    throw error
  }
}
