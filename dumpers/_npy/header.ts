/**
 * The header of an npy file: magic bytes, version, and a Python dict that says dtype, order and shape.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

import type { RandomAccess } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import type { ElementFormat } from './descr.js'
import { type Literal, parseLiteral } from './literal.js'
import { parseDescr } from './record-descr.js'
import { type Descr, reprDescr, reprTuple } from './repr.js'

/** What a header says of its file. */
export interface NpyHeader {
  readonly format: ElementFormat
  /** Whether the first axis varies fastest in the file. */
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  /** Where the elements begin, in bytes. */
  readonly begin: number
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
/** numpy refuses headers over 10,000 bytes; wide structured dtypes are to be named, not called corrupt. */
const LONGEST = 2 ** 20
const MOST_AXES = 64

/** Reads and checks the header, and that the file is as long as it says, to the byte. */
export async function readHeader(source: RandomAccess, file: string): Promise<NpyHeader> {
  const first = await source.read({ offset: 0, length: Math.min(source.size, 512) })
  const { textBegin, begin, encoding } = readPrefix(first, source.size, file)
  const bytes = begin <= first.length ? first : await source.read({ offset: 0, length: begin })
  const header = parseDict(decode(bytes.subarray(textBegin, begin), encoding, file), begin, file)
  const elements = header.shape.reduce((product, n) => product * n, 1)
  const needed = begin + elements * header.format.itemsize
  if (source.size !== needed) {
    throw corrupt(file, `has ${source.size} bytes; its header (shape [${header.shape}]) asks for ${needed}`)
  }
  return header
}

/**
 * The header that `np.save` writes for an array in C order, byte for byte; the elements follow it. Its length is the
 * same for any number of rows. VALUE_REJECTED for more fields than anything would read.
 */
export function formatHeader(descr: Descr, shape: readonly number[]): Uint8Array {
  const dict = `{'descr': ${reprDescr(descr)}, 'fortran_order': False, 'shape': ${reprTuple(shape)}, }`
  // Room in which numpy can let the first axis grow in place: a 64-bit number has up to 21 digits and signs.
  const room = ' '.repeat(shape.length === 0 ? 0 : Math.max(0, 21 - String(shape[0]).length))
  const unicode = /[^\0-\xff]/.test(dict)
  const text = Buffer.from(dict + room, unicode ? 'utf8' : 'latin1')
  const long = unicode || paddedLength(10, text.length) - 10 > 0xffff
  const prefix = long ? 12 : 10
  const total = paddedLength(prefix, text.length)
  if (total > LONGEST) {
    throw new DirdictError(
      'VALUE_REJECTED',
      `its fields make a header of ${total} bytes; the most is ${LONGEST}`,
    )
  }
  const bytes = new Uint8Array(total).fill(0x20)
  bytes.set(MAGIC)
  const view = new DataView(bytes.buffer)
  view.setUint8(6, unicode ? 3 : long ? 2 : 1)
  view.setUint8(7, 0)
  if (long) view.setUint32(8, total - prefix, true)
  else view.setUint16(8, total - prefix, true)
  bytes.set(text, prefix)
  bytes[total - 1] = 0x0a
  return bytes
}

/** Up to where the elements begin: a multiple of 64, with a line end before it. */
function paddedLength(prefix: number, text: number): number {
  return prefix + text + 1 + (64 - ((prefix + text + 1) % 64))
}

function readPrefix(
  bytes: Uint8Array,
  size: number,
  file: string,
): { textBegin: number; begin: number; encoding: 'latin1' | 'utf-8' } {
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw corrupt(file, 'is not an npy file')
  const [major, minor] = [bytes[6]!, bytes[7]!]
  if (major < 1 || major > 3 || minor !== 0) {
    throw new DirdictError(
      'UNSUPPORTED_FORMAT',
      `'${file}' has npy version ${major}.${minor}; known are 1.0, 2.0 and 3.0`,
      {
        file,
      },
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const textBegin = major === 1 ? 10 : 12
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  const begin = textBegin + length
  if (length > LONGEST) throw corrupt(file, `has a header of ${length} bytes`)
  if (begin > size) throw corrupt(file, `ends within its header, after ${size} of ${begin} bytes`)
  return { textBegin, begin, encoding: major === 3 ? 'utf-8' : 'latin1' }
}

function decode(bytes: Uint8Array, encoding: 'latin1' | 'utf-8', file: string): string {
  if (encoding === 'latin1')
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding)
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw corrupt(file, 'has a header that is not UTF-8', cause)
  }
}

function parseDict(text: string, begin: number, file: string): NpyHeader {
  const dict = parseText(text, file)
  if (!(dict instanceof Map) || dict.size !== 3) throw corrupt(file, 'has a header without the three members')
  const [descr, order, shape]: unknown[] = ['descr', 'fortran_order', 'shape'].map(name => dict.get(name))
  if (typeof order !== 'boolean') throw corrupt(file, 'does not say its order as True or False')
  const axes = typeof shape === 'object' && shape !== null && 'tuple' in shape ? shape.tuple : undefined
  if (!isShape(axes)) throw corrupt(file, 'has a shape that is no tuple of whole numbers from 0')
  const format = parseDescr((descr ?? null) as Literal, file)
  // Counted without empty axes too: strides are products of these.
  const bytes = axes.reduce((product, n) => product * Math.max(n, 1), format.itemsize)
  if (!Number.isSafeInteger(bytes))
    throw corrupt(file, `has the shape [${axes}], of more bytes than there can be`)
  return { format, fortranOrder: order, shape: axes, begin }
}

function parseText(text: string, file: string): Literal {
  try {
    return parseLiteral(text)
  } catch (cause) {
    throw corrupt(file, `has a header that is no Python literal: ${String(cause)}`, cause)
  }
}

function isShape(axes: unknown): axes is readonly number[] {
  return Array.isArray(axes) && axes.length <= MOST_AXES && axes.every(n => Number.isSafeInteger(n) && n >= 0)
}

function corrupt(file: string, what: string, cause?: unknown): DirdictError {
  return new DirdictError('CORRUPT_ENTRY', `'${file}' ${what}`, { file, cause })
}
