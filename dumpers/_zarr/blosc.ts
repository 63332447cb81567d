/**
 * Chunks of Blosc 1: a header, and blocks that were shuffled and compressed. The container is read here, because the
 * codec of zarrita gives unused memory, not an error, for a chunk that is damaged.
 * https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst
 */
import { inflateSync } from 'node:zlib'
import { Turns } from '../_turns.js'
import { decodeBloscLz } from './blosclz.js'
import { decodeLz4 } from './lz4.js'
import { unshuffle, unshuffleBits } from './shuffle.js'
import { decodeZstd } from './zstd.js'

/** What the header says. */
interface Header {
  readonly byteShuffle: boolean
  readonly bitShuffle: boolean
  /** The content follows as it is. */
  readonly stored: boolean
  /** Blocks are not split into one stream for each byte of an element. */
  readonly whole: boolean
  readonly format: number
  readonly typesize: number
  readonly length: number
  readonly blocksize: number
}

const HEADER = 16
/** Fills `out` with what a stream holds, and throws unless it holds exactly that many bytes. */
type Stream = (bytes: Uint8Array, out: Uint8Array) => void | Promise<void>

/** By the number in the header. */
const streams: readonly (Stream | undefined)[] = [decodeBloscLz, decodeLz4, undefined, inflateInto, zstdInto]

/** What the chunk holds. Throws for a damaged one, and for more than `most` bytes. */
export async function decodeBlosc(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const header = readHeader(bytes, most)
  const { length, blocksize } = header
  if (header.stored) return bytes.subarray(HEADER, HEADER + length)
  const stream = streams[header.format]
  if (stream === undefined)
    throw new Error(`it has the compressor number ${header.format}, which is not known`)
  const out = new Uint8Array(length)
  const blocks = Math.ceil(length / blocksize)
  if (HEADER + blocks * 4 > bytes.length) throw new RangeError('it ends within the places of its blocks')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const turns = new Turns()
  for (let i = 0; i < blocks; i++) {
    const block = out.subarray(i * blocksize, Math.min((i + 1) * blocksize, length))
    await decodeBlock(bytes, view.getUint32(HEADER + i * 4, true), block, header, stream)
    await turns.pause()
  }
  return out
}

function readHeader(bytes: Uint8Array, most: number): Header {
  if (bytes.length < HEADER) throw new RangeError('it ends within its header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [flags, typesize] = [view.getUint8(2), view.getUint8(3)]
  const [length, blocksize, packed] = [4, 8, 12].map(at => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ]
  if (view.getUint8(0) !== 2) throw new RangeError('it has an unknown version')
  if (packed !== bytes.length) throw new RangeError(`it has ${bytes.length} bytes, and should have ${packed}`)
  if (length > most) throw new RangeError(`it says that it holds ${length} bytes, not ${most}`)
  const stored = (flags & 2) !== 0
  if (stored ? packed !== HEADER + length : (blocksize === 0 || typesize === 0) && length > 0) {
    throw new RangeError('its header contradicts itself')
  }
  return {
    byteShuffle: (flags & 1) !== 0 && typesize > 1,
    bitShuffle: (flags & 4) !== 0,
    stored,
    whole: (flags & 16) !== 0,
    format: flags >> 5,
    typesize,
    length,
    blocksize,
  }
}

async function decodeBlock(
  bytes: Uint8Array,
  begin: number,
  block: Uint8Array,
  header: Header,
  stream: Stream,
): Promise<void> {
  const { typesize, blocksize, whole, byteShuffle, bitShuffle } = header
  const split = !whole && block.length === blocksize && blocksize % typesize === 0
  const parts = split ? typesize : 1
  const length = block.length / parts
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = begin
  for (let part = 0; part < parts; part++) {
    const packed = view.getUint32(at, true)
    const content = bytes.subarray(at + 4, at + 4 + packed)
    if (content.length !== packed) throw new RangeError('a block ends after its chunk')
    const out = block.subarray(part * length, (part + 1) * length)
    // What could not be made shorter is stored as it is.
    if (packed === length) out.set(content)
    else await stream(content, out)
    at += 4 + packed
  }
  if (byteShuffle) block.set(unshuffle(block, typesize))
  else if (bitShuffle && blocksize >= typesize) block.set(unshuffleBits(block, typesize))
}

function inflateInto(bytes: Uint8Array, out: Uint8Array): void {
  fill(out, inflateSync(bytes, { maxOutputLength: Math.max(1, out.length) }))
}

async function zstdInto(bytes: Uint8Array, out: Uint8Array): Promise<void> {
  fill(out, await decodeZstd(bytes, out.length))
}

function fill(out: Uint8Array, content: Uint8Array): void {
  if (content.length !== out.length) throw new RangeError('a block is damaged')
  out.set(content)
}
