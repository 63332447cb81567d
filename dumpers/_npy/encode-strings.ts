/**
 * Strings and byte strings as numpy keeps them: all of one width, filled up with NULs, characters as 32-bit numbers.
 */

import { DirdictError } from '../../src/errors.js'
import { countOf, type NDArray, walk } from '../../src/ndarray.js'
import { formatScalar } from './descr.js'
import { assertItemSize, type Encoder } from './encoder.js'

/** VALUE_REJECTED for strings that end in NUL, which numpy would cut off. */
export function stringEncoder(a: NDArray, strings: readonly string[]): Encoder {
  const width = widest(a, strings, codePoints, text => text.endsWith('\0'))
  const itemsize = width * 4
  assertItemSize(itemsize)
  const block = (start: number, stop: number): Uint8Array => {
    const points = new Uint32Array((stop - start) * width)
    eachOf(a, strings, start, stop, (text, i) => putPoints(text, points, i * width))
    return new Uint8Array(points.buffer)
  }
  return { descr: formatScalar('str', itemsize), itemsize, block }
}

/** VALUE_REJECTED for byte strings that end in 0, which numpy would cut off. */
export function byteEncoder(a: NDArray, items: readonly Uint8Array[]): Encoder {
  const itemsize = widest(
    a,
    items,
    item => item.length,
    item => item.at(-1) === 0,
  )
  assertItemSize(itemsize)
  const block = (start: number, stop: number): Uint8Array => {
    const bytes = new Uint8Array((stop - start) * itemsize)
    eachOf(a, items, start, stop, (item, i) => bytes.set(item, i * itemsize))
    return bytes
  }
  return { descr: formatScalar('bytes', itemsize), itemsize, block }
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
