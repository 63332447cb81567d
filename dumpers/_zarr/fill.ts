/**
 * The element that stands for those of chunks that were never written, as metadata say it.
 */
import { isDirdictError } from '../../src/errors.js'
import { array, type DType, rowMajorStride } from '../../src/ndarray.js'
import type { ElementFormat } from '../_npy/descr.js'
import { corrupt, shown } from './exact-json.js'
import type { ObjectCodec } from './objects.js'

const FLOATS: readonly DType[] = ['float16', 'float32', 'float64', 'complex64', 'complex128']
const NOT_A_TIME = -(2n ** 63n)

/**
 * The bytes of the fill value: of numbers in this machine's order, of strings and records in that of the file.
 * CORRUPT_ENTRY for what is no element of this dtype.
 */
export function fillBytes(value: unknown, format: ElementFormat, file: string): Uint8Array {
  const bytes = new Uint8Array(format.itemsize)
  // Python's zarr writes 0 for the zero of any dtype; null leaves it open.
  if (value === null || value === undefined || (value === 0 && !Object.is(value, -0))) return bytes
  const own = bytesOf(value, format, file)
  if (own === undefined || own.length > bytes.length) {
    throw corrupt(file, `has the fill value ${shown(value)}, which is no element of '${format.dtype}'`)
  }
  bytes.set(own)
  return bytes
}

/** The same of strings, or byte strings, of any length: empty where metadata leave it open. */
export function fillObject(value: unknown, codec: ObjectCodec, file: string): string | Uint8Array {
  const own = codec === 'vlen-bytes' ? ownBytes(value) : typeof value === 'string' ? value : undefined
  if (own !== undefined) return own
  if (value === null || value === undefined || value === 0)
    return codec === 'vlen-bytes' ? new Uint8Array(0) : ''
  throw corrupt(file, `has the fill value ${shown(value)}, which is no element for '${codec}'`)
}

/** Version 3 also lists the bytes. */
function ownBytes(value: unknown): Uint8Array | undefined {
  const isList = Array.isArray(value) && value.every(n => Number.isInteger(n) && n >= 0 && n <= 255)
  const bytes = isList ? (value as number[]) : base64Bytes(value)
  return bytes === undefined ? undefined : Uint8Array.from(bytes)
}

function bytesOf(value: unknown, format: ElementFormat, file: string): Uint8Array | undefined {
  const { dtype, itemsize } = format
  if (dtype === 'str') return typeof value === 'string' ? textBytes(value, format) : undefined
  if (dtype === 'bytes' || dtype === 'struct') return base64Bytes(value)
  if (dtype === 'bool') return value === true || value === false ? Uint8Array.of(Number(value)) : undefined
  if (typeof value === 'string' && /^0[xb]/.test(value)) return bitsOf(value, itemsize)
  const parts = dtype.startsWith('complex') ? (Array.isArray(value) ? value : [value, 0]) : [value]
  const numbers = parts.map(part => numberOf(part, dtype))
  if (numbers.includes(undefined)) return undefined
  return memoryOf(numbers as (number | bigint)[], dtype, file)
}

function numberOf(value: unknown, dtype: DType): number | bigint | undefined {
  if (FLOATS.includes(dtype)) {
    if (typeof value === 'number') return value
    return typeof value === 'string' && /^(NaN|-?Infinity|-?\d+)$/.test(value) ? Number(value) : undefined
  }
  if (value === 'NaT') return NOT_A_TIME
  const whole = Number.isInteger(value) || (typeof value === 'string' && /^-?\d+$/.test(value))
  return whole ? BigInt(value as number | string) : undefined
}

function memoryOf(numbers: (number | bigint)[], dtype: DType, file: string): Uint8Array {
  const plain = numbers.map(n => (typeof n === 'bigint' && !/64/.test(dtype) ? Number(n) : n))
  const shape = dtype.startsWith('complex') ? rowMajorStride([]) : [numbers.length]
  try {
    const { data } = array(plain as number[], shape, dtype)
    if (Array.isArray(data)) throw corrupt(file, `has a fill value that is no number of '${dtype}'`)
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  } catch (cause) {
    if (!isDirdictError(cause, 'VALUE_REJECTED')) throw cause
    throw corrupt(file, `has the fill value ${numbers.join(', ')}, which '${dtype}' does not hold`, cause)
  }
}

/** Version 3 names a NaN of particular bits as the number that they make. */
function bitsOf(text: string, itemsize: number): Uint8Array | undefined {
  if (!/^0x[0-9a-fA-F]{1,16}$|^0b[01]{1,64}$/.test(text)) return undefined
  const memory = new Uint8Array(8)
  const bits = BigInt(text)
  const words = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }
  if (itemsize === 8) new BigUint64Array(memory.buffer)[0] = bits
  else if (itemsize === 1 || itemsize === 2 || itemsize === 4) {
    new words[itemsize](memory.buffer)[0] = Number(bits & 0xffffffffn)
  } else return undefined
  return memory.subarray(0, itemsize)
}

function base64Bytes(value: unknown): Uint8Array | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined
}

function textBytes(text: string, { swapped }: ElementFormat): Uint8Array {
  const points = Uint32Array.from(text, character => character.codePointAt(0)!)
  const bytes = Buffer.from(points.buffer)
  return swapped ? bytes.swap32() : bytes
}
