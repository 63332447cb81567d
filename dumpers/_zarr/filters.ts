/**
 * What undoes numcodecs' filters of numbers: differences, scaled and rounded numbers, other dtypes, packed booleans.
 */
import { memoryOf, type TypedArray } from '../../src/ndarray.js'
import { type ElementFormat, parseScalar } from '../_npy/descr.js'
import type { Decode } from './decode.js'
import { codes } from './dtype-v3.js'
import { corrupt, type JsonObject, unsupported } from './exact-json.js'
import { swapWords } from './swap.js'

type Undo = Decode['undo']

/** What is calculated here as numpy does. */
const calculable = /^(bool|u?int(8|16|32|64)|float(32|64))$/

/** Undefined for a filter that is not known. */
export function numberFilter(name: string, config: JsonObject, file: string): Undo | undefined {
  if (name === 'packbits') return unpacked
  if (name === 'delta') return summed(formatIn(config, 'astype', file), formatIn(config, 'dtype', file), file)
  if (name === 'quantize')
    return cast(formatIn(config, 'astype', file), formatIn(config, 'dtype', file), file)
  if (name === 'astype') {
    return cast(formatIn(config, 'encode_dtype', file), formatIn(config, 'decode_dtype', file), file)
  }
  return name === 'fixedscaleoffset' ? scaled(config, file) : undefined
}

/** The dtype that a setting names; `astype` is that of `dtype` where it is absent. Version 3 has numpy's long names too. */
function formatIn(config: JsonObject, setting: string, file: string): ElementFormat {
  const descr = config[setting] ?? (setting === 'astype' ? config.dtype : undefined)
  if (typeof descr !== 'string') throw corrupt(file, `has a filter without the dtype '${setting}'`)
  const format = parseScalar(codes.get(descr) ?? descr, file)
  if (!calculable.test(format.dtype)) throw unsupported(file, `has a filter of '${descr}'`)
  return format
}

function summed(encoded: ElementFormat, decoded: ElementFormat, file: string): Undo {
  // numpy's sum of booleans does not undo their difference.
  if (encoded.dtype === 'bool' || decoded.dtype === 'bool') throw unsupported(file, "has a delta of 'bool'")
  return (bytes, most) => {
    const out = numbersOf(bytes, encoded, decoded, most, file)
    if (isBig(out)) for (let i = 1; i < out.length; i++) out[i] = out[i - 1]! + out[i]!
    else for (let i = 1; i < out.length; i++) out[i] = out[i - 1]! + out[i]!
    return bytesOf(out, decoded)
  }
}

function cast(encoded: ElementFormat, decoded: ElementFormat, file: string): Undo {
  return (bytes, most) => bytesOf(numbersOf(bytes, encoded, decoded, most, file), decoded)
}

/** As numpy calculates: in float32 where that is what was encoded, else in float64. */
function scaled(config: JsonObject, file: string): Undo {
  const [encoded, decoded] = [formatIn(config, 'astype', file), formatIn(config, 'dtype', file)]
  const { scale, offset } = config
  if (typeof scale !== 'number' || typeof offset !== 'number') {
    throw corrupt(file, 'has a fixedscaleoffset without scale and offset')
  }
  const round = encoded.dtype === 'float32' ? Math.fround : (value: number) => value
  return (bytes, most) => {
    const numbers = memoryFor(bytes, encoded, file)
    const real = Float64Array.from({ length: numbers.length }, (_, i) => {
      return round(round(Number(numbers[i]) / round(scale)) + round(offset))
    })
    return bytesOf(converted(real, decoded, most, file), decoded)
  }
}

/** numpy's packbits: the number of bits that were added, then eight booleans a byte. */
function unpacked(bytes: Uint8Array, most: number): Uint8Array {
  const count = (bytes.length - 1) * 8 - (bytes[0] ?? 0)
  if (count < 0 || count > most) throw new RangeError(`it holds ${count} booleans, not ${most}`)
  return Uint8Array.from({ length: count }, (_, i) => (bytes[1 + (i >> 3)]! >> (7 - (i & 7))) & 1)
}

function numbersOf(
  bytes: Uint8Array,
  encoded: ElementFormat,
  decoded: ElementFormat,
  most: number,
  file: string,
): TypedArray {
  return converted(memoryFor(bytes, encoded, file), decoded, most, file)
}

/** A copy as numbers in this machine's order. */
function memoryFor(
  bytes: Uint8Array,
  { dtype, itemsize, swapped, word }: ElementFormat,
  file: string,
): TypedArray {
  const Memory = memoryOf(dtype)
  if (Memory === undefined) throw unsupported(file, `has a filter of '${dtype}'`)
  if (bytes.length % itemsize !== 0) throw new RangeError(`its ${bytes.length} bytes are no whole elements`)
  // Never `slice`: that of a Buffer is no copy.
  const copy = new Uint8Array(bytes)
  if (swapped) swapWords(copy, word)
  return new Memory(copy.buffer, 0, copy.length / itemsize)
}

/** Whole numbers lose the bits that do not fit, as in C. RangeError for floats that are out of range, for which C says nothing. */
function converted(
  numbers: TypedArray,
  { dtype, itemsize }: ElementFormat,
  most: number,
  file: string,
): TypedArray {
  const Memory = memoryOf(dtype)
  if (Memory === undefined) throw unsupported(file, `has a filter of '${dtype}'`)
  if (numbers.length * itemsize > most) throw new RangeError(`it holds ${numbers.length} elements`)
  const out = new Memory(numbers.length)
  if (dtype === 'bool') for (let i = 0; i < out.length; i++) out[i] = Number(Number(numbers[i]) !== 0)
  else if (isFloat(numbers) && !isFloat(out)) truncate(numbers, out, dtype)
  else if (isBig(out)) for (let i = 0; i < out.length; i++) out[i] = BigInt(numbers[i]!)
  else for (let i = 0; i < out.length; i++) out[i] = Number(numbers[i])
  return out
}

function truncate(numbers: Float32Array | Float64Array, out: TypedArray, dtype: string): void {
  const bits = out.BYTES_PER_ELEMENT * 8
  const [least, end] = dtype.startsWith('u') ? [0, 2 ** bits] : [-(2 ** (bits - 1)), 2 ** (bits - 1)]
  for (let i = 0; i < out.length; i++) {
    const whole = Math.trunc(numbers[i]!)
    if (!(whole >= least && whole < end)) throw new RangeError(`'${dtype}' does not hold ${numbers[i]}`)
    if (isBig(out)) out[i] = BigInt(whole)
    else out[i] = whole
  }
}

function bytesOf(numbers: TypedArray, { swapped, word }: ElementFormat): Uint8Array {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  if (swapped) swapWords(bytes, word)
  return bytes
}

function isBig(numbers: TypedArray): numbers is BigInt64Array | BigUint64Array {
  return typeof numbers[0] === 'bigint'
}

function isFloat(numbers: TypedArray): numbers is Float32Array | Float64Array {
  return numbers instanceof Float32Array || numbers instanceof Float64Array
}
