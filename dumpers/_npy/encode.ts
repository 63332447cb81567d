/**
 * The bytes of an npy file for an NDArray, in C order: views of its own memory where it lies so, else blocks that are
 * gathered one at a time, so that memory stays bounded.
 */

import { DirdictError } from '../../src/errors.js'
import { componentsOf, type DType, isContiguous, type NDArray, type TypedArray } from '../../src/ndarray.js'
import { formatDescr } from './descr.js'
import { blocksOf, countOf, walk, walkTiles } from './gather.js'
import { formatHeader } from './header.js'
import { encodeBytes, encodeStrings } from './strings.js'

/** Bytes of one view: typed arrays of Node 20 end at 4 GiB. */
const VIEW = 2 ** 30
/** numpy 1 reads no more. */
const MOST_AXES = 32

/** The file, in pieces. VALUE_REJECTED for what numpy could not give back as it was. */
export function encode(a: NDArray, signal?: AbortSignal): Iterable<Uint8Array> {
  if (a.shape.length > MOST_AXES) {
    throw new DirdictError(
      'VALUE_REJECTED',
      `it has ${a.shape.length} axes; numpy takes at most ${MOST_AXES}`,
    )
  }
  if (!Array.isArray(a.data)) return encodeNumbers(a, a.data, signal)
  return isStrings(a.data, a.dtype) ? encodeStrings(a, a.data, signal) : encodeBytes(a, a.data, signal)
}

function encodeNumbers(a: NDArray, data: TypedArray, signal: AbortSignal | undefined): Iterable<Uint8Array> {
  if (a.dtype === 'bool') refuseNonBooleans(a, data)
  const itemsize = data.BYTES_PER_ELEMENT * componentsOf(a.dtype)
  const header = formatHeader(formatDescr(a.dtype, itemsize), a.shape)
  if (!isContiguous(a)) return gathered(a, data, header, itemsize, signal)
  return [header, ...viewsOf(data, a.offset * itemsize, countOf(a) * itemsize)]
}

function refuseNonBooleans(a: NDArray, data: TypedArray): void {
  walk(a, 0, countOf(a), (from, step, count) => {
    for (let i = 0, at = from; i < count; i++, at += step) {
      if (data[at]! <= 1) continue
      throw new DirdictError(
        'VALUE_REJECTED',
        `data[${at}] of the dtype 'bool' is ${data[at]}; only 0 and 1 are booleans`,
      )
    }
  })
}

function* viewsOf(data: TypedArray, offset: number, length: number): Generator<Uint8Array> {
  for (let at = 0; at < length; at += VIEW) {
    yield new Uint8Array(data.buffer, data.byteOffset + offset + at, Math.min(VIEW, length - at))
  }
}

function* gathered(
  a: NDArray,
  data: TypedArray,
  header: Uint8Array,
  itemsize: number,
  signal: AbortSignal | undefined,
): Generator<Uint8Array> {
  // Elements move as unsigned words: a float on the way could lose the payload of a NaN.
  const word = Math.min(4, data.BYTES_PER_ELEMENT)
  const Words: WordsClass = word === 1 ? Uint8Array : word === 2 ? Uint16Array : Uint32Array
  const source = new Words(data.buffer, data.byteOffset, data.byteLength / word)
  const width = itemsize / word
  yield header
  yield* blocksOf(a, itemsize, signal, (start, stop) => {
    const block = new Words((stop - start) * width)
    walkTiles(a, start, stop, (from, step, count, at) => {
      if (step === 1) block.set(source.subarray(from * width, (from + count) * width), at * width)
      else copyRun(source, from * width, step * width, block, at * width, count, width)
    })
    return new Uint8Array(block.buffer)
  })
}

type Words = Uint8Array | Uint16Array | Uint32Array

interface WordsClass {
  new (length: number): Words
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Words
}

/** Copies `count` elements of `width` words each. */
function copyRun(
  source: Words,
  from: number,
  step: number,
  block: Words,
  to: number,
  count: number,
  width: number,
): void {
  for (let i = 0, get = from, put = to; i < count; i++, get += step, put += width) {
    for (let w = 0; w < width; w++) block[put + w] = source[get + w]!
  }
}

function isStrings(_items: string[] | Uint8Array[], dtype: DType): _items is string[] {
  return dtype === 'str'
}
