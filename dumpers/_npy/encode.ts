/**
 * The bytes of an npy file for an NDArray, in C order: views of its own memory where it lies so, else blocks that are
 * gathered one at a time, so that memory stays bounded.
 */

import { DirdictError } from '../../src/errors.js'
import { componentsOf, isContiguous, memoryOf, type NDArray, rowMajorStride, type TypedArray } from '../../src/ndarray.js'
import { formatDescr } from './descr.js'
import { formatHeader } from './header.js'

/** Bytes gathered at a time. */
const BLOCK = 4 * 2 ** 20
/** Bytes of one view: typed arrays of Node 20 end at 4 GiB. */
const VIEW = 2 ** 30
/** numpy 1 reads no more. */
const MOST_AXES = 32

/** The file, in pieces. VALUE_REJECTED for what numpy could not give back as it was. */
export function encode(a: NDArray, signal?: AbortSignal): Iterable<Uint8Array> {
  if (a.shape.length > MOST_AXES) throw rejected(`it has ${a.shape.length} axes; numpy takes at most ${MOST_AXES}`)
  const { data } = a
  if (!Array.isArray(data)) return encodeNumbers(a, data, signal)
  return isBytes(data) ? encodeItems(a, data, bytesCodec, signal) : encodeItems(a, data, stringCodec, signal)
}

function encodeNumbers(a: NDArray, data: TypedArray, signal: AbortSignal | undefined): Iterable<Uint8Array> {
  const parts = componentsOf(a.dtype)
  const itemsize = data.BYTES_PER_ELEMENT * parts
  const header = formatHeader(formatDescr(a.dtype, itemsize), a.shape)
  if (a.dtype === 'bool') refuseNonBooleans(a, data)
  if (isContiguous(a)) return [header, ...viewsOf(data, a.offset * itemsize, countOf(a) * itemsize)]
  // Elements are moved as words: floats on the way could lose the payload of a NaN.
  const word = Math.min(4, data.BYTES_PER_ELEMENT)
  const Words = word === 1 ? Uint8Array : word === 2 ? Uint16Array : Uint32Array
  const from = new Words(data.buffer, data.byteOffset, data.byteLength / word)
  const width = itemsize / word
  return gather(a, header, itemsize, signal, count => {
    const to = new Words(count * width)
    return { bytes: new Uint8Array(to.buffer), copy: copyWords(from, to, width) }
  })
}
