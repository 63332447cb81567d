/** Numbers among the integers, without rounding: the first integer that is not less, and the first that is greater. */

/** Where something lies among the integers. */
export interface Spot {
  readonly from: bigint
  /** The same as `from` where no integer is equal. */
  readonly after: bigint
}

/** Beyond every integer of 256 bits. */
const BEYOND = 2n ** 300n

/** A number, which is not NaN, or a bigint. */
export function whole(value: number | bigint): Spot {
  if (typeof value === 'bigint') return { from: value, after: value + 1n }
  if (!Number.isFinite(value))
    return value > 0 ? { from: BEYOND, after: BEYOND } : { from: -BEYOND, after: -BEYOND }
  return { from: BigInt(Math.ceil(value)), after: BigInt(Math.floor(value)) + 1n }
}

/** `value` times `factor` through `divisor`, both positive. */
export function scaled(value: bigint, factor: bigint, divisor: bigint): Spot {
  const product = value * factor
  const quotient = product / divisor
  const rest = product % divisor
  if (rest === 0n) return { from: quotient, after: quotient + 1n }
  const from = product < 0n ? quotient : quotient + 1n
  return { from, after: from }
}

/** `value` times ten to the power of `exponent`. */
export function tenfold(value: bigint, exponent: number): Spot {
  const power = 10n ** BigInt(Math.abs(exponent))
  return exponent >= 0 ? scaled(value, power, 1n) : scaled(value, 1n, power)
}
