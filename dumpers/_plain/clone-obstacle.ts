/**
 * What, in a value, the structured clone algorithm would refuse or silently change.
 */
import { types } from 'node:util'
import { className, isPlainObject } from './plain-object.js'
import { findObstacle, type Judge } from './walk.js'

/** In words, with the place where it stands; undefined where a clone is exact. */
export function cloneObstacle(value: unknown): string | undefined {
  return findObstacle(value, clone)
}

const clone: Judge = {
  cycles: true,

  atom(value) {
    return typeof value === 'function' || typeof value === 'symbol' ? `is a ${typeof value}` : undefined
  },

  container(value) {
    if (types.isPromise(value)) return 'is a promise: an await is missing'
    if (types.isProxy(value)) return 'is a proxy'
    if (types.isSharedArrayBuffer(value)) return 'is shared memory'
    if (!isClonable(value)) return `is a ${className(value)}, which would come back as a plain object`
    return Object.getOwnPropertySymbols(value).length > 0 ? 'has members named by symbols' : undefined
  },

  members(value) {
    if (types.isMap(value)) return [...value].flat()
    if (types.isSet(value)) return [...value]
    if (types.isNativeError(value)) return value.cause === undefined ? [] : [value.cause]
    return isLeaf(value) ? [] : undefined
  },
}

function isClonable(value: object): boolean {
  return (
    Array.isArray(value) ||
    isLeaf(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isNativeError(value) ||
    isPlainObject(value)
  )
}

function isLeaf(value: object): boolean {
  return (
    ArrayBuffer.isView(value) ||
    types.isArrayBuffer(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isBoxedPrimitive(value)
  )
}
