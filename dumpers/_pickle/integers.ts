/**
 * Python's int: a number where that is exact, else a bigint.
 */
import type { Model } from './model.js'
import type { Reading } from './reading.js'

/** Of LONG1 and LONG4: two's complement, the lowest byte first. */
export function longOf(bytes: Uint8Array, reading: Reading): Model {
  if (bytes.length === 0) return 0
  if (bytes.length <= 6)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readIntLE(0, bytes.length)
  const whole = BigInt(`0x${reading.sized(() => Buffer.from(bytes).reverse().toString('hex'))}`)
  return exact(BigInt.asIntN(bytes.length * 8, whole))
}

/** Of INT and LONG: decimal digits, with an `L` behind them. */
export function decimalOf(line: string, reading: Reading): Model {
  const digits = /^\s*([+-]?\d+)L?\s*$/.exec(line)?.[1]
  if (digits === undefined) throw reading.corrupt('has an int that is no number')
  const number = Number(digits)
  if (Number.isSafeInteger(number)) return number === 0 ? 0 : number
  return exact(reading.sized(() => BigInt(digits.replace(/^\+/, ''))))
}

function exact(whole: bigint): Model {
  const number = Number(whole)
  return Number.isSafeInteger(number) ? number : whole
}
