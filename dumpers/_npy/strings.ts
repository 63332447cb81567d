/**
 * Strings and byte strings as numpy keeps them: all of one width, filled up with NULs, characters as 32-bit numbers.
 */

import { DirdictError } from '../../src/errors.js'
import type { NDArray } from '../../src/ndarray.js'
import { formatDescr } from './descr.js'
import { blocksOf, countOf, walk } from './gather.js'
import { formatHeader } from './header.js'

/** The npy file of strings, in pieces. VALUE_REJECTED for strings that end in NUL, which numpy would cut off. */
export function* encodeStrings(
  a: NDArray,
  strings: readonly string[],
  signal: AbortSignal | undefined,
): Generator<Uint8Array> {
  const width = widest(a, strings, codePoints, text => text.endsWith('\0'))
  yield formatHeader(formatDescr('str', width * 4), a.shape)
  yield* blocksOf(a, width * 4, signal, (start, stop) => {
    const points = new Uint32Array((stop - start) * width)
    eachOf(a, strings, start, stop, (text, i) => putPoints(text, points, i * width))
    return new Uint8Array(points.buffer)
  })
}

/** The npy file of byte strings, in pieces. VALUE_REJECTED for those that end in 0, which numpy would cut off. */
export function* encodeBytes(
  a: NDArray,
  items: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Generator<Uint8Array> {
  const length = (item: Uint8Array) => item.length
  const width = widest(a, items, length, item => item.at(-1) === 0)
  yield formatHeader(formatDescr('bytes', width), a.shape)
  yield* blocksOf(a, width, signal, (start, stop) => {
    const bytes = new Uint8Array((stop - start) * width)
    eachOf(a, items, start, stop, (item, i) => bytes.set(item, i * width))
    return bytes
  })
}

/** The width of the widest item, at least 1 as in numpy. */
function widest<T>(
  a: NDArray,
  items: readonly T[],
  measure: (item: T) => number,
  cut: (item: T) => boolean,
): number {
  let width = 1
  eachOf(a, items, 0, countOf(a), (item, i) => {
    if (cut(item)) {
      const message = `element ${i} ends in NUL, which numpy takes for padding; store such data as numbers (uint8)`
      throw new DirdictError('VALUE_REJECTED', message)
    }
    width = Math.max(width, measure(item))
  })
  return width
}

function eachOf<T>(
  a: NDArray,
  items: readonly T[],
  start: number,
  stop: number,
  use: (item: T, i: number) => void,
): void {
  walk(a, start, stop, (from, step, count, at) => {
    for (let i = 0; i < count; i++) use(items[from + i * step]!, at + i)
  })
}

function codePoints(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) {
    if (text.codePointAt(i)! > 0xffff) i++
    count++
  }
  return count
}

function putPoints(text: string, points: Uint32Array, to: number): void {
  for (let i = 0, put = to; i < text.length; i++, put++) {
    const point = text.codePointAt(i)!
    if (point > 0xffff) i++
    points[put] = point
  }
}
