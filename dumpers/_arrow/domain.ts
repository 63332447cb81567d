/**
 * What can be compared with the values of an Arrow type, and where among them it lies, exactly: nothing is rounded to
 * the type of the column first. 0.1 is less than the float32 that is written as 0.1, and lies between 0 and 1 of an
 * integer column.
 */
import { types } from 'node:util'
import type { TimeUnit } from 'apache-arrow'
import { type Spot, scaled, tenfold, whole } from './exact.js'
import type { Order, Position, Raw } from './value-set.js'

/**
 * What the values of a column can be compared with. A Date is for timestamps and dates, a bigint for integers and for
 * times in the unit of the column.
 */
export type Comparable = number | bigint | string | boolean | Date | Uint8Array

/** The values of one Arrow type. */
export interface Domain<T extends Raw> extends Order<T> {
  /** What can be compared with them, for messages. */
  readonly takes: string
  /** Whether there is a value without order beside them. */
  readonly hasNaN: boolean
  isRaw(value: Raw): value is T
  /** Undefined where `operand` cannot be compared with them. NaN and invalid dates are refused before. */
  locate(operand: Comparable): Position<T> | undefined
}

const DAY = 86_400_000
const LONE_SURROGATE = /\p{Surrogate}/u
const NUMBERS = 'a number or a bigint'
const INSTANTS = 'a Date, a number of milliseconds since 1970, or a bigint in the unit of the column'

export const BOOLEANS: Domain<number> = small(0, 1, 'a boolean', operand =>
  typeof operand === 'boolean' ? at(operand ? 1n : 0n) : undefined,
)

export const FLOATS: Domain<number> = {
  least: Number.NEGATIVE_INFINITY,
  takes: NUMBERS,
  hasNaN: true,
  compare: byOrder,
  next: nextDouble,
  isRaw: isNumber,
  locate(operand) {
    if (typeof operand !== 'number' && typeof operand !== 'bigint') return undefined
    // A bigint between two doubles is rounded to one of them.
    const nearest = Number(operand)
    const after = nearest > operand ? nearest : nextDouble(nearest)
    return { from: nearest < operand || nearest > operand ? after : nearest, after }
  },
}

/** A column of nulls may be compared with anything: of other rows it may have any type. */
export const NOTHING: Domain<number> = {
  ...BOOLEANS,
  locate: () => ({ from: undefined, after: undefined }),
}

export const BYTES: Domain<Uint8Array> = bytes('a Uint8Array', operand =>
  types.isUint8Array(operand) ? operand : undefined,
)

/** By their UTF-8 bytes, which is the order of code points. The order of JavaScript's `<` is that of UTF-16. */
export const STRINGS: Domain<Uint8Array> = bytes('a string (of whole characters)', operand =>
  typeof operand === 'string' && !LONE_SURROGATE.test(operand)
    ? new TextEncoder().encode(operand)
    : undefined,
)

/** Integers of at most 32 bits: Int, Time of 32 bits. */
export function smallIntegers(bits: number, isSigned: boolean): Domain<number> {
  const least = isSigned ? -(2 ** (bits - 1)) : 0
  return small(least, least + 2 ** bits - 1, NUMBERS, integer)
}

/** Integers of 64 bits: Int, Time of 64 bits, Duration. */
export function largeIntegers(isSigned: boolean): Domain<bigint> {
  return large(64, isSigned, NUMBERS, integer)
}

/** Days since 1970. */
export function days(): Domain<number> {
  return small(-(2 ** 31), 2 ** 31 - 1, INSTANTS, operand =>
    instant(
      operand,
      32,
      ms => scaled(ms, 1n, BigInt(DAY)),
      raw => DAY * Number(raw),
    ),
  )
}

/** Timestamps of any unit, and dates in milliseconds. */
export function timestamps(unit: TimeUnit): Domain<bigint> {
  const [factor, divisor] = unit === 0 ? [1n, 1000n] : [1000n ** BigInt(unit - 1), 1n]
  return large(64, true, INSTANTS, operand =>
    instant(
      operand,
      64,
      ms => scaled(ms, factor, divisor),
      raw => (unit === 0 ? 1000 * Number(raw) : Number(raw / factor) + Number(raw % factor) / Number(factor)),
    ),
  )
}

/** Multiples of 10 to the power of -`scale`. A number is the decimal number that JavaScript prints for it. */
export function decimals(bits: number, scale: number): Domain<bigint> {
  return large(bits, true, 'a number, a bigint or a decimal number in a string', operand => {
    if (typeof operand === 'bigint') return tenfold(operand, scale)
    if (typeof operand === 'number' && !Number.isFinite(operand)) return whole(operand)
    if (typeof operand !== 'number' && typeof operand !== 'string') return undefined
    const parts = /^([+-]?)(\d{1,400})(?:\.(\d{0,400}))?(?:e([+-]?\d{1,3}))?$/i.exec(String(operand))
    if (parts === null) return undefined
    const [, sign, units = '', fraction = '', exponent = '0'] = parts
    const digits = BigInt(units + fraction)
    return tenfold(sign === '-' ? -digits : digits, Number(exponent) - fraction.length + scale)
  })
}

function integer(operand: Comparable): Spot | undefined {
  return typeof operand === 'number' || typeof operand === 'bigint' ? whole(operand) : undefined
}

/**
 * A Date is exact. A number is compared with what Arrow's `get` gives, which rounds: several nanoseconds may be equal
 * to it, so that a number taken out of a table finds its row again.
 */
function instant(
  operand: Comparable,
  bits: number,
  ofDate: (ms: bigint) => Spot,
  toNumber: (raw: bigint) => number,
): Spot | undefined {
  if (typeof operand === 'bigint') return at(operand)
  if (types.isDate(operand)) return ofDate(BigInt(operand.getTime()))
  if (typeof operand !== 'number') return undefined
  const half = 2n ** BigInt(bits - 1)
  return {
    from: firstThat(-half, half, raw => toNumber(raw) >= operand),
    after: firstThat(-half, half, raw => toNumber(raw) > operand),
  }
}

/** The first integer in [from, until) for which `holds`, which goes on to hold; `until` where there is none. */
function firstThat(from: bigint, until: bigint, holds: (raw: bigint) => boolean): bigint {
  let low = from
  let high = until
  while (low < high) {
    const middle = (low + high) >> 1n
    if (holds(middle)) high = middle
    else low = middle + 1n
  }
  return low
}

function at(value: bigint): Spot {
  return { from: value, after: value + 1n }
}

function small(
  least: number,
  greatest: number,
  takes: string,
  spot: (operand: Comparable) => Spot | undefined,
): Domain<number> {
  const inside = (value: bigint): number | undefined =>
    value > greatest ? undefined : Math.max(least, Number(value))
  return {
    least,
    takes,
    hasNaN: false,
    compare: byOrder,
    next: value => (value < greatest ? value + 1 : undefined),
    isRaw: isNumber,
    locate(operand) {
      const found = spot(operand)
      return found && { from: inside(found.from), after: inside(found.after) }
    },
  }
}

function large(
  bits: number,
  isSigned: boolean,
  takes: string,
  spot: (operand: Comparable) => Spot | undefined,
): Domain<bigint> {
  const least = isSigned ? -(2n ** BigInt(bits - 1)) : 0n
  const greatest = least + 2n ** BigInt(bits) - 1n
  const inside = (value: bigint): bigint | undefined =>
    value > greatest ? undefined : value < least ? least : value
  return {
    least,
    takes,
    hasNaN: false,
    compare: byOrder,
    next: value => (value < greatest ? value + 1n : undefined),
    isRaw: (value): value is bigint => typeof value === 'bigint',
    locate(operand) {
      const found = spot(operand)
      return found && { from: inside(found.from), after: inside(found.after) }
    },
  }
}

function bytes(takes: string, encode: (operand: Comparable) => Uint8Array | undefined): Domain<Uint8Array> {
  const next = (value: Uint8Array): Uint8Array => {
    const longer = new Uint8Array(value.byteLength + 1)
    longer.set(value)
    return longer
  }
  return {
    least: new Uint8Array(0),
    takes,
    hasNaN: false,
    compare: (a, b) => Buffer.compare(a, b),
    next,
    isRaw: (value): value is Uint8Array => typeof value === 'object',
    locate(operand) {
      const from = encode(operand)
      return from && { from, after: next(from) }
    },
  }
}

function byOrder<T extends number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isNumber(value: Raw): value is number {
  return typeof value === 'number'
}

/** Undefined after Infinity. Both zeros are one value. */
function nextDouble(value: number): number | undefined {
  if (value === Number.POSITIVE_INFINITY) return undefined
  if (value === 0) return Number.MIN_VALUE
  const bits = new BigInt64Array(1)
  const double = new Float64Array(bits.buffer)
  double[0] = value
  bits[0]! += value > 0 ? 1n : -1n
  return double[0]
}
