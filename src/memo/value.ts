/**
 * Encodes one value of any kind that a memo takes; see `hash.ts` for the encoding. What has no stable one is refused with
 * the place where it stands: a function, a symbol, an instance of a class, a promise, what is part of itself.
 */
import { types } from 'node:util'
import { DirdictError } from '../errors.js'
import { asNDArray, type NDArray } from '../ndarray.js'
import { encodeArray } from './array.js'
import type { Encoder } from './encoder.js'
import { encodeTable, isTable } from './table.js'

/** Where a value stands: `arguments[0].cells[3]`. */
interface Place {
  readonly path: string
  /** The containers around it, the innermost first; undefined: it stands alone. */
  readonly inside: { readonly value: object; readonly outer: Place } | undefined
  readonly depth: number
}

/** Deeper than this, the walk may run out of stack. */
const DEEPEST = 500
/** Members between two looks at the clock. */
const STRIDE = 4096
/** The names of the members of a long array take as long as its hash, and nobody adds members to those. */
const MOST_NAMES = 10_000
/** An object with other members than these is no array, whatever it holds beside them. */
const ARRAY_MEMBERS: ReadonlySet<string> = new Set(['data', 'shape', 'stride', 'offset', 'dtype', 'fields'])

export const ROOT: Place = { path: '', inside: undefined, depth: 0 }

export function argumentPlace(index: number): Place {
  return { path: `arguments[${index}]`, inside: undefined, depth: 0 }
}

export function* encodeValue(out: Encoder, value: unknown, place: Place): Generator<undefined> {
  if (encodeAtom(out, value)) return
  if (typeof value !== 'object' || value === null) throw refused(place, `is a ${typeof value}`)
  if (types.isProxy(value)) throw refused(place, 'is a proxy')
  if (isTable(value)) return yield* encodeTable(out, value, place.path)
  if (ArrayBuffer.isView(value)) return yield* encodeView(out, value, place)
  if (types.isAnyArrayBuffer(value)) {
    out.tag('b')
    return yield* out.sized(memoryOf(value, place))
  }
  const array = arrayIn(value)
  if (array !== undefined) return yield* encodeArray(out, array)
  refuseOther(value, place)
  yield* encodeMembers(out, value, place)
}

/** False where the value has members. */
function encodeAtom(out: Encoder, value: unknown): boolean {
  if (typeof value === 'number') {
    out.tag('d')
    out.float(value)
  } else if (typeof value === 'string') out.text(value)
  else if (typeof value === 'bigint') {
    out.tag('i')
    out.text(String(value))
  } else if (value === undefined) out.tag('u')
  else if (value === null) out.tag('n')
  else if (typeof value === 'boolean') out.tag(value ? 't' : 'f')
  else return false
  return true
}

function* encodeMembers(out: Encoder, value: object, place: Place): Generator<undefined> {
  const within = (name: string): Place => ({
    path: place.path + name,
    inside: { value, outer: place },
    depth: place.depth + 1,
  })
  if (types.isDate(value)) {
    out.tag('D')
    out.float(value.getTime())
  } else if (Array.isArray(value)) {
    yield* encodeList(out, 'a', value, index => within(`[${index}]`))
  } else if (types.isSet(value)) {
    yield* encodeList(out, 'e', [...value], index => within(`[${index}]`))
  } else if (types.isMap(value)) {
    out.tag('m')
    out.size(value.size)
    let index = 0
    for (const [key, item] of value) {
      yield* encodeValue(out, key, within(`.keys()[${index}]`))
      yield* encodeValue(out, item, within(`.values()[${index}]`))
      if (++index % STRIDE === 0) yield
    }
  } else {
    const names = Object.keys(value).sort()
    out.tag('o')
    out.size(names.length)
    for (const [index, name] of names.entries()) {
      out.text(name)
      yield* encodeValue(out, Reflect.get(value, name), within(`.${name}`))
      if ((index + 1) % STRIDE === 0) yield
    }
  }
}

function* encodeList(
  out: Encoder,
  tag: string,
  items: readonly unknown[],
  placeOf: (index: number) => Place,
): Generator<undefined> {
  out.tag(tag)
  out.size(items.length)
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (item === undefined && !(i in items)) throw refused(placeOf(i), 'is a hole')
    if (!encodeAtom(out, item)) yield* encodeValue(out, item, placeOf(i))
    if (i % STRIDE === 0) yield
  }
}

function* encodeView(out: Encoder, view: ArrayBufferView, place: Place): Generator<undefined> {
  out.tag('y')
  out.text(String(Reflect.get(view, Symbol.toStringTag)))
  yield* out.sized(memoryOf(view, place))
}

function memoryOf(value: ArrayBufferView | ArrayBufferLike, place: Place): Uint8Array {
  try {
    return ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value)
  } catch {
    throw refused(place, 'has lost its memory, which was transferred to another thread')
  }
}

/** What is an array by its structure and holds nothing else, which would not be hashed. */
function arrayIn(value: object): NDArray | undefined {
  if (!('data' in value && 'shape' in value)) return undefined
  return Object.keys(value).every(name => ARRAY_MEMBERS.has(name)) ? asNDArray(value) : undefined
}

function refuseOther(value: object, place: Place): void {
  if (types.isPromise(value)) throw refused(place, 'is a promise: an await is missing')
  const hasMethods = [Array.isArray, types.isMap, types.isSet, types.isDate].some(test => test(value))
  if (!(hasMethods ? prototypesOf(value).length === 2 : isPlain(value)))
    throw refused(place, `is an instance of ${nameOfClass(value)}`)
  if (hasMethods && hasMembers(value)) throw refused(place, 'has members of its own')
  // Values of ours carry hidden ones, by which they show themselves.
  if (
    Object.getOwnPropertySymbols(value).some(name => Object.prototype.propertyIsEnumerable.call(value, name))
  )
    throw refused(place, 'has members named by symbols')
  if (place.depth > DEEPEST) throw refused(place, `is nested deeper than ${DEEPEST} levels`)
  for (let { inside } = place; inside !== undefined; inside = inside.outer.inside) {
    if (inside.value === value) throw refused(place, 'is part of itself')
  }
}

/** Members that a program has added, which would not be hashed. */
function hasMembers(value: object): boolean {
  if (!Array.isArray(value)) return Object.keys(value).length > 0
  return value.length <= MOST_NAMES && Object.keys(value).length > value.length
}

/** In any realm: notebook kernels evaluate cells in one of their own. */
function isPlain(value: object): boolean {
  const [parent, ...further] = prototypesOf(value)
  return parent === undefined || (further.length === 0 && Object.hasOwn(parent, 'isPrototypeOf'))
}

function prototypesOf(value: object): object[] {
  const found: object[] = []
  for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) found.push(at)
  return found
}

function nameOfClass(value: object): string {
  const maker: unknown = Reflect.get(value, 'constructor')
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'a class'
}

function refused({ path }: Place, why: string): DirdictError {
  return new DirdictError(
    'VALUE_REJECTED',
    `${path} ${why}. A memo takes JSON values, undefined, bigint, Date, Map, Set, typed arrays, NDArrays, Arrow tables, ` +
      'and plain objects and arrays of them: what the result depends on has to be seen.',
  )
}
