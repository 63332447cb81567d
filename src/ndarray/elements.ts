/**
 * The elements of an array as plain JavaScript values: `get` gives one, `toNested` all, as arrays in arrays.
 */

import { DirdictError } from '../errors.js'
import { packed } from './contiguous.js'
import {
  componentsOf,
  type DType,
  type ElementOf,
  type Nested,
  type StructElement,
  type TypedArray,
} from './dtype.js'
import { fromFloat16 } from './float16.js'
import { toLayout, toNDArray } from './recognise.js'
import { shown } from './slice.js'
import { isStruct } from './structured.js'
import { type ArrayInput, type ArrayOf, countOf, type NDArray, type StructArray } from './types.js'
import { selected } from './views.js'

/** Elements, and arrays to hold them, that `toNested` makes at most: V8 has no longer arrays that are fast. */
const MOST = 2 ** 25

type Element = ElementOf<DType>

/**
 * One element. Negative indices count from the end of their axis. In what form, {@link ElementOf} says.
 *
 * OPTION_INVALID for an index outside its axis, and for another number of indices than the array has axes; `view` takes
 * whole axes. VALUE_REJECTED for what is no array.
 *
 * @example
 * ```ts
 * import { array, get } from 'dirdict'
 *
 * const matrix = array([1, 2, 3, 4, 5, 6], [2, 3])
 * console.log(get(matrix, 0, -1)) // 3
 * ```
 */
export function get<A extends ArrayInput>(a: A, ...indices: number[]): ElementOf<ArrayOf<A>['dtype']>
export function get(a: ArrayInput, ...indices: number[]): Element {
  const whole = toLayout(a)
  return elementAt(whole, placeOf(indices, whole.shape))
}

/**
 * All elements, one level of arrays for each axis; of an array without axes, the one element. In what form,
 * {@link ElementOf} says: 64-bit integers and times are bigints, complex numbers `[re, im]`, float16 numbers, bool booleans.
 *
 * VALUE_REJECTED for what is no array, and for more than 2^25 elements or arrays to hold them.
 *
 * @example
 * ```ts
 * import { array, toNested } from 'dirdict'
 *
 * console.log(toNested(array([1, 2, 3, 4], [2, 2]))) // [[1, 2], [3, 4]]
 * ```
 */
export function toNested<A extends ArrayInput>(a: A): Nested<ElementOf<ArrayOf<A>['dtype']>>
export function toNested(a: ArrayInput): Nested<Element> {
  return nested(toNDArray(a))
}

/** The indices, counted from the beginning of each axis. */
function placeOf(indices: readonly number[], shape: readonly number[]): number[] {
  const place = indices.map((index, axis) => (index < 0 ? index + shape[axis]! : index))
  const inside = (n: number, axis: number): boolean => Number.isInteger(n) && n >= 0 && n < shape[axis]!
  if (indices.length === shape.length && place.every(inside)) return place
  const asked = `there is no element ${shown(indices)} in an array of shape [${shape.join(', ')}]`
  const message = `${asked}: it takes ${shape.length} whole numbers inside its axes; view() takes whole axes`
  throw new DirdictError('OPTION_INVALID', message, { option: 'indices' })
}

function elementAt(a: NDArray, place: readonly number[]): Element {
  if (isStruct(a)) return recordAt(a, place)
  const at = place.reduce((sum, n, axis) => sum + n * a.stride[axis]!, a.offset)
  return reader(a)(at, at + 1)[0]!
}

function recordAt(a: StructArray, place: readonly number[]): StructElement {
  const selections = place.map(start => ({ start, step: 1, count: 1, dropped: true }))
  return Object.fromEntries([...a.fields].map(([name, field]) => [name, nested(selected(field, selections))]))
}

function nested(a: NDArray): Nested<Element> {
  refuseTooMany(a)
  const read = reader(packed(a))
  return a.shape.length === 0 ? read(0, 1)[0]! : nest(a.shape, read)
}

function refuseTooMany({ shape, fields = new Map<string, NDArray>() }: NDArray): void {
  let [made, arrays] = [0, 1]
  for (const n of shape) {
    arrays *= n
    made += arrays
  }
  if (made > MOST) {
    const message = `an array of shape [${shape.join(', ')}] is too large for nested arrays, which hold ${MOST} elements; take parts with view(), or read data of contiguous()`
    throw new DirdictError('VALUE_REJECTED', message)
  }
  for (const field of fields.values()) refuseTooMany(field)
}

/** Elements `from` to `to` of the memory. */
type Reader = (from: number, to: number) => Element[]

/** Arrays in arrays, of at least one axis: first the rows of the last one, then what holds them, axis by axis. */
function nest(shape: readonly number[], read: Reader): Nested<Element>[] {
  const [outer, inner] = [shape.slice(0, -1), shape.at(-1) ?? 1]
  if (outer.length === 0) return read(0, inner)
  let items: Nested<Element>[] = []
  const count = countOf({ shape: outer })
  for (let i = 0; i < count; i++) items.push(read(i * inner, (i + 1) * inner))
  for (let axis = outer.length - 1; axis > 0; axis--) {
    const [n, within] = [shape[axis]!, items]
    const groups = countOf({ shape: shape.slice(0, axis) })
    items = Array.from({ length: groups }, (_, i) => within.slice(i * n, (i + 1) * n))
  }
  return items
}

function reader(a: NDArray): Reader {
  const { data, dtype } = a
  if (isStruct(a)) {
    const records = recordsOf(a)
    return (from, to) => records.slice(from, to)
  }
  if (Array.isArray(data)) return (from, to) => data.slice(from, to)
  if (dtype === 'bool') return (from, to) => row(from, to, at => data[at] !== 0)
  if (dtype === 'float16') return (from, to) => row(from, to, at => fromFloat16(Number(data[at])))
  if (componentsOf(dtype) === 2) {
    return (from, to) => row(from, to, at => [Number(data[at * 2]), Number(data[at * 2 + 1])])
  }
  return (from, to) => numbers(data, from, to)
}

function row(from: number, to: number, read: (at: number) => Element): Element[] {
  const items = new Array<Element>(to - from)
  for (let at = from; at < to; at++) items[at - from] = read(at)
  return items
}

/** A loop of its own, which takes half the time of {@link row}. */
function numbers(data: TypedArray, from: number, to: number): Element[] {
  const items = new Array<Element>(to - from)
  for (let at = from; at < to; at++) items[at - from] = data[at]!
  return items
}

/** The records of a structured array whose fields lie in C order. */
function recordsOf(a: StructArray): StructElement[] {
  const count = countOf(a)
  const columns = [...a.fields].map(([name, field]): [string, Nested<Element>[]] => {
    return [name, nest([count, ...field.shape.slice(a.shape.length)], reader(field))]
  })
  return Array.from({ length: count }, (_, i) => {
    const record: StructElement = {}
    for (const [name, items] of columns) setMember(record, name, items[i]!)
    return record
  })
}

/** An assignment would not make a member of the name `__proto__`. */
function setMember(record: StructElement, name: string, value: Nested<Element>): void {
  if (name === '__proto__')
    Object.defineProperty(record, name, { value, enumerable: true, writable: true, configurable: true })
  else record[name] = value
}
