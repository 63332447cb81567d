/** A slow and exact comparison of numbers, to measure the fast one by: everything is a fraction of two bigints. */
import type { Comparable } from '../../../dumpers/_arrow/where.js'

export type Fraction = readonly [bigint, bigint]

export function ofNumbers(value: number, operand: Comparable): number {
  const other = typeof operand === 'bigint' ? operand : Number(operand)
  return value < other ? -1 : value > other ? 1 : Number.isNaN(value) ? Number.NaN : 0
}

export function ofFractions([a, b]: Fraction, [c, d]: Fraction): number {
  const left = a * d
  const right = c * b
  return left < right ? -1 : left > right ? 1 : 0
}

/** Infinity is beyond all columns. */
export function fraction(operand: Comparable): Fraction {
  if (typeof operand === 'bigint') return [operand, 1n]
  const value = Number(operand)
  if (!Number.isFinite(value)) return [value > 0 ? 10n ** 400n : -(10n ** 400n), 1n]
  let denominator = 1n
  let numerator = value
  while (!Number.isInteger(numerator)) {
    numerator *= 2
    denominator *= 2n
  }
  return [BigInt(numerator), denominator]
}

export function printed(text: string): Fraction {
  const [digits = '', exponent = '0'] = text.toLowerCase().split('e')
  const [units = '', decimals = ''] = digits.split('.')
  const power = Number(exponent) - decimals.length
  const value =
    BigInt((units + decimals).replace('+', '').replace('-', '')) * (digits.startsWith('-') ? -1n : 1n)
  return power >= 0 ? [value * 10n ** BigInt(power), 1n] : [value, 10n ** BigInt(-power)]
}
