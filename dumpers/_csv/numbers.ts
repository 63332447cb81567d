/**
 * Numbers as text and back, exactly: a float is written as the shortest text that reads back as the same float of its
 * width, and always with a point or an exponent, so that no reader takes a column of floats for integers.
 */

const WORDS = /^(-?)(?:(nan)|inf(?:inity)?)$/i
const TEN = 10n

/** Shortest text for a fraction of the width, whole numbers in full; `NaN`, `inf` and `-inf` as pandas and DuckDB write them. */
export function formatFloat(value: number, bits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value < 0 ? '-inf' : 'inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  // Whole numbers in full: 123456790, which is the same float32 as 123456792, is another float64.
  const isExact = bits === 64 || Number.isSafeInteger(value)
  const text = isExact ? String(value) : shortest(value, bits)
  return /[.e]/.test(text) ? text : `${text}.0`
}

/** NaN for the words; undefined where the text is no number, or is beyond the range of the width. */
export function parseFloat64(text: string): number | undefined {
  const value = Number(text)
  if (Number.isFinite(value) && isDecimalText(text)) return value
  const word = WORDS.exec(text)
  if (word === null) return undefined
  if (word[2] !== undefined) return Number.NaN
  return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

/**
 * The whole number that the text stands for, where it has at most 15 digits; Infinity where it has more, NaN where it
 * is something else. Never -0.
 */
export function parseWhole(text: string): number {
  const { length } = text
  const first = text.charCodeAt(0)
  const start = first === 45 || first === 43 ? 1 : 0
  if (length === start) return Number.NaN
  let value = 0
  for (let i = start; i < length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  if (length - start > 15) return Number.POSITIVE_INFINITY
  return first === 45 ? 0 - value : value
}

/** The decimal number `value` / 10^`scale`, written out. */
export function formatDecimal(value: bigint, scale: number): string {
  if (scale <= 0) return String(value * TEN ** BigInt(-scale))
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The text times 10^`scale`; undefined where it is no decimal number, or not a whole one after that. */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text)
  const [, sign, whole = '', fraction = ''] = found ?? []
  if (found === null || whole.length + fraction.length === 0 || text.length > 200) return undefined
  const digits = BigInt(whole + fraction)
  const shift = scale - fraction.length
  const factor = TEN ** BigInt(Math.abs(shift))
  if (shift < 0 && digits % factor !== 0n) return undefined
  const value = shift < 0 ? digits / factor : digits * factor
  return sign === '-' ? -value : value
}

/** The value of a float16, of which `bits` are the bits. */
export function fromHalf(bits: number): number {
  const exponent = (bits >> 10) & 31
  const mantissa = bits & 1023
  const special = mantissa === 0 ? Number.POSITIVE_INFINITY : Number.NaN
  const finite = exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25)
  const size = exponent === 31 ? special : finite
  return bits & 0x8000 ? -size : size
}

/** The bits of the nearest float16, ties to even. The finite ones are in order of their bits: they are searched. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const size = Math.abs(value)
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  if (size >= 65_520) return sign | 0x7c00
  let low = 0
  let high = 0x7c00
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (fromHalf(middle) <= size) low = middle
    else high = middle
  }
  const below = size - fromHalf(low)
  const above = (high === 0x7c00 ? 65_536 : fromHalf(high)) - size
  return sign | (below < above || (below === above && low % 2 === 0) ? low : high)
}

/** Nine digits tell apart any two float32. Of subnormal ones, which have fewer, one may do. */
function shortest(value: number, bits: number): string {
  const round = bits === 32 ? Math.fround : (x: number): number => fromHalf(toHalf(x))
  const normal = bits === 32 && Math.abs(value) > 1.2e-38
  for (let digits = normal ? 6 : 1; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (round(Number(text)) === value) return String(Number(text))
  }
  return String(Number(value.toPrecision(9)))
}

/** `Number` takes more than decimal numbers: spaces around them, the empty text, `0x1f`. */
function isDecimalText(text: string): boolean {
  const first = text.charCodeAt(0)
  const last = text.charCodeAt(text.length - 1)
  if (!(isDigit(first) || first === 43 || first === 45 || first === 46)) return false
  if (!(isDigit(last) || last === 46)) return false
  const second = text.charCodeAt(1)
  return text.length < 2 || second < 58 || (second | 32) === 101
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
