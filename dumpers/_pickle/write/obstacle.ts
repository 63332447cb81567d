/**
 * What, in a value, Python would not get as it is.
 */
import { types } from 'node:util'
import { isDirdictError } from '../../../src/errors.js'
import { asNDArray, type NDArray } from '../../../src/ndarray.js'
import { encoderOf } from '../../_npy/encode.js'
import { className, hasSymbolMembers, isPlainObject, prototypeDepth } from '../../_plain/plain-object.js'
import { findObstacle, type Judge } from '../../_plain/walk.js'
import { repeatedKey } from './keys.js'

/** Milliseconds of the first and after the last moment that Python's datetime has: the years 1 to 9999. */
const FIRST: number = new Date(0).setUTCFullYear(1, 0, 1)
const END: number = Date.UTC(10_000, 0, 1)

/** In words, with the place where it stands (`$.a[3] is undefined`); undefined where the pickle is exact. */
export function pickleObstacle(value: unknown): string | undefined {
  return findObstacle(value, pickle)
}

/** Bytes of Python: a Uint8Array, Node's Buffer among them. */
export function isBytes(value: object): value is Uint8Array {
  return types.isUint8Array(value)
}

/** Members of an {@link NDArray}. A plain object with others is no array: they would be lost. */
const OF_ARRAYS: ReadonlySet<string> = new Set(['data', 'shape', 'stride', 'offset', 'dtype', 'fields'])

/** The array that `value` becomes in Python; undefined where it becomes something else. */
export function numpyArrayOf(value: object): NDArray | undefined {
  if (isBytes(value)) return undefined
  if (ArrayBuffer.isView(value)) return asNDArray(value)
  if (!('data' in value && 'shape' in value)) return undefined
  const isMore = isPlainObject(value) && Object.keys(value).some(name => !OF_ARRAYS.has(name))
  return isMore ? undefined : asNDArray(value)
}

const pickle: Judge = {
  cycles: true,

  atom(value) {
    if (value === undefined) return 'is undefined; Python has null alone (None)'
    return typeof value === 'function' || typeof value === 'symbol' ? `is a ${typeof value}` : undefined
  },

  container(value) {
    if (types.isProxy(value)) return 'is a proxy'
    if (isBytes(value)) return undefined
    const array = numpyArrayOf(value)
    if (array !== undefined) return arrayObstacle(array)
    if (types.isDate(value)) return dateObstacle(value)
    if (Array.isArray(value)) return listObstacle(value)
    if (types.isMap(value) || types.isSet(value)) {
      if (prototypeDepth(value) !== 2) return `is a ${className(value)}`
      return repeatedKey(types.isMap(value) ? value.keys() : value)
    }
    if (!isPlainObject(value)) return `is a ${className(value)}`
    return hasSymbolMembers(value) ? 'has members named by symbols' : undefined
  },

  members(value) {
    if (types.isMap(value)) return [...value].flat()
    if (types.isSet(value)) return [...value]
    return types.isDate(value) || isBytes(value) || numpyArrayOf(value) !== undefined ? [] : undefined
  },
}

function listObstacle(value: readonly unknown[]): string | undefined {
  if (prototypeDepth(value) !== 2) return `is a ${className(value)}`
  if (Object.keys(value).length !== value.length) return 'is an array with holes or named members'
  return undefined
}

function dateObstacle(value: Date): string | undefined {
  const time = value.getTime()
  if (Number.isNaN(time)) return 'is an invalid date'
  return time < FIRST || time >= END ? "is a date outside of Python's years 1 to 9999" : undefined
}

function arrayObstacle(array: NDArray): string | undefined {
  try {
    encoderOf(array)
    return undefined
  } catch (error) {
    if (!isDirdictError(error, 'VALUE_REJECTED')) throw error
    return `is an array that numpy cannot hold: ${error.message}`
  }
}
