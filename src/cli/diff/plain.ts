/**
 * Compares plain values: the paths at which they differ. Each pair of members is compared once, so that cycles come to
 * an end and what is shared takes no longer.
 */
import { inspect, isDeepStrictEqual, types } from 'node:util'
import { json } from '../../index.js'
import type { Difference } from './difference.js'
import type { Side } from './side.js'

/** Paths that are kept; more are only counted. */
const MOST = 1_000
/** How what JSON cannot hold is shown. */
const BRIEF = { depth: 2, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 20, maxStringLength: 200 }

const ABSENT = Symbol('absent')
const HOLE = Symbol('hole')

export async function comparePlain(a: Side, b: Side): Promise<Difference> {
  const found = new Differences()
  compare(await a.db.get(a.key), await b.db.get(b.key), '$', found)
  return found.count === 0
    ? { equal: true, facts: {} }
    : { equal: false, facts: { differing: `${found.count} paths`, paths: found.paths } }
}

class Differences {
  readonly paths: Record<string, { from: unknown; to: unknown }> = {}
  count = 0
  readonly #met = new WeakMap<object, WeakSet<object>>()

  note(from: unknown, to: unknown, path: string): void {
    if (this.count++ < MOST) this.paths[path] = { from: shown(from), to: shown(to) }
  }

  /** Whether these two are compared for the first time. */
  isNew(a: object, b: object): boolean {
    const others = this.#met.get(a) ?? new WeakSet()
    if (others.has(b)) return false
    this.#met.set(a, others.add(b))
    return true
  }
}

function compare(a: unknown, b: unknown, path: string, found: Differences): void {
  if (Object.is(a, b)) return
  if (isList(a) && isList(b) && kindOf(a) === kindOf(b)) {
    if (!found.isNew(a, b)) return
    const length = Math.max(a.length, b.length)
    for (let i = 0; i < length; i++) compare(itemOf(a, i), itemOf(b, i), `${path}[${i}]`, found)
  } else if (isMap(a) && isMap(b)) {
    if (!found.isNew(a, b)) return
    for (const key of new Set([...a.keys(), ...b.keys()]))
      compare(valueAt(a, key), valueAt(b, key), `${path}.get(${nameOf(key)})`, found)
  } else if (isObject(a) && isObject(b)) {
    if (!found.isNew(a, b)) return
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)]))
      compare(memberOf(a, name), memberOf(b, name), `${path}.${name}`, found)
  } else if (!isDeepStrictEqual(a, b)) found.note(a, b, path)
}

/** A typed array too. */
function isList(value: unknown): value is ArrayLike<unknown> & object {
  return Array.isArray(value) || types.isTypedArray(value)
}

/** `[object Float32Array]`: the same numbers in another memory are another value. */
function kindOf(list: object): string {
  return Object.prototype.toString.call(list)
}

function itemOf(list: ArrayLike<unknown>, i: number): unknown {
  if (i >= list.length) return ABSENT
  return i in list ? list[i] : HOLE
}

/** Keys that are objects are found by what they hold, which is left to the comparison as a whole. */
function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return types.isMap(value) && [...value.keys()].every(key => typeof key !== 'object' || key === null)
}

function valueAt(map: ReadonlyMap<unknown, unknown>, key: unknown): unknown {
  return map.has(key) ? map.get(key) : ABSENT
}

function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function memberOf(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : ABSENT
}

function nameOf(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key) : String(shown(key))
}

/** JSON as it is; what JSON lacks as a person writes it. */
function shown(value: unknown): unknown {
  if (value === ABSENT) return '(absent)'
  if (value === HOLE) return '(hole)'
  return json.check(value) ? value : inspect(value, BRIEF)
}
