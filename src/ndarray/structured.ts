/**
 * Structured arrays: records of named fields, held as one array for each field. The fields are a `ReadonlyMap`, which
 * keeps their order whatever their names; an object would put names such as `'0'` first.
 */

import { shownArray } from '../show/array-face.js'
import { rejected, toNDArray } from './recognise.js'
import { type ArrayInput, type NDArray, rowMajorStride, type StructArray } from './types.js'

/** Named fields in order: a Map, pairs, or an object. */
export type FieldsInput =
  | ReadonlyMap<string, ArrayInput>
  | readonly (readonly [name: string, field: ArrayInput])[]
  | Readonly<Record<string, ArrayInput>>

/**
 * Makes a structured array (numpy's `dtype([('t', '<f8'), …])`) of its fields, which are kept, not copied. Every field
 * begins with the axes of `shape`; one with further axes is an array in each record.
 *
 * VALUE_REJECTED for no fields, an empty or repeated name, a field that is no array or does not begin with `shape`; and,
 * in an object, for names that are whole numbers, which objects do not keep in order: give a Map or pairs instead.
 *
 * @param shape - elements along each axis. Default: the leading axes that all fields share; without a single one, though
 *   every field has axes, VALUE_REJECTED
 * @example
 * ```ts
 * import { array, get, structured } from 'dirdict'
 *
 * const spikes = structured({ time: array([0.5, 1.25]), position: array([1, 2, 3, 4, 5, 6], [2, 3]) })
 * console.log(spikes.shape, get(spikes, 1)) // [2], { time: 1.25, position: [4, 5, 6] }
 * ```
 */
export function structured(fields: FieldsInput, shape?: readonly number[]): StructArray {
  const members = new Map<string, NDArray>()
  for (const [name, field] of pairsOf(fields)) {
    if (members.has(name)) throw rejected(`it has two fields of the name '${name}'`)
    members.set(name, toNDArray(field))
  }
  const whole = toNDArray({
    data: [],
    shape: shape ?? sharedShape([...members.values()].map(member => member.shape)),
    dtype: 'struct',
    fields: members,
  })
  return shownArray(asStruct(whole))
}

/** Whether an array is structured. */
export function isStruct(a: NDArray): a is StructArray {
  return a.dtype === 'struct'
}

/** `a` with another shape and its fields changed to it, which are not checked: for functions that go through the fields. */
export function withFields(
  a: StructArray,
  shape: readonly number[],
  change: (field: NDArray) => NDArray,
): StructArray {
  const fields = new Map([...a.fields].map(([name, field]) => [name, change(field)]))
  return { data: [], shape, stride: rowMajorStride(shape), offset: 0, dtype: 'struct', fields }
}

function asStruct(a: NDArray): StructArray {
  if (!isStruct(a)) throw rejected(`its dtype is '${a.dtype}', not 'struct'`)
  return a
}

function pairsOf(fields: FieldsInput): readonly (readonly [string, ArrayInput])[] {
  if (typeof fields !== 'object' || fields === null) throw noFields()
  if (isPairs(fields)) {
    const pairs = [...fields]
    if (pairs.every(Array.isArray)) return pairs
    throw noFields()
  }
  const names = Object.keys(fields)
  const whole = names.find(name => String(Number(name) >>> 0) === name)
  if (whole === undefined) return Object.entries(fields)
  throw rejected(
    `objects do not keep names such as '${whole}' in their order; give the fields as a Map or as pairs`,
  )
}

function isPairs(fields: FieldsInput): fields is Exclude<FieldsInput, Readonly<Record<string, ArrayInput>>> {
  return Symbol.iterator in fields
}

function noFields(): Error {
  return rejected('its fields are a Map, pairs [name, field], or an object')
}

/** The leading axes that all shapes share. */
function sharedShape(shapes: readonly (readonly number[])[]): readonly number[] {
  const [first = [], ...others] = shapes
  const different = first.findIndex((n, axis) => others.some(shape => shape[axis] !== n))
  const shared = different === -1 ? first : first.slice(0, different)
  if (shared.length === 0 && shapes.every(shape => shape.length > 0) && shapes.length > 0) {
    const told = shapes.map(shape => `[${shape}]`).join(', ')
    throw rejected(`its fields, of shapes ${told}, share no axis; name the shape [] for a single record`)
  }
  return shared
}
