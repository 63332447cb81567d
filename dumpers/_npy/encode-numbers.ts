/**
 * Numbers, booleans and times, whose memory is what stands in the file.
 */

import { DirdictError } from '../../src/errors.js'
import { componentsOf, countOf, type NDArray, type TypedArray, walk, walkTiles } from '../../src/ndarray.js'
import { formatScalar } from './descr.js'
import type { Encoder } from './encoder.js'
import { copyWords, type Words, wordsOf } from './strided.js'

/** VALUE_REJECTED for booleans other than 0 and 1. */
export function numberEncoder(a: NDArray, data: TypedArray): Encoder {
  if (a.dtype === 'bool') refuseNonBooleans(a, data)
  const itemsize = data.BYTES_PER_ELEMENT * componentsOf(a.dtype)
  return { descr: formatScalar(a.dtype, itemsize), itemsize, block: gatherer(a, data, itemsize) }
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
