/**
 * What a pickle's opcodes make: Python's values as data, before they become those of the user. `None`, booleans, whole
 * numbers, strings and bytes are JavaScript's own; a list is an array, which the machine fills; all else is a PyObject.
 */
import { isUtf8 } from 'node:buffer'
import type { DirdictError } from '../../src/errors.js'
import type { Reading } from './reading.js'

/**
 * A Python value. A `number` that is whole is an int (a larger one is a `bigint`), any other a float: floats that are
 * whole are {@link PyFloat}s. A `Uint8Array` is bytes or a bytearray, on the memory of the file.
 */
export type Model = null | boolean | number | bigint | string | Uint8Array | Model[] | PyObject

/** A Python value that JavaScript has no type for. What a subclass does not say, it refuses. */
export abstract class PyObject {
  /** As Python names its class, with the module: `pandas.core.frame.DataFrame`. */
  abstract readonly python: string
  /** The user's value, as soon as it is begun. */
  finished: unknown

  /** Whether it is a `str` in Python. */
  get isText(): boolean {
    return false
  }

  /** BUILD: what `__setstate__` takes. */
  setState(_state: Model, reading: Reading): void {
    throw this.#refusal(reading, 'with a state of its own')
  }

  /** APPENDS, ADDITEMS. */
  append(_items: readonly Model[], reading: Reading): void {
    throw this.#refusal(reading, 'with items of a list')
  }

  /** SETITEMS: a key, its value, the next key. */
  setItems(_pairs: readonly Model[], reading: Reading): void {
    throw this.#refusal(reading, 'with items of a dict')
  }

  /** The user's value; called once for each object, after the whole stream has been read. Refused where it has none. */
  toValue(reading: Reading): unknown {
    throw reading.unsupported(`a ${this.python}`)
  }

  #refusal(reading: Reading, how: string): DirdictError {
    return reading.unsupported(`a ${this.python} ${how}`)
  }
}

/** A value whose members are models: it is begun before they have become values, so that it may be a part of itself. */
export abstract class Container extends PyObject {
  abstract members(): readonly Model[]
  /** The user's value, without its members. */
  abstract begin(reading: Reading): object | Promise<object>
  /** Puts in the members; `finished` gives the value of each. */
  abstract fill(begun: object, finished: (member: Model) => unknown, reading: Reading): void
}

/** A float that is a whole number, `-0.0` among them. */
export class PyFloat extends PyObject {
  readonly python = 'float'
  readonly value: number

  constructor(value: number) {
    super()
    this.value = value
    this.finished = value
  }

  override toValue(): number {
    return this.value
  }
}

/** A tuple: a frozen array. */
export class PyTuple extends Container {
  readonly python = 'tuple'
  readonly items: readonly Model[]

  constructor(items: readonly Model[]) {
    super()
    this.items = items
  }

  members(): readonly Model[] {
    return this.items
  }

  begin(): unknown[] {
    return []
  }

  fill(begun: unknown[], finished: (member: Model) => unknown): void {
    for (const item of this.items) begun.push(finished(item))
    Object.freeze(begun)
  }
}

/** A dict, and its subclasses: a plain object where all keys are strings, else a Map. */
export class PyDict extends Container {
  readonly python: string
  /** A key, its value, the next key, as the stream sets them: a later value of a key is the one that counts. */
  readonly pairs: Model[] = []

  constructor(python = 'dict') {
    super()
    this.python = python
  }

  /** The value of a key that is a string; undefined where it has none. */
  get(key: string): Model | undefined {
    const { pairs } = this
    for (let i = pairs.length - 2; i >= 0; i -= 2) if (textOf(pairs[i]!) === key) return pairs[i + 1]
    return undefined
  }

  override setItems(pairs: readonly Model[]): void {
    for (const model of pairs) this.pairs.push(model)
  }

  members(): readonly Model[] {
    return this.pairs
  }

  begin(): object {
    const { pairs } = this
    for (let i = 0; i < pairs.length; i += 2) if (!isText(pairs[i]!)) return new Map()
    return {}
  }

  fill(begun: object, finished: (member: Model) => unknown, reading: Reading): void {
    const { pairs } = this
    const map = begun instanceof Map ? begun : undefined
    let simple = map === undefined
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i]!
      if (typeof key !== 'string') simple = false
      if (map === undefined) setOwn(begun, String(finished(key)), finished(pairs[i + 1]!))
      else map.set(finished(key), finished(pairs[i + 1]!))
    }
    if (simple || map?.size === pairs.length / 2) return
    const keys = pairs.filter((_, i) => i % 2 === 0)
    assertDistinct(keys, map?.size ?? Object.keys(begun).length, reading)
  }
}

/** A set, or, frozen, a frozenset. */
export class PySet extends Container {
  readonly python: string
  readonly items: Model[] = []

  constructor(python: 'set' | 'frozenset') {
    super()
    this.python = python
  }

  override append(items: readonly Model[]): void {
    for (const item of items) this.items.push(item)
  }

  members(): readonly Model[] {
    return this.items
  }

  begin(): Set<unknown> {
    return new Set()
  }

  fill(begun: Set<unknown>, finished: (member: Model) => unknown, reading: Reading): void {
    for (const item of this.items) begun.add(finished(item))
    if (this.python === 'frozenset') Object.freeze(begun)
    if (begun.size === this.items.length) return
    // Several NaN, all different to Python, mean no more than one.
    const items = this.items.filter(item => !Number.isNaN(finished(item)))
    assertDistinct(items, begun.has(Number.NaN) ? begun.size - 1 : begun.size, reading)
  }
}

/** A `str` of Python 2 with bytes beyond ASCII: text, or the memory of an array. */
export class Python2Str extends PyObject {
  readonly python = 'str'
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    super()
    this.bytes = bytes
  }

  override get isText(): boolean {
    return true
  }

  /** UTF-8 where it is that, else Latin-1. */
  override toValue(): string {
    const { buffer, byteOffset, length } = this.bytes
    return Buffer.from(buffer, byteOffset, length).toString(isUtf8(this.bytes) ? 'utf8' : 'latin1')
  }
}

/** The items of a tuple or a list; undefined for any other model. */
export function itemsOf(model: Model | undefined): readonly Model[] | undefined {
  if (model instanceof PyTuple) return model.items
  return Array.isArray(model) ? model : undefined
}

/** Text, of Python 2 as well; undefined for any other model. */
export function textOf(model: Model | undefined): string | undefined {
  if (typeof model === 'string') return model
  return model instanceof Python2Str ? model.toValue() : undefined
}

/** Bytes, also where Python 2 wrote them as a `str` or Python 3 stood in for it with Latin-1 text. */
export function bytesOf(model: Model | undefined): Uint8Array | undefined {
  if (model instanceof Uint8Array) return model
  if (model instanceof Python2Str) return model.bytes
  return typeof model === 'string' ? Buffer.from(model, 'latin1') : undefined
}

/** An int or a float; undefined for any other model. */
export function numberOf(model: Model | undefined): number | undefined {
  if (model instanceof PyFloat) return model.value
  if (typeof model === 'bigint') return Number(model)
  return typeof model === 'number' ? model : undefined
}

/** A whole number that is exact; undefined for any other model. */
export function intOf(model: Model | undefined): number | undefined {
  return typeof model === 'number' && Number.isSafeInteger(model) ? model : undefined
}

function isText(model: Model): boolean {
  return typeof model === 'string' || (model instanceof PyObject && model.isText)
}

/**
 * Python tells `Decimal('1')` from `'1'` and one NaN from another, and what becomes of them here is one: UNSUPPORTED_FORMAT,
 * rather than lose all but the last. A key that the stream sets twice is one in Python too.
 */
function assertDistinct(keys: readonly Model[], found: number, reading: Reading): void {
  const notNumbers = keys.filter(key => Number.isNaN(key)).length
  const different = new Set(keys).size + Math.max(0, notNumbers - 1)
  if (found < different) {
    throw reading.unsupported("a dict or set of which two members are one here, such as Decimal('1') and '1'")
  }
}

/** Names such as `__proto__` have to become members like any other. */
function setOwn(object: object, name: string, value: unknown): void {
  if (name !== '__proto__') (object as Record<string, unknown>)[name] = value
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
}
