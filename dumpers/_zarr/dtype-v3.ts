/**
 * The data types of zarr version 3, and of those beyond its core the ones that Python's zarr writes for numpy's.
 * https://github.com/zarr-developers/zarr-extensions/tree/main/data-types
 */
import { type ElementFormat, parseScalar } from '../_npy/descr.js'
import { corrupt, isObject, type JsonObject, shown, unsupported } from './exact-json.js'
import type { ObjectCodec } from './objects.js'

/** Elements of one size, by numpy's letter and number, or values of any size. */
export type ElementType =
  | { readonly kind: 'fixed'; readonly code: string }
  | { readonly kind: 'object'; readonly name: string; readonly codec: ObjectCodec }

/** numpy's letter and number of each dtype of the core, by its name. */
export const codes: ReadonlyMap<string, string> = new Map([
  ['bool', 'b1'],
  ['int8', 'i1'],
  ['int16', 'i2'],
  ['int32', 'i4'],
  ['int64', 'i8'],
  ['uint8', 'u1'],
  ['uint16', 'u2'],
  ['uint32', 'u4'],
  ['uint64', 'u8'],
  ['float16', 'f2'],
  ['float32', 'f4'],
  ['float64', 'f8'],
  ['complex64', 'c8'],
  ['complex128', 'c16'],
])

/** The data type that `value` names. UNSUPPORTED_FORMAT for those that are not known. */
export function typeIn(value: unknown, file: string): ElementType {
  const { name, configuration = {} } = isObject(value) ? value : { name: value }
  if (typeof name !== 'string' || !isObject(configuration)) throw corrupt(file, 'names no data type')
  if (name === 'string') return { kind: 'object', name, codec: 'vlen-utf8' }
  if (name === 'bytes' || name === 'variable_length_bytes')
    return { kind: 'object', name, codec: 'vlen-bytes' }
  const code = codes.get(name) ?? codeOf(name, configuration)
  if (code === undefined) throw unsupported(file, `has the data type ${shown(name)}`)
  return { kind: 'fixed', code }
}

/** How the elements lie in a chunk. */
export function formatOf({ code }: { readonly code: string }, order: '<' | '>', file: string): ElementFormat {
  return parseScalar(order + code, file)
}

function codeOf(
  name: string,
  { length_bytes: length, unit, scale_factor: factor = 1 }: JsonObject,
): string | undefined {
  if (name === 'fixed_length_utf32') return Number(length) % 4 === 0 ? `U${Number(length) / 4}` : undefined
  if (name === 'null_terminated_bytes') return `S${Number(length)}`
  const letter = name === 'numpy.datetime64' ? 'M8' : name === 'numpy.timedelta64' ? 'm8' : undefined
  if (letter === undefined || typeof unit !== 'string' || typeof factor !== 'number') return undefined
  return unit === 'generic' ? letter : `${letter}[${factor}${unit}]`
}
