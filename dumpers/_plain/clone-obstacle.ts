/**
 * What, in a value, the structured clone algorithm would refuse or silently change.
 */
import { types } from 'node:util'
import { className, hasSymbolMembers, isPlainObject, prototypeDepth } from './plain-object.js'
import { findObstacle, type Judge } from './walk.js'

/** The errors that keep their class. */
const ERRORS: ReadonlySet<string> = new Set([
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
])
const MOST_KEYS = 10_000

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
    if (hasAddedMembers(value)) return `is a ${className(value)} with members of its own, which would be lost`
    return hasSymbolMembers(value) ? 'has members named by symbols' : undefined
  },

  members(value) {
    if (types.isMap(value)) return [...value].flat()
    if (types.isSet(value)) return [...value]
    if (types.isNativeError(value)) return value.cause === undefined ? [] : [value.cause]
    return isLeaf(value) ? [] : undefined
  },
}

/** Subclasses would come back as their base class. */
function isClonable(value: object): boolean {
  if (types.isNativeError(value)) return ERRORS.has(className(value)) && prototypeDepth(value) <= 3
  if (ArrayBuffer.isView(value))
    return prototypeDepth(value) <= (Buffer.isBuffer(value) ? 4 : types.isDataView(value) ? 2 : 3)
  if (Array.isArray(value) || isLeaf(value) || types.isMap(value) || types.isSet(value))
    return prototypeDepth(value) === 2
  return isPlainObject(value)
}

/** Members that a program has added to a Map, a Date and the like would be lost. */
function hasAddedMembers(value: object): boolean {
  if (Array.isArray(value) || isPlainObject(value) || value instanceof String) return false
  // The keys of a large array are as many as its elements, and nobody adds members to those.
  if (ArrayBuffer.isView(value)) {
    const length = types.isDataView(value) ? 0 : (value as Uint8Array).length
    return length <= MOST_KEYS && Object.keys(value).length > length
  }
  return Object.keys(value).length > 0
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
