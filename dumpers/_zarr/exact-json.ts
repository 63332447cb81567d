/**
 * JSON as Python writes it: a bare NaN or Infinity, and integers that a number of JavaScript cannot hold, become text
 * instead of an error or another integer.
 */
import { inspect } from 'node:util'
import { DirdictError } from '../../src/errors.js'

/** A JSON object; what it holds is not checked. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Nothing that describes an array is longer. */
const LONGEST: number = 64 * 2 ** 20
/** A string that never ends is one token too: without that, each quote in it would be tried as the beginning of another. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity/gs

/** The object in `bytes`. CORRUPT_ENTRY where there is none. */
export function parseExact(bytes: Uint8Array, file: string): JsonObject {
  if (bytes.length > LONGEST) throw corrupt(file, `has ${bytes.length} bytes, far more than metadata have`)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const value = parse(text, file)
  if (!isObject(value)) throw corrupt(file, 'holds no JSON object')
  return value
}

/** Whether `value` is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** CORRUPT_ENTRY for what no program would have written. */
export function corrupt(file: string, what: string, cause?: unknown): DirdictError {
  return new DirdictError('CORRUPT_ENTRY', `'${file}' ${what}`, { file, cause })
}

/** UNSUPPORTED_FORMAT for what zarr knows and this does not. */
export function unsupported(file: string, what: string): DirdictError {
  const message = `'${file}' ${what}, which is not read here; read it with Python's zarr, or store it there without`
  return new DirdictError('UNSUPPORTED_FORMAT', message, { file })
}

/** A value for a message: hostile ones are long, or deeper than JSON.stringify goes. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY }).slice(0, 100)
}

function quoted(token: string): string {
  if (token.startsWith('"')) return token
  if (/[NI]/.test(token)) return `"${token}"`
  if (token.length < 16 || !/^-?\d+$/.test(token)) return token
  const number = Number(token)
  return Number.isFinite(number) && BigInt(number) === BigInt(token) ? token : `"${token}"`
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(TOKEN, quoted))
  } catch (cause) {
    throw corrupt(file, 'is not JSON', cause)
  }
}
