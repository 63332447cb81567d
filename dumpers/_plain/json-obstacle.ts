/**
 * What, in a value, JSON would not give back as it was.
 */
import { className, hasSymbolMembers, isPlainObject, prototypeDepth } from './plain-object.js'
import { findObstacle, type Judge } from './walk.js'

/** In words, with the place where it stands (`$.a[3] is NaN`); undefined where JSON is exact. */
export function jsonObstacle(value: unknown): string | undefined {
  return findObstacle(value, json)
}

const json: Judge = {
  cycles: false,

  atom(value) {
    if (typeof value === 'number') {
      if (Object.is(value, -0)) return 'is -0'
      return Number.isFinite(value) ? undefined : `is ${value}`
    }
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      typeof value === 'object'
    ) {
      return undefined
    }
    return value === undefined ? 'is undefined' : `is a ${typeof value}`
  },

  container(value) {
    if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return `is a ${className(value)}`
    if (Array.isArray(value)) {
      if (prototypeDepth(value) !== 2) return `is a ${className(value)}`
      return Object.keys(value).length === value.length
        ? undefined
        : 'is an array with holes or named members'
    }
    if (!isPlainObject(value)) return `is a ${className(value)}`
    return hasSymbolMembers(value) ? 'has members named by symbols' : undefined
  },
}
