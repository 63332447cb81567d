/** Columns of Python's decimal numbers, as many digits after the point as the one that has most of them. */
import type { DataType } from 'apache-arrow'
import { refusal, type Target } from './column.js'

interface Decimal {
  /** All digits, as a whole number. */
  readonly digits: bigint
  /** How many of them stand after the point; negative where zeros follow. */
  readonly scale: number
}

/** Digits of Arrow's decimal numbers of 128 bits. */
const MOST_DIGITS = 38
const FORMAT = /^([+-]?)(\d+)(?:\.(\d*))?(?:E([+-]\d{1,4}))?$/

/** Missing ones are 0. */
export function decimals(target: Target, texts: readonly (string | undefined)[]): [DataType, Uint32Array] {
  const { arrow, reading } = target
  const parsed = texts.map(text => (text === undefined ? undefined : decimalOf(target, text)))
  const scale = parsed.reduce((most, one) => Math.max(most, one?.scale ?? 0), 0)
  const limit = 10n ** BigInt(MOST_DIGITS)
  reading.spend(16 * texts.length)
  const words = new Uint32Array(4 * texts.length)
  for (const [row, one] of parsed.entries()) {
    if (one === undefined) continue
    const shift = scale - one.scale
    const whole = shift <= MOST_DIGITS ? one.digits * 10n ** BigInt(shift) : limit
    if (scale > MOST_DIGITS || whole >= limit || whole <= -limit) {
      throw refusal(target, `decimal numbers of more than ${MOST_DIGITS} digits`)
    }
    for (let word = 0; word < 4; word++)
      words[4 * row + word] = Number((whole >> BigInt(32 * word)) & 0xffffffffn)
  }
  return [new arrow.Decimal(scale, MOST_DIGITS, 128), words]
}

function decimalOf(target: Target, text: string): Decimal {
  const [, sign, whole, fraction = '', exponent = '0'] = FORMAT.exec(text) ?? []
  if (whole === undefined || whole.length + fraction.length > 2 * MOST_DIGITS) {
    throw refusal(target, `decimal numbers such as ${text.slice(0, 50)}`)
  }
  const digits = BigInt(whole + fraction)
  return { digits: sign === '-' ? -digits : digits, scale: fraction.length - Number(exponent) }
}
