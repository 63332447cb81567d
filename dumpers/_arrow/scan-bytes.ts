/** Whether strings and binaries are in a set: compared byte by byte as they are stored, without decoding. */
import type { ByteTest } from './byte-rows.js'
import { asStretch, type Order, singles, type ValueSet } from './value-set.js'

/** From so many single values on, most rows are told by their hash. */
const HASHED = 8

export function byteTest(order: Order<Uint8Array>, set: ValueSet<Uint8Array>): ByteTest {
  const stretch = asStretch(order, set)
  if (stretch !== undefined) {
    const { from, until, outside } = stretch
    const isSingle = singles(order, until === undefined ? [from] : [from, until]) !== undefined
    if (isSingle) return equalTest(from, outside ? 0 : 1)
  }
  const { boundaries } = set
  const values = singles(order, boundaries)
  if (values === undefined || values.length < HASHED) {
    return (bytes, start, end) => passed(boundaries, bytes, start, end) & 1
  }
  const hashes = new Set(values.map(value => hash(value, 0, value.byteLength)))
  return (bytes, start, end) =>
    hashes.has(hash(bytes, start, end)) ? passed(boundaries, bytes, start, end) & 1 : 0
}

function equalTest(wanted: Uint8Array, equal: number): ByteTest {
  const length = wanted.byteLength
  return (bytes, start, end) => {
    if (end - start !== length) return 1 - equal
    for (let at = 0; at < length; at++) if (bytes[start + at] !== wanted[at]) return 1 - equal
    return equal
  }
}

/** FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0x811c9dc5
  for (let at = start; at < end; at++) sum = Math.imul(sum ^ bytes[at]!, 0x01000193)
  return sum
}

/** How many of the boundaries are not greater. */
function passed(boundaries: readonly Uint8Array[], bytes: Uint8Array, start: number, end: number): number {
  let low = 0
  let high = boundaries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(bytes, start, end, boundaries[middle]!) >= 0) low = middle + 1
    else high = middle
  }
  return low
}

function compare(bytes: Uint8Array, start: number, end: number, boundary: Uint8Array): number {
  const length = end - start
  const common = Math.min(length, boundary.byteLength)
  for (let at = 0; at < common; at++) {
    const difference = bytes[start + at]! - boundary[at]!
    if (difference !== 0) return difference
  }
  return length - boundary.byteLength
}
