/**
 * float16 as its bits, both ways, exactly: runtimes before Node 24 have no `Float16Array`.
 */

/** The nearest float16, ties to even: its bits and what they stand for. */
export function toFloat16(value: number): { bits: number; held: number } {
  if (Number.isNaN(value)) return { bits: 0x7e00, held: value }
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  // Below the smallest normal number the spacing stays the same. log2 may err next to a power of two: both
  // exponents give the same result there, because a full mantissa carries into the exponent.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)))
  const steps = size === 0 ? 0 : roundToEven(size * 2 ** (10 - exponent))
  if (size >= 65520) return { bits: sign | 0x7c00, held: value < 0 ? -Infinity : Infinity }
  const held = steps * 2 ** (exponent - 10)
  return { bits: sign | (size === 0 ? 0 : (exponent + 14) * 1024 + steps), held: value < 0 ? -held : held }
}

/** The number that the bits of a float16 stand for, subnormal ones, infinities and NaN included. */
export function fromFloat16(bits: number): number {
  const exponent = (bits >> 10) & 31
  const mantissa = bits & 1023
  const size =
    exponent === 0
      ? mantissa * 2 ** -24
      : exponent < 31
        ? (1024 + mantissa) * 2 ** (exponent - 25)
        : mantissa === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
  return bits & 0x8000 ? -size : size
}

function roundToEven(value: number): number {
  const up = Math.round(value)
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up
}
