/**
 * The exact conversion of plain numbers into the memory of a dtype: nothing but fractions is rounded.
 */

import { DirdictError } from '../errors.js'
import { type DType, memoryOf, type TypedArray } from './dtype.js'
import { toFloat16 } from './float16.js'

/**
 * Numbers, bigints or booleans as `dtype`. VALUE_REJECTED for what it cannot hold: fractions and NaN as integers,
 * anything out of range, bigints that a float would round. Fractions as float16 and float32 are rounded.
 */
export function convert(values: ArrayLike<unknown>, dtype: DType): TypedArray {
  const Memory = memoryOf(dtype)
  if (Memory === undefined) throw new DirdictError('VALUE_REJECTED', `numbers cannot become '${dtype}'`)
  const out = new Memory(values.length)
  const put =
    dtype === 'float16'
      ? putFloat16
      : out instanceof BigInt64Array || out instanceof BigUint64Array
        ? putBig
        : putNumber
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    const known = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    if (known && put(out, i, value) && (dtype !== 'bool' || out[i]! <= 1)) continue
    if (Array.isArray(value)) {
      const message = `element ${i} is an array itself: give all elements in one flat array, and the shape`
      throw new DirdictError('VALUE_REJECTED', message)
    }
    const shown = known ? String(value) : `a ${typeof value}`
    throw new DirdictError('VALUE_REJECTED', `element ${i} is ${shown}, which '${dtype}' cannot hold`)
  }
  return out
}

type Plain = number | bigint | boolean

/** Puts `value` at `i`; false where that changed it, other than by rounding a fraction. */
function putNumber(out: TypedArray, i: number, value: Plain): boolean {
  const number = Number(value)
  out[i] = number
  const held = out[i]!
  const float = out instanceof Float32Array || out instanceof Float64Array
  if (float && typeof value === 'number') return Number.isFinite(held) === Number.isFinite(number)
  return typeof value === 'bigint' ? Number.isFinite(held) && BigInt(held) === value : held === number
}

function putBig(out: TypedArray, i: number, value: Plain): boolean {
  if (typeof value === 'number' && !Number.isInteger(value)) return false
  const whole = BigInt(value)
  out[i] = whole
  return out[i] === whole
}

function putFloat16(out: TypedArray, i: number, value: Plain): boolean {
  const number = Number(value)
  const { bits, held } = toFloat16(number)
  out[i] = bits
  if (typeof value === 'bigint') return Number.isFinite(held) && BigInt(held) === value
  return Number.isFinite(held) === Number.isFinite(number)
}
