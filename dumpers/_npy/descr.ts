/**
 * numpy's descriptors of dtypes without fields (`<f8`, `|S5`, `<M8[us]`) and what they mean for bytes in a file.
 * https://numpy.org/doc/stable/reference/arrays.interface.html#object.__array_interface__
 */

import { DirdictError } from '../../src/errors.js'
import { type DType, isDType } from '../../src/ndarray.js'

/** How the elements of one array lie in a file. */
export interface ElementFormat {
  readonly dtype: DType
  /** Bytes of one element. */
  readonly itemsize: number
  /** Bytes that the order of bytes concerns together: half a complex number, one character of a string. */
  readonly word: 1 | 2 | 4 | 8
  /** Whether the file has the other order of bytes than this machine. */
  readonly swapped: boolean
  /** Of records: their fields, in order. */
  readonly fields?: readonly FieldFormat[]
}

/** How one field lies in a record. */
export interface FieldFormat {
  readonly name: string
  readonly format: ElementFormat
  /** Further axes that the field has in each record. */
  readonly shape: readonly number[]
  /** Where it begins in the record, in bytes. */
  readonly offset: number
}

const native = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? '<' : '>'

const codes: Readonly<Record<string, readonly [dtype: DType, word: 1 | 2 | 4 | 8]>> = {
  b1: ['bool', 1],
  i1: ['int8', 1],
  i2: ['int16', 2],
  i4: ['int32', 4],
  i8: ['int64', 8],
  u1: ['uint8', 1],
  u2: ['uint16', 2],
  u4: ['uint32', 4],
  u8: ['uint64', 8],
  f2: ['float16', 2],
  f4: ['float32', 4],
  f8: ['float64', 8],
  c8: ['complex64', 4],
  c16: ['complex128', 8],
}
const times = { M8: 'datetime64', m8: 'timedelta64' } as const
/** Objects, raw bytes, numpy 2's strings, and floats longer than a double: numpy's, but nothing that JavaScript holds. */
const foreign = /^[<>|=]?(?:O\d*|V\d+|T\d*|f12|f16|c24|c32|g|G)$/

/** The format that `descr` names. UNSUPPORTED_FORMAT for dtypes that are numpy's but not ours, else CORRUPT_ENTRY. */
export function parseScalar(descr: string, file: string): ElementFormat {
  if (foreign.test(descr)) throw unsupported(`dtype '${descr}'`, file)
  const [, order, kind = '', size = '', unit] = /^([<>|=]?)([a-zA-Z])(\d*)(\[\w+\])?$/.exec(descr) ?? []
  const swapped = (order === '<' || order === '>') && order !== native
  const code = kind + size
  if (code === 'M8' || code === 'm8') {
    const dtype =
      times[code] + (unit === undefined || unit === '[generic]' ? '' : unit.replace(/^\[1(?=\D)/, '['))
    if (!isDType(dtype)) throw invalid(descr, file)
    return { dtype, itemsize: 8, word: 8, swapped }
  }
  if (unit !== undefined) throw invalid(descr, file)
  if (/^[USa]$/.test(kind) && /^\d{1,9}$/.test(size)) return stringFormat(kind, Number(size), swapped, file)
  const known = Object.hasOwn(codes, code) ? codes[code] : undefined
  if (known === undefined) throw invalid(descr, file)
  return { dtype: known[0], itemsize: Number(size), word: known[1], swapped: swapped && known[1] > 1 }
}

/** The descriptor that numpy itself writes on this machine for `dtype`, whose elements have `itemsize` bytes. */
export function formatScalar(dtype: DType, itemsize: number): string {
  if (dtype === 'str') return `${native}U${itemsize / 4}`
  if (dtype === 'bytes') return `|S${itemsize}`
  const code = Object.keys(codes).find(name => codes[name]?.[0] === dtype)
  if (code !== undefined) return (codes[code]?.[1] === 1 ? '|' : native) + code
  const unit = /\[.*/.exec(dtype)?.[0].replace(/^\[1(?=\D)/, '[') ?? ''
  return `${native}${dtype.startsWith('d') ? 'M8' : 'm8'}${unit}`
}

function stringFormat(kind: string, width: number, swapped: boolean, file: string): ElementFormat {
  // An array of any length has no bytes then: nothing in the file would bound the memory that it takes.
  if (width === 0) throw unsupported('strings of width 0', file)
  if (kind === 'U') return { dtype: 'str', itemsize: width * 4, word: 4, swapped }
  return { dtype: 'bytes', itemsize: width, word: 1, swapped: false }
}

/** UNSUPPORTED_FORMAT for what is numpy's, but nothing that JavaScript holds. */
export function unsupported(what: string, file: string): DirdictError {
  const message = `'${file}' holds ${what}, which has no form here; read it with numpy, or save plain columns`
  return new DirdictError('UNSUPPORTED_FORMAT', message, { file })
}

/** CORRUPT_ENTRY for what numpy would not read either. */
export function invalid(descr: unknown, file: string): DirdictError {
  const shown = JSON.stringify(descr)?.slice(0, 200)
  const message = `'${file}' has the dtype ${shown}, which numpy does not know`
  return new DirdictError('CORRUPT_ENTRY', message, { file })
}
