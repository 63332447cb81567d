/**
 * Numbers, booleans and times, whose memory is what stands in the file.
 */

import { DirdictError } from '../../src/errors.js'
import { componentsOf, isContiguous, type NDArray, type TypedArray, walkTiles } from '../../src/ndarray.js'
import { formatScalar } from './descr.js'
import type { Encoder } from './encoder.js'
import { copyWords, type Words, wordsOf } from './strided.js'

/** Its blocks are VALUE_REJECTED for booleans other than 0 and 1. */
export function numberEncoder(a: NDArray, data: TypedArray): Encoder {
  const itemsize = data.BYTES_PER_ELEMENT * componentsOf(a.dtype)
  const gathered = gatherer(a, data, itemsize)
  const block = a.dtype === 'bool' ? booleans(a, data, gathered) : gathered
  return { descr: formatScalar(a.dtype, itemsize), itemsize, block }
}

/** Blocks of booleans: views where they lie in order. They are looked at when it is their turn, as all are a long time. */
function booleans(a: NDArray, data: TypedArray, gathered: Encoder['block']): Encoder['block'] {
  const inOrder = isContiguous(a)
  return (start, stop) => {
    const length = stop - start
    const bytes = inOrder
      ? new Uint8Array(data.buffer, data.byteOffset + a.offset + start, length)
      : gathered(start, stop)
    refuseNonBooleans(bytes, start)
    return bytes
  }
}

/** `first` is the number of the first element. */
function refuseNonBooleans(bytes: Uint8Array, first: number): void {
  const words = bytes.byteOffset % 4 === 0 ? wordsOf(bytes, 4) : new Uint32Array(0)
  let bits = 0
  for (let i = 0; i < words.length; i++) bits |= words[i]!
  for (let i = words.length * 4; i < bytes.length; i++) bits |= bytes[i]!
  if ((bits & 0xfefefefe) === 0) return
  const at = bytes.findIndex(byte => byte > 1)
  const message = `element ${first + at} of the dtype 'bool' is ${bytes[at]}; only 0 and 1 are booleans`
  throw new DirdictError('VALUE_REJECTED', message)
}

function gatherer(a: NDArray, data: TypedArray, itemsize: number): Encoder['block'] {
  // Elements move as unsigned words: a float on the way could lose the payload of a NaN.
  const word = data.BYTES_PER_ELEMENT === 1 ? 1 : data.BYTES_PER_ELEMENT === 2 ? 2 : 4
  const width = itemsize / word
  let words: Words | undefined
  return (start, stop) => {
    words ??= wordsOf(data, word)
    const source = words
    const bytes = new Uint8Array((stop - start) * itemsize)
    const block = wordsOf(bytes, word)
    walkTiles(a, start, stop, (from, step, count, at) => {
      if (step === 1) block.set(source.subarray(from * width, (from + count) * width), at * width)
      else copyWords(source, from * width, step * width, block, at * width, width, count, width)
    })
    return bytes
  }
}
