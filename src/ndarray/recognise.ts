/**
 * Recognises arrays by their structure, whoever made them, and says what is wrong with those that are none.
 */

import { types } from 'node:util'
import { DirdictError } from '../errors.js'
import { componentsOf, isDType } from './dtype.js'
import { dtypeOfAll, dtypeOfFirst, holds, isAll, isGone, type ListTest, memoryIn } from './memory.js'
import { countOf, type NDArray, rowMajorStride } from './types.js'

/** Structured arrays inside of structured arrays; what is deeper, or holds itself, is refused. */
export const MOST_LEVELS = 16

const GONE =
  'its memory is gone: it was transferred to another thread, or was part of a WebAssembly memory that has grown'
const unnamed: readonly unknown[] = [undefined, 'array', 'generic', 'buffer']
/** Names of scijs that are not numpy's. */
const foreignNames: ReadonlyMap<unknown, string> = new Map([
  ['bigint64', 'int64'],
  ['biguint64', 'uint64'],
])

/**
 * `value` as an {@link NDArray} on the same memory, if it is an array by its structure: a typed array alone, a scijs
 * `ndarray`, a chunk of zarrita, one of ours, which is given back as it is. Undefined where it is none, or where its
 * shape and strides leave its memory.
 */
export function asNDArray(value: unknown): NDArray | undefined {
  const found = recognise(value, dtypeOfAll)
  return typeof found === 'string' ? undefined : found
}

/** Like {@link asNDArray}, but VALUE_REJECTED, with the reason, for what is no array. */
export function toNDArray(value: unknown): NDArray {
  return known(recognise(value, dtypeOfAll))
}

/** Like {@link toNDArray}, but of strings and byte strings only the first is looked at: it takes no longer for more. */
export function toLayout(value: unknown): NDArray {
  return known(recognise(value, dtypeOfFirst))
}

/** VALUE_REJECTED for what is no array. */
export function rejected(why: string): DirdictError {
  return new DirdictError('VALUE_REJECTED', `cannot take this as an array: ${why}`)
}

function known(found: NDArray | string): NDArray {
  if (typeof found === 'string') throw rejected(found)
  return found
}

const members = ['data', 'shape', 'stride', 'offset', 'dtype'] as const
type Members = Partial<Record<keyof NDArray, unknown>>

/** The array that `value` is, or why it is none. */
function recognise(value: unknown, dtypeOfList: ListTest, level = 0): NDArray | string {
  const alone = ArrayBuffer.isView(value) ? memoryIn(value, undefined, dtypeOfList) : undefined
  if (alone !== undefined) {
    return isGone(alone.data) ? GONE : { ...alone, shape: [alone.data.length], stride: [1], offset: 0 }
  }
  if (!isRecord(value) || !('data' in value && 'shape' in value)) {
    return 'this is no array: neither a typed array nor an object with data and shape'
  }
  const { shape } = value
  if (!isWholes(shape) || shape.some(n => n < 0)) return 'its shape is not an array of whole numbers from 0'
  if (!Number.isSafeInteger(countOf({ shape }))) {
    return `shape [${shape}] has more elements than can be counted`
  }
  const found =
    value.dtype === 'struct'
      ? recogniseStruct(value, shape, dtypeOfList, level)
      : recogniseMemory(value, shape, dtypeOfList)
  return typeof found !== 'string' && isSame(value, found) ? value : found
}

function recogniseMemory(value: Members, shape: readonly number[], dtypeOfList: ListTest): NDArray | string {
  const { stride, offset, dtype } = value
  const named = unnamed.includes(dtype) ? undefined : (foreignNames.get(dtype) ?? dtype)
  if (named !== undefined && !(typeof named === 'string' && isDType(named)))
    return typeof named === 'string' ? `'${named}' is no dtype` : 'its dtype is no name'
  const own = memoryIn(value.data, named, dtypeOfList)
  if (own === undefined)
    return 'its data are neither a typed array nor all strings nor all Uint8Arrays; see array()'
  if (isGone(own.data)) return GONE
  if (named !== undefined && !holds(own.dtype, named))
    return `data of '${own.dtype}' are not those of '${named}'`
  const found = {
    data: own.data,
    dtype: named ?? own.dtype,
    shape,
    stride: stride ?? rowMajorStride(shape),
    offset: offset ?? 0,
  }
  const held = own.data.length / componentsOf(found.dtype)
  if (stride === undefined && offset === undefined && countOf({ shape }) !== held) {
    return `shape [${shape}] has ${countOf({ shape })} elements, its data ${held}`
  }
  const length = Math.floor(held)
  return insideMemory(found, length)
    ? found
    : `shape, stride and offset leave its data, which have ${length} elements`
}

/** Whether the strides are whole numbers by which every element lies among `length` ones. */
function insideMemory<Rest>(
  found: Rest & { shape: readonly number[]; stride: unknown; offset: unknown },
  length: number,
): found is Rest & Pick<NDArray, 'shape' | 'stride' | 'offset'> {
  const { shape, stride, offset } = found
  if (!isWholes(stride) || stride.length !== shape.length || !isWholes([offset])) return false
  let [first, last] = [Number(offset), Number(offset)]
  shape.forEach((n, axis) => {
    const reach = (n - 1) * stride[axis]!
    if (reach < 0) first += reach
    else last += reach
  })
  return Number(offset) >= 0 && (shape.includes(0) || (first >= 0 && last < length))
}

function recogniseStruct(
  value: Members,
  shape: readonly number[],
  dtypeOfList: ListTest,
  level: number,
): NDArray | string {
  const stride = rowMajorStride(shape)
  if (level === MOST_LEVELS) return `it has more than ${MOST_LEVELS} levels of structured fields`
  if (!Array.isArray(value.data) || value.data.length > 0 || !isPlaced(stride, value)) {
    return "a structured array has no memory of its own: its data are empty, its strides C order's; see structured() and view()"
  }
  if (!types.isMap(value.fields) || value.fields.size === 0)
    return 'a structured array has a Map of fields, at least one; see structured()'
  const fields = new Map<string, NDArray>()
  for (const [name, member] of value.fields) {
    if (typeof name !== 'string' || name === '') return 'the name of a field is a string, and not empty'
    const field = recognise(member, dtypeOfList, level + 1)
    if (typeof field === 'string') return `its field '${name}': ${field}`
    if (shape.some((n, axis) => n !== field.shape[axis])) {
      return `its field '${name}' has shape [${field.shape}], which does not begin with the shape [${shape}] of the whole`
    }
    fields.set(name, field)
  }
  return { data: value.data, shape, stride, offset: 0, dtype: 'struct', fields }
}

/** Whether strides and offset, where they are given, are those of C order. */
function isPlaced(whole: readonly number[], { stride = whole, offset = 0 }: Members): boolean {
  if (!isWholes(stride) || stride.length !== whole.length) return false
  return offset === 0 && stride.every((step, axis) => step === whole[axis])
}

/** Whether `value` is complete: nothing had to be added, named otherwise, or taken from a class. */
function isSame(value: Members, found: NDArray): value is NDArray {
  return (
    members.every(name => Object.hasOwn(value, name) && value[name] !== undefined) &&
    value.data === found.data &&
    value.dtype === found.dtype &&
    (found.fields === undefined || sameFields(value.fields, found.fields))
  )
}

function sameFields(given: unknown, found: ReadonlyMap<string, NDArray>): boolean {
  return types.isMap(given) && [...found].every(([name, field]) => given.get(name) === field)
}

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null
}

function isWholes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && isAll(value, Number.isSafeInteger)
}
