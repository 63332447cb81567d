/**
 * Metadata of zarr version 3: `zarr.json`.
 * https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html
 */
import { decoderOf, namedCodec } from './codecs.js'
import type { Decode } from './decode.js'
import { type ElementType, formatOf, typeIn } from './dtype-v3.js'
import { corrupt, isObject, type JsonObject, shown, unsupported } from './exact-json.js'
import { fillBytes, fillObject } from './fill.js'
import { assertCountable, lengthsIn } from './lengths.js'
import type { Elements, Encoding, Sharding, ZarrMeta } from './meta.js'

/** Members that are known; others may be ignored only where they say so themselves. */
const MEMBERS: readonly string[] = [
  'zarr_format',
  'node_type',
  'shape',
  'data_type',
  'chunk_grid',
  'chunk_key_encoding',
  'fill_value',
  'codecs',
  'attributes',
  'storage_transformers',
  'dimension_names',
]

/** A list of codecs, taken apart. */
interface Chain {
  readonly order: readonly number[]
  /** What turns elements into bytes. */
  readonly serializer: { readonly name: string; readonly config: JsonObject }
  readonly decode: readonly Decode[]
}

/** The array that `json`, the content of `file`, describes. */
export function parseV3(json: JsonObject, file: string): ZarrMeta {
  if (json.zarr_format !== 3 || json.node_type !== 'array')
    throw corrupt(file, 'describes no array of version 3')
  refuseUnknown(json, file)
  const type = typeIn(json.data_type, file)
  const shape = lengthsIn(json.shape, 0, 'its shape', file)
  const grid = named(json.chunk_grid, 'regular', 'grid of chunks', file)
  const whole = lengthsIn(grid.chunk_shape, 1, 'its chunks', file)
  const { chunk, sharding, serializer } = encodingOf(json.codecs, whole, file)
  const elements = elementsOf(type, serializer, json.fill_value, file)
  assertCountable(shape, whole, elements.kind === 'fixed' ? elements.format.itemsize : 1, file)
  const { attributes } = json
  return {
    file,
    shape,
    elements,
    chunk,
    ...(sharding === undefined ? {} : { sharding }),
    nameOf: namesOf(json.chunk_key_encoding, file),
    attributes: isObject(attributes) && Object.keys(attributes).length > 0 ? attributes : undefined,
  }
}

function refuseUnknown(json: JsonObject, file: string): void {
  for (const [name, value] of Object.entries(json)) {
    if (MEMBERS.includes(name) || value === null) continue
    if (isObject(value) && value.must_understand === false) continue
    throw unsupported(file, `has the member ${shown(name)}`)
  }
  const transformers = json.storage_transformers
  if (Array.isArray(transformers) && transformers.length > 0)
    throw unsupported(file, 'has storage transformers')
}

function encodingOf(
  codecs: unknown,
  whole: readonly number[],
  file: string,
): { chunk: Encoding; sharding?: Sharding; serializer: Chain['serializer'] } {
  const { order, serializer, decode } = chainOf(codecs, whole.length, file)
  if (serializer.name !== 'sharding_indexed') return { chunk: { shape: whole, order, decode }, serializer }
  const { chunk_shape, codecs: inner, index_codecs, index_location = 'end' } = serializer.config
  if (decode.length > 0 || order.some((axis, i) => axis !== i))
    throw unsupported(file, 'has codecs around shards')
  const shape = lengthsIn(chunk_shape, 1, 'its chunks in shards', file)
  if (shape.length !== whole.length || whole.some((length, axis) => length % shape[axis]! !== 0)) {
    throw corrupt(file, `has chunks of shape [${shape}] in shards of shape [${whole}]`)
  }
  if (index_location !== 'end' && index_location !== 'start')
    throw corrupt(file, 'does not say where its index is')
  const own = chainOf(inner, shape.length, file)
  if (own.serializer.name === 'sharding_indexed') throw unsupported(file, 'has shards in shards')
  const sharding = {
    shape: whole,
    indexAtEnd: index_location === 'end',
    indexChecked: isChecked(index_codecs, file),
  }
  return { chunk: { shape, order: own.order, decode: own.decode }, sharding, serializer: own.serializer }
}

/** Whether the index is followed by its CRC-32C. */
function isChecked(codecs: unknown, file: string): boolean {
  const [first, second, ...others] = listOf(codecs, file).map(codec => namedCodec(codec, file))
  const isPlain = first?.name === 'bytes' && first.config.endian !== 'big'
  if (isPlain && others.length === 0 && (second === undefined || second.name === 'crc32c')) {
    return second !== undefined
  }
  throw unsupported(file, 'has an index of shards that is more than numbers and their CRC-32C')
}

function chainOf(codecs: unknown, axes: number, file: string): Chain {
  let order = Array.from({ length: axes }, (_, axis) => axis)
  const before: Decode[] = []
  const after: Decode[] = []
  let serializer: Chain['serializer'] | undefined
  for (const codec of listOf(codecs, file)) {
    const { name, config } = namedCodec(codec, file)
    if (name === 'bytes' || name === 'sharding_indexed' || name.startsWith('vlen-')) {
      if (serializer !== undefined) throw corrupt(file, 'has two codecs that turn elements into bytes')
      serializer = { name, config }
    } else if (serializer !== undefined) after.push(decoderOf(codec, file))
    else if (name !== 'transpose') before.push(decoderOf(codec, file))
    else if (before.length > 0) throw unsupported(file, 'transposes after a filter')
    else {
      const axesNow = orderIn(config.order, axes, file)
      order = axesNow.map(axis => order[axis]!)
    }
  }
  if (serializer === undefined) throw corrupt(file, 'has no codec that turns elements into bytes')
  if (serializer.config.endian === 'big' && before.length > 0)
    throw unsupported(file, 'has a filter of big-endian numbers')
  return { order, serializer, decode: [...before, ...after].reverse() }
}

function orderIn(value: unknown, axes: number, file: string): readonly number[] {
  const inOrder = Array.from({ length: axes }, (_, axis) => axis)
  if (value === 'C') return inOrder
  if (value === 'F') return inOrder.reverse()
  const order = lengthsIn(value, 0, 'the order of a transpose', file)
  if (order.length === axes && inOrder.every(axis => order.includes(axis))) return order
  throw corrupt(file, `transposes by [${order}], which is no order of its ${axes} axes`)
}

function elementsOf(
  type: ElementType,
  serializer: Chain['serializer'],
  fill: unknown,
  file: string,
): Elements {
  const { name, config } = serializer
  if (type.kind === 'object') {
    if (name !== type.codec) throw unsupported(file, `keeps '${type.name}' by the codec ${shown(name)}`)
    return { kind: 'object', codec: type.codec, fill: fillObject(fill, type.codec, file) }
  }
  if (name !== 'bytes') throw corrupt(file, `keeps numbers by the codec ${shown(name)}`)
  const format = formatOf(type, config.endian === 'big' ? '>' : '<', file)
  return { kind: 'fixed', format, fill: fillBytes(fill, format, file) }
}

function namesOf(encoding: unknown, file: string): ZarrMeta['nameOf'] {
  const { name, config } = namedCodec(encoding, file)
  const { separator = name === 'v2' ? '.' : '/' } = config
  if (separator !== '.' && separator !== '/') throw corrupt(file, 'separates axes neither by "." nor by "/"')
  if (name === 'default') return place => ['c', ...place].join(separator)
  if (name === 'v2') return place => (place.length === 0 ? '0' : place.join(separator))
  throw unsupported(file, `names its chunks by ${shown(name)}`)
}

function named(value: unknown, name: string, what: string, file: string): JsonObject {
  const found = namedCodec(value, file)
  if (found.name !== name) throw unsupported(file, `has the ${what} ${shown(found.name)}`)
  return found.config
}

function listOf(codecs: unknown, file: string): readonly unknown[] {
  if (Array.isArray(codecs)) return codecs
  throw corrupt(file, 'has codecs that are no list')
}
