/**
 * `contiguous` brings the elements of an array into C order, copying only what does not lie so already.
 */

import { DirdictError } from '../errors.js'
import { shownArray } from '../show/array-face.js'
import { componentsOf, type DType, memoryOf, type NDArrayData, type TypedArray } from './dtype.js'
import { toNDArray } from './recognise.js'
import { isStruct, withFields } from './structured.js'
import {
  type ArrayInput,
  type ArrayOf,
  countOf,
  isContiguous,
  type NDArray,
  rowMajorStride,
} from './types.js'
import { walk, walkTiles } from './walk.js'

/**
 * The array with `data` that hold exactly its elements, in C order: for code that reads `data` itself. It is the same
 * object where that is so already, a view of its memory where they lie together, and a copy only else.
 *
 * VALUE_REJECTED for what is no array, and for a copy that does not fit into memory.
 */
export function contiguous<A extends ArrayInput>(a: A): ArrayOf<A>
export function contiguous(a: ArrayInput): NDArray {
  const done = packed(toNDArray(a))
  // What is given back as it was may be another package's, and stays as it is.
  return done === a ? done : shownArray(done)
}

/** {@link contiguous} for what is known to be an array. */
export function packed(a: NDArray): NDArray {
  if (isStruct(a)) {
    const done = withFields(a, a.shape, packed)
    return [...a.fields].every(([name, field]) => done.fields.get(name) === field) ? a : done
  }
  const from = a.offset * componentsOf(a.dtype)
  const length = countOf(a) * componentsOf(a.dtype)
  if (!isContiguous(a)) return inCOrder(a, gathered(a, length))
  if (from === 0 && a.data.length === length && isPlain(a)) return a
  const { data } = a
  return inCOrder(
    a,
    Array.isArray(data) ? data.slice(from, from + length) : data.subarray(from, from + length),
  )
}

/** Whether the strides are those of C order to the last: those of axes of one element could be any. */
function isPlain({ shape, stride }: NDArray): boolean {
  const whole = rowMajorStride(shape)
  return stride.every((step, axis) => step === whole[axis])
}

function inCOrder({ shape, dtype }: NDArray, data: NDArrayData): NDArray {
  return { data, shape, stride: rowMajorStride(shape), offset: 0, dtype }
}

function gathered(a: NDArray, length: number): NDArrayData {
  const { data } = a
  if (!Array.isArray(data)) return gatheredNumbers(a, data, length)
  return isStrings(data) ? gatheredItems(a, data) : gatheredItems(a, data)
}

/** Numbers move as unsigned words: a float on the way could lose the payload of a NaN. */
function gatheredNumbers(a: NDArray, data: TypedArray, length: number): TypedArray {
  const out = allocate(a.dtype, length)
  const word = Math.min(4, data.BYTES_PER_ELEMENT)
  const Words: WordsClass = word === 1 ? Uint8Array : word === 2 ? Uint16Array : Uint32Array
  const source = new Words(data.buffer, data.byteOffset, data.byteLength / word)
  const target = new Words(out.buffer, 0, out.byteLength / word)
  const width = (data.BYTES_PER_ELEMENT * componentsOf(a.dtype)) / word
  walkTiles(a, 0, countOf(a), (from, step, count, at) => {
    if (step === 1) target.set(source.subarray(from * width, (from + count) * width), at * width)
    else copyRun(source, from * width, step * width, target, at * width, count, width)
  })
  return out
}

function gatheredItems<Item>(a: NDArray, items: readonly Item[]): Item[] {
  const out: Item[] = []
  walk(a, 0, countOf(a), (from, step, count) => {
    for (let i = 0, get = from; i < count; i++, get += step) out.push(items[get]!)
  })
  return out
}

type Words = Uint8Array | Uint16Array | Uint32Array

type WordsClass = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => Words

/** Copies `count` elements of `width` words each. */
function copyRun(
  source: Words,
  from: number,
  step: number,
  target: Words,
  to: number,
  count: number,
  width: number,
): void {
  for (let i = 0, get = from, put = to; i < count; i++, get += step, put += width) {
    for (let w = 0; w < width; w++) target[put + w] = source[get + w]!
  }
}

function allocate(dtype: DType, length: number): TypedArray {
  const Memory = memoryOf(dtype)
  try {
    if (Memory !== undefined) return new Memory(length)
  } catch (cause) {
    const message = `a copy of ${length} numbers of '${dtype}' does not fit into memory; take a part of the array with view()`
    throw new DirdictError('VALUE_REJECTED', message, { cause })
  }
  throw new DirdictError('VALUE_REJECTED', `there is no memory of numbers for '${dtype}'`)
}

function isStrings(items: string[] | Uint8Array[]): items is string[] {
  return typeof items[0] === 'string'
}
