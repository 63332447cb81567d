/**
 * The bytes of an npy file for an NDArray, in C order: views of its own memory where it lies so, else blocks that are
 * gathered one at a time, so that memory stays bounded.
 */

import { DirdictError } from '../../src/errors.js'
import { componentsOf, countOf, isContiguous, isStruct, type NDArray } from '../../src/ndarray.js'
import { numberEncoder } from './encode-numbers.js'
import { recordEncoder } from './encode-records.js'
import { byteEncoder, stringEncoder } from './encode-strings.js'
import type { Encoder } from './encoder.js'
import { formatHeader } from './header.js'

/** Bytes of one view: typed arrays of Node 20 end at 4 GiB. */
const VIEW = 2 ** 30
/** Bytes gathered at a time. */
const BLOCK = 4 * 2 ** 20
/** numpy 1 reads no more. */
const MOST_AXES = 32

/** The file, in pieces. VALUE_REJECTED for what numpy could not give back as it was. */
export function encode(a: NDArray, signal?: AbortSignal): Iterable<Uint8Array> {
  const encoder = encoderOf(a)
  const header = formatHeader(encoder.descr, a.shape)
  const elements = elementsOf(a, encoder, signal)
  return Array.isArray(elements) ? [header, ...elements] : following(header, elements)
}

/** How the elements of `a` are written. VALUE_REJECTED for what could not be read back as it was. */
export function encoderOf(a: NDArray): Encoder {
  if (a.shape.length > MOST_AXES) {
    const message = `it has ${a.shape.length} axes; numpy takes at most ${MOST_AXES}`
    throw new DirdictError('VALUE_REJECTED', message)
  }
  const encoder = encoderOfKind(a)
  // Readers count without empty axes too.
  if (Number.isSafeInteger(a.shape.reduce((product, n) => product * Math.max(n, 1), encoder.itemsize))) {
    return encoder
  }
  throw new DirdictError('VALUE_REJECTED', `its shape [${a.shape}] has more bytes than can be counted`)
}

/**
 * VALUE_REJECTED where the memory of `a` went away while it was being written: a view of it is empty then, and a missing
 * number would become 0.
 */
export function assertKept(a: NDArray): void {
  if (isStruct(a)) for (const field of a.fields.values()) assertKept(field)
  else if (a.data.length === 0 && countOf(a) > 0) {
    const message = `the memory of its ${countOf(a)} elements went away (transferred, or WebAssembly's, which grew) before all were written; wait for set, or give it a copy`
    throw new DirdictError('VALUE_REJECTED', message)
  }
}

function encoderOfKind(a: NDArray): Encoder {
  if (isStruct(a)) return recordEncoder(a, encoderOf)
  if (!Array.isArray(a.data)) return numberEncoder(a, a.data)
  return isStrings(a.data, a.dtype) ? stringEncoder(a, a.data) : byteEncoder(a, a.data)
}

/** The bytes of the elements in C order, an array of them where nothing has to be gathered. */
export function elementsOf(a: NDArray, encoder: Encoder, signal?: AbortSignal): Iterable<Uint8Array> {
  assertKept(a)
  const { data, offset, dtype } = a
  if (Array.isArray(data) || dtype === 'bool' || !isContiguous(a)) return blocksOf(a, encoder, signal)
  const begin = data.byteOffset + offset * componentsOf(dtype) * data.BYTES_PER_ELEMENT
  const length = countOf(a) * encoder.itemsize
  return Array.from({ length: Math.ceil(length / VIEW) }, (_, i) => {
    return new Uint8Array(data.buffer, begin + i * VIEW, Math.min(VIEW, length - i * VIEW))
  })
}

function* following(header: Uint8Array, elements: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield header
  yield* elements
}

/** An array of one block where that is all: it is written faster. */
function blocksOf(a: NDArray, encoder: Encoder, signal?: AbortSignal): Iterable<Uint8Array> {
  const count = countOf(a)
  const most = Math.max(1, Math.floor(BLOCK / encoder.itemsize))
  if (count > most) return manyBlocks(a, encoder, most, signal)
  return count === 0 ? [] : [encoder.block(0, count)]
}

function* manyBlocks(
  a: NDArray,
  { block }: Encoder,
  most: number,
  signal?: AbortSignal,
): Generator<Uint8Array> {
  const count = countOf(a)
  // Whole rows where they fit, so that a walk can go down the columns.
  const row = a.shape.at(-1) || 1
  const step = most > row ? most - (most % row) : most
  for (let start = 0; start < count; start += step) {
    signal?.throwIfAborted()
    assertKept(a)
    yield block(start, Math.min(start + step, count))
  }
}

function isStrings(_items: string[] | Uint8Array[], dtype: string): _items is string[] {
  return dtype === 'str'
}
