/**
 * Encodes an array by dtype, shape and elements, however it lies in memory. Numbers follow as their memory in C order (a
 * complex one as two, float16 and NaN by their bits), strings as texts, byte strings each with its size; of a structured
 * array the number of its fields, then of each its name as a text and the field as an array.
 */
import { contiguous, countOf, isContiguous, isStruct, type NDArray, view } from '../ndarray.js'
import type { Encoder } from './encoder.js'

/** Elements that are brought into C order at once, where they do not lie so. */
const BLOCK = 2 ** 17
/** Strings between two looks at the clock. */
const STRIDE = 4096

export function* encodeArray(out: Encoder, array: NDArray): Generator<undefined> {
  out.tag('N')
  out.text(array.dtype)
  out.size(array.shape.length)
  for (const length of array.shape) out.size(length)
  if (isStruct(array)) {
    out.size(array.fields.size)
    for (const [name, field] of array.fields) {
      out.text(name)
      yield* encodeArray(out, field)
    }
    return
  }
  for (const { data } of blocksOf(array)) {
    if (Array.isArray(data)) yield* encodeItems(out, data)
    else yield* out.raw(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
}

/** The elements in C order, as arrays that follow each other: the memory itself where it is in that order. */
function* blocksOf(array: NDArray): Generator<NDArray> {
  const count = countOf(array)
  if (isContiguous(array) || count <= BLOCK) {
    yield contiguous(array)
    return
  }
  const [length = 1] = array.shape
  const rows = Math.floor((BLOCK * length) / count)
  if (rows === 0) {
    for (let i = 0; i < length; i++) yield* blocksOf(view(array, [i]))
    return
  }
  for (let i = 0; i < length; i += rows) {
    yield contiguous(view(array, [[i, Math.min(i + rows, length)]]))
  }
}

function* encodeItems(out: Encoder, items: readonly (string | Uint8Array)[]): Generator<undefined> {
  for (const [index, item] of items.entries()) {
    if (typeof item === 'string') out.text(item)
    else yield* out.sized(item)
    if (index % STRIDE === 0) yield
  }
}
