/**
 * What undoes the codecs of zarr that turn bytes into bytes, by their names in versions 2 and 3. Each is told how many
 * bytes may come out, and gives no more.
 */
import { promisify } from 'node:util'
import { crc32, gunzip, gunzipSync, inflate, inflateSync } from 'node:zlib'
import { isDirdictError } from '../../src/errors.js'
import { decodeBlosc } from './blosc.js'
import { crc32c } from './crc32c.js'
import type { Decode } from './decode.js'
import { corrupt, isObject, type JsonObject, shown, unsupported } from './exact-json.js'
import { numberFilter } from './filters.js'
import { decodeLz4 } from './lz4.js'
import { unshuffle } from './shuffle.js'
import { decodeZstd } from './zstd.js'

/** Chunks of fewer bytes take less time than their way through the threads of Node. */
export const SHORT: number = 32 * 2 ** 10

type Maker = (config: JsonObject, file: string) => Decode['undo']

const makers: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['zlib', () => inflater(inflateSync, promisify(inflate))],
  ['gzip', () => inflater(gunzipSync, promisify(gunzip))],
  ['blosc', blosc],
  ['lz4', () => withLength],
  ['zstd', () => decodeZstd],
  ['crc32', ({ location = 'start' }, file) => checked(crc32, location, file)],
  ['crc32c', ({ location = 'end' }, file) => checked(crc32c, location, file)],
  ['shuffle', ({ elementsize }, file) => shuffled(elementsize ?? 4, file)],
  // What it rounds off is lost: there is nothing to undo.
  ['bitround', () => bytes => bytes],
])

/** UNSUPPORTED_FORMAT for codecs that are not known, and for settings of known ones that are not; else CORRUPT_ENTRY. */
export function decoderOf(codec: unknown, file: string): Decode {
  const { name, config } = namedCodec(codec, file)
  const maker = makers.get(name)
  const undo = maker === undefined ? numberFilter(name, config, file) : maker(config, file)
  if (undo === undefined) throw unsupported(file, `has the codec ${shown(name)}`)
  return { name, undo }
}

/** A codec as either version writes it: `{ id, … }`, `{ name, configuration }`, or a name alone. */
export function namedCodec(codec: unknown, file: string): { name: string; config: JsonObject } {
  if (typeof codec === 'string') return { name: plainName(codec), config: {} }
  if (isObject(codec)) {
    const { id, name = id, configuration = codec } = codec
    if (typeof name === 'string' && isObject(configuration)) {
      return { name: plainName(name), config: configuration }
    }
  }
  throw corrupt(file, `has a codec without a name: ${shown(codec)}`)
}

/**
 * Undoes all, one after the other. CORRUPT_ENTRY unless that gives `length` bytes, where it is known how many there are.
 */
export async function undoAll(
  decode: readonly Decode[],
  bytes: Uint8Array,
  length: number | undefined,
  file: string,
): Promise<Uint8Array> {
  let current = bytes
  for (const [i, { name, undo }] of decode.entries()) {
    const isLast = i === decode.length - 1
    // What codecs before the last one give may be somewhat longer: incompressible data grow.
    const most = length === undefined ? unknownLength(bytes) : isLast ? length : 2 * length + 65_536
    try {
      current = await undo(current, most)
    } catch (cause) {
      if (isDirdictError(cause)) throw cause
      throw corrupt(file, `is damaged: ${name} cannot be undone (${String(cause)})`, cause)
    }
  }
  if (length !== undefined && current.length !== length) {
    throw corrupt(file, `holds ${current.length} bytes of elements; the metadata ask for ${length}`)
  }
  return current
}

/** More than zlib ever makes of so many bytes, up to 1 GiB. */
function unknownLength(bytes: Uint8Array): number {
  return Math.min(2 ** 30, bytes.length * 1100 + 65_536)
}

function plainName(name: string): string {
  return name.replace(/^numcodecs\./, '')
}

type Inflate<R> = (bytes: Uint8Array, options: { maxOutputLength: number }) => R

function inflater(atOnce: Inflate<Buffer>, inThreads: Inflate<Promise<Buffer>>): Decode['undo'] {
  return (bytes, most) => {
    return (most <= SHORT ? atOnce : inThreads)(bytes, { maxOutputLength: Math.max(1, most) })
  }
}

function blosc({ cname }: JsonObject, file: string): Decode['undo'] {
  if (cname === 'snappy') throw unsupported(file, 'has the codec "blosc" with "snappy"')
  return decodeBlosc
}

/** numcodecs writes the length before the block. */
function withLength(bytes: Uint8Array, most: number): Uint8Array {
  if (bytes.length < 4) throw new RangeError('it has no length')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  if (length > most) throw new RangeError(`it says that it holds ${length} bytes, not ${most}`)
  const out = new Uint8Array(length)
  decodeLz4(bytes.subarray(4), out)
  return out
}

/** Gives the bytes without their checksum. */
function checked(sum: (data: Uint8Array) => number, location: unknown, file: string): Decode['undo'] {
  if (location !== 'start' && location !== 'end') {
    throw corrupt(file, `has a checksum at ${shown(location)}, neither 'start' nor 'end'`)
  }
  return bytes => {
    const length = bytes.length - 4
    if (length < 0) throw new RangeError('it has no checksum')
    const content = location === 'start' ? bytes.subarray(4) : bytes.subarray(0, length)
    const at = location === 'start' ? 0 : length
    const told = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)
    if (told !== sum(content)) throw new RangeError('its checksum differs')
    return content
  }
}

function shuffled(elementsize: unknown, file: string): Decode['undo'] {
  if (!Number.isSafeInteger(elementsize) || Number(elementsize) < 1) {
    throw corrupt(file, `has a shuffle of elements of ${shown(elementsize)} bytes`)
  }
  return bytes => unshuffle(bytes, Number(elementsize))
}
