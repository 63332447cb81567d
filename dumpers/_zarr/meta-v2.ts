/**
 * Metadata of zarr version 2: `.zarray`, beside which `.zattrs` holds the attributes.
 * https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html
 */
import { parseDescr } from '../_npy/record-descr.js'
import { decoderOf, namedCodec } from './codecs.js'
import type { Decode } from './decode.js'
import { corrupt, type JsonObject, shown, unsupported } from './exact-json.js'
import { fillBytes, fillObject } from './fill.js'
import { assertCountable, lengthsIn } from './lengths.js'
import type { Elements, ZarrMeta } from './meta.js'
import { isObjectCodec } from './objects.js'

/** Lists in a dtype are nested no deeper: a field with axes in 16 records. */
const DEEPEST = 64

type Literal = Parameters<typeof parseDescr>[0]

/** The array that `json`, the content of `file`, describes. */
export function parseV2(json: JsonObject, attributes: JsonObject | undefined, file: string): ZarrMeta {
  if (json.zarr_format !== 2) throw corrupt(file, `has the format ${shown(json.zarr_format)}, not 2`)
  const shape = lengthsIn(json.shape, 0, 'its shape', file)
  const chunk = lengthsIn(json.chunks, 1, 'its chunks', file)
  const filters = listOf(json.filters, file)
  const elements = elementsIn(json, filters, file)
  assertCountable(shape, chunk, elements.kind === 'fixed' ? elements.format.itemsize : 1, file)
  const axes = shape.map((_, axis) => axis)
  const separator = separatorIn(json, file)
  return {
    file,
    shape,
    elements,
    chunk: {
      shape: chunk,
      order: isFortranIn(json, file) ? axes.reverse() : axes,
      decode: decodersOf(json.compressor, elements.kind === 'object' ? filters.slice(1) : filters, file),
    },
    nameOf: place => (place.length === 0 ? '0' : place.join(separator)),
    attributes,
  }
}

function elementsIn(json: JsonObject, filters: readonly unknown[], file: string): Elements {
  if (typeof json.dtype === 'string' && /^\|O\d*$/.test(json.dtype)) {
    const name = filters.length === 0 ? 'none' : namedCodec(filters[0], file).name
    if (!isObjectCodec(name)) throw unsupported(file, `holds Python objects by the codec ${shown(name)}`)
    return { kind: 'object', codec: name, fill: fillObject(json.fill_value, name, file) }
  }
  const format = parseDescr(literalOf(json.dtype, file, 0), file)
  return { kind: 'fixed', format, fill: fillBytes(json.fill_value, format, file) }
}

/** JSON has no tuples: a list of fields is a list of lists. */
function literalOf(descr: unknown, file: string, depth: number): Literal {
  if (typeof descr === 'string') return descr
  if (!Array.isArray(descr) || depth > DEEPEST) throw corrupt(file, 'has a dtype that numpy does not know')
  return descr.map((field: unknown): Literal => {
    if (!Array.isArray(field)) throw corrupt(file, 'has a dtype that numpy does not know')
    const [name, of, axes]: unknown[] = field
    const tuple: Literal[] = [nameOf(name, file), literalOf(of, file, depth + 1)]
    if (axes !== undefined) tuple.push({ tuple: lengthsIn(axes, 0, 'axes of a field', file) })
    return { tuple }
  })
}

function nameOf(name: unknown, file: string): Literal {
  if (typeof name === 'string') return name
  if (Array.isArray(name) && name.every(part => typeof part === 'string')) return { tuple: name }
  throw corrupt(file, 'has a field without a name')
}

function decodersOf(compressor: unknown, filters: readonly unknown[], file: string): readonly Decode[] {
  const codecs = compressor === null || compressor === undefined ? filters : [...filters, compressor]
  return codecs.map(codec => decoderOf(codec, file)).reverse()
}

function listOf(filters: unknown, file: string): readonly unknown[] {
  if (filters === null || filters === undefined) return []
  if (Array.isArray(filters)) return filters
  throw corrupt(file, 'has filters that are no list')
}

function isFortranIn({ order = 'C' }: JsonObject, file: string): boolean {
  if (order === 'C' || order === 'F') return order === 'F'
  throw corrupt(file, `has the order ${shown(order)}, neither C nor F`)
}

function separatorIn({ dimension_separator: separator = '.' }: JsonObject, file: string): string {
  if (separator === '.' || separator === '/') return separator
  throw corrupt(file, `separates axes by ${shown(separator)}, neither '.' nor '/'`)
}
