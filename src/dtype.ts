/**
 * dtypes: their names, which memory holds which, and the exact conversion of plain numbers into it.
 * Public through `ndarray.ts`.
 */

import { DirdictError } from './errors.js'

/** Names of numpy's dtypes. `datetime64` and `timedelta64` carry their unit: `datetime64[us]`. */
export type DType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'complex128'
  | 'str'
  | 'bytes'
  | 'datetime64'
  | 'timedelta64'
  | `datetime64[${string}]`
  | `timedelta64[${string}]`

/** The memory of an array of numbers. */
export type TypedArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** The memory of an array. `complex64` and `complex128` are interleaved, `float16` are bits, `bool` is 0 or 1. */
export type NDArrayData = TypedArray | string[] | Uint8Array[]

/** The memory that holds dtype `D`. */
export type DataOf<D extends DType> = D extends keyof NumericMemory
  ? NumericMemory[D]
  : D extends 'str'
    ? string[]
    : D extends 'bytes'
      ? Uint8Array[]
      : BigInt64Array

/** The memory of the dtypes that are numbers; `datetime64` and `timedelta64` lie in a `BigInt64Array` too. */
export interface NumericMemory {
  bool: Uint8Array
  int8: Int8Array
  int16: Int16Array
  int32: Int32Array
  int64: BigInt64Array
  uint8: Uint8Array
  uint16: Uint16Array
  uint32: Uint32Array
  uint64: BigUint64Array
  float16: Uint16Array
  float32: Float32Array
  float64: Float64Array
  complex64: Float32Array
  complex128: Float64Array
}

/** Makes typed arrays of one class, new or on given memory. */
export interface MemoryClass {
  new (length: number): TypedArray
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray
  readonly name: string
  readonly BYTES_PER_ELEMENT: number
}

const numeric: Readonly<Record<keyof NumericMemory, MemoryClass>> = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
  complex128: Float64Array,
}

const times = /^(datetime|timedelta)64(\[([1-9]\d{0,8})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?$/

/** Whether `name` is one of {@link DType}, its unit included. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(numeric, name) || name === 'str' || name === 'bytes' || times.test(name)
}

/** The class of typed array that holds `dtype`; undefined for `str` and `bytes`, which lie in plain arrays. */
export function memoryOf(dtype: DType): MemoryClass | undefined {
  if (dtype === 'str' || dtype === 'bytes') return undefined
  return Object.hasOwn(numeric, dtype) ? numeric[dtype as keyof NumericMemory] : BigInt64Array
}

/** Members of the memory that make one element: 2 for complex numbers, else 1. */
export function componentsOf(dtype: DType): 1 | 2 {
  return dtype === 'complex64' || dtype === 'complex128' ? 2 : 1
}

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
    const shown = typeof value === 'bigint' || known ? String(value) : `a ${typeof value}`
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

/** The nearest float16, ties to even: its bits and what they stand for. */
function toFloat16(value: number): { bits: number; held: number } {
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

function roundToEven(value: number): number {
  const up = Math.round(value)
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up
}
