/**
 * Which numbers of a column are in a set: loops over typed arrays, without a call per row. All types of at most 32
 * bits and floats go through one block of float64, since a loop that sees many kinds of arrays is ten times slower.
 */
import { asStretch, type Order, type Stretch, singles, type ValueSet } from './value-set.js'

/** Writes 1 for every value that is in the set, and 0 for the others. */
export type Scan<Values> = (values: Values, hits: Uint8Array) => void
export type SmallValues =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
export type LargeValues = BigInt64Array | BigUint64Array

type BlockScan = (block: Float64Array, count: number, hits: Uint8Array, start: number) => void

/** Rows of a block: 32 KiB, which stay in the processor's cache. */
const BLOCK = 4096
/** From so many single values on, hashing is faster than searching. */
const HASHED = 8
const SIGN = -(2 ** 31)

export function scanSmall(order: Order<number>, set: ValueSet<number>): Scan<SmallValues> {
  const scan = blockScan(order, set)
  const block = new Float64Array(BLOCK)
  return (values, hits) => {
    for (let start = 0; start < hits.length; start += BLOCK) {
      const count = Math.min(BLOCK, hits.length - start)
      block.set(values.subarray(start, start + count))
      scan(block, count, hits, start)
    }
  }
}

/** Float16 comes as the bits of its values. */
export function scanHalves(order: Order<number>, set: ValueSet<number>): Scan<Uint16Array> {
  const scan = blockScan(order, set)
  const block = new Float64Array(BLOCK)
  return (values, hits) => {
    for (let start = 0; start < hits.length; start += BLOCK) {
      const count = Math.min(BLOCK, hits.length - start)
      for (let i = 0; i < count; i++) block[i] = halfToNumber(values[start + i]!)
      scan(block, count, hits, start)
    }
  }
}

/** Booleans, as bits from bit `offset` on. */
export function scanBits(order: Order<number>, set: ValueSet<number>): Scan<BitValues> {
  const table = new Uint8Array(2)
  scanSmall(order, set)(Uint8Array.of(0, 1), table)
  return ({ bits, offset }, hits) => {
    for (let i = 0; i < hits.length; i++) {
      const at = offset + i
      hits[i] = table[(bits[at >> 3]! >> (at & 7)) & 1]!
    }
  }
}

export interface BitValues {
  readonly bits: Uint8Array
  readonly offset: number
}

/** Integers of 64 bits, as their halves: a bigint per row would be ten times slower. */
export function scanLarge(order: Order<bigint>, set: ValueSet<bigint>): Scan<LargeValues> {
  const isSigned = order.least < 0n
  // With its sign bit flipped an unsigned half compares like a signed one.
  const flip = isSigned ? 0 : SIGN
  const stretch = asStretch(order, set)
  if (stretch !== undefined) return scanLargeStretch(stretch, isSigned, flip)
  const bounds = halvesOf(set.boundaries, flip)
  const rough = roughly(singles(order, set.boundaries))
  return (values, hits) => {
    const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
    for (let i = 0; i < hits.length; i++) {
      const low = halves[2 * i]!
      const high = halves[2 * i + 1]!
      if (rough !== undefined && !rough.has((isSigned ? high : high >>> 0) * 2 ** 32 + (low >>> 0))) {
        hits[i] = 0
        continue
      }
      hits[i] = passedHalves(bounds, high ^ flip, low ^ SIGN) & 1
    }
  }
}

function scanLargeStretch(
  { from, until, outside }: Stretch<bigint>,
  isSigned: boolean,
  flip: number,
): Scan<LargeValues> {
  const last = until === undefined ? (isSigned ? 2n ** 63n - 1n : 2n ** 64n - 1n) : until - 1n
  const [fromLow = 0, fromHigh = 0, lastLow = 0, lastHigh = 0] = halvesOf([from, last], flip)
  const within = outside ? 0 : 1
  return (values, hits) => {
    const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
    for (let i = 0; i < hits.length; i++) {
      const low = halves[2 * i]! ^ SIGN
      const high = halves[2 * i + 1]! ^ flip
      const isIn =
        (high > fromHigh || (high === fromHigh && low >= fromLow)) &&
        (high < lastHigh || (high === lastHigh && low <= lastLow))
      hits[i] = isIn ? within : 1 - within
    }
  }
}

/** Low and high half of each value, so that both compare as signed integers. */
function halvesOf(values: readonly bigint[], flip: number): Int32Array {
  const halves = new Int32Array(values.length * 2)
  values.forEach((value, i) => {
    halves[2 * i] = Number(BigInt.asIntN(32, value)) ^ SIGN
    halves[2 * i + 1] = Number(BigInt.asIntN(32, value >> 32n)) ^ flip
  })
  return halves
}

/** How many of the boundaries are not greater. */
function passedHalves(bounds: Int32Array, high: number, low: number): number {
  let start = 0
  let end = bounds.length >> 1
  while (start < end) {
    const middle = (start + end) >> 1
    const boundHigh = bounds[2 * middle + 1]!
    if (boundHigh < high || (boundHigh === high && bounds[2 * middle]! <= low)) start = middle + 1
    else end = middle
  }
  return start
}

/** Large integers, rounded to doubles: what is not there is no hit. */
function roughly(values: readonly bigint[] | undefined): Set<number> | undefined {
  return values === undefined || values.length < HASHED ? undefined : new Set(values.map(Number))
}

function blockScan(order: Order<number>, set: ValueSet<number>): BlockScan {
  const stretch = asStretch(order, set)
  if (stretch !== undefined) return stretchScan(stretch)
  const values = singles(order, set.boundaries)
  if (values !== undefined && values.length >= HASHED) return hashScan(new Set(values))
  return searchScan(Float64Array.from(set.boundaries))
}

function stretchScan({ from, until = Number.NaN, outside }: Stretch<number>): BlockScan {
  const within = outside ? 0 : 1
  return (block, count, hits, start) => {
    for (let i = 0; i < count; i++) {
      const value = block[i]!
      // Nothing reaches NaN, and NaN itself is never within.
      hits[start + i] = value >= from && !(value >= until) ? within : 1 - within
    }
  }
}

function hashScan(values: ReadonlySet<number>): BlockScan {
  return (block, count, hits, start) => {
    for (let i = 0; i < count; i++) hits[start + i] = values.has(block[i]!) ? 1 : 0
  }
}

function searchScan(boundaries: Float64Array): BlockScan {
  return (block, count, hits, start) => {
    for (let i = 0; i < count; i++) {
      const value = block[i]!
      let low = 0
      let high = boundaries.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (value >= boundaries[middle]!) low = middle + 1
        else high = middle
      }
      hits[start + i] = low & 1
    }
  }
}

/** https://en.wikipedia.org/wiki/Half-precision_floating-point_format */
export function halfToNumber(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}
