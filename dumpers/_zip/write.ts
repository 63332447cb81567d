/**
 * Writes a zip archive as a stream of pieces, none of which has to be kept: the sums of a member follow its data.
 * The package yazl takes CRC-32 in JavaScript, at a tenth of the speed of zlib; stored arrays took three times as long
 * as in numpy.
 */

import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc32, createDeflateRaw, deflateRawSync } from 'node:zlib'
import {
  dataDescriptor,
  directoryEnd,
  directoryEntry,
  localHeader,
  type Method,
  type WrittenMember,
} from './records.js'

/** A member of an archive that is to be written. */
export interface ZipInput {
  readonly name: string
  readonly pieces: Iterable<Uint8Array>
}

/** Smaller members are compressed at once, in less time than a stream takes to be set up. */
const TINY = 32 * 2 ** 10
/** Bytes that are compressed, or only summed up and handed on, at a time. */
const CHUNK = { 8: 256 * 2 ** 10, 0: 4 * 2 ** 20 } as const
/** Bytes of a compressed piece. */
const PIECE = 128 * 2 ** 10
/** Tiny members after which others get their turn. */
const TURN = 16

/** The archive, in pieces. Members are asked for their own pieces one after the other, each once. */
export async function* writeZip(
  inputs: Iterable<ZipInput>,
  method: Method,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const members: WrittenMember[] = []
  let position = 0
  for (const { name, pieces } of inputs) {
    const member: Sums = {
      name: Buffer.from(name),
      method,
      offset: position,
      crc32: 0,
      compressed: 0,
      size: 0,
    }
    for await (const piece of memberPieces(member, pieces, signal)) {
      position += piece.length
      yield piece
    }
    members.push(member)
    if (members.length % TURN === 0) await nextTurn()
  }
  const directory = Buffer.concat(members.map(directoryEntry))
  yield Buffer.concat([directory, directoryEnd(members.length, position, directory.length)])
}

/** A member whose sums grow while its data go by. */
type Sums = { -readonly [Name in keyof WrittenMember]: WrittenMember[Name] }

async function* memberPieces(
  member: Sums,
  pieces: Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted()
  const header = localHeader(member.name, member.method)
  const begun = begin(pieces)
  const chunks = summed(member, begun.pieces, signal)
  if (begun.tiny) {
    const data = member.method === 8 ? deflateRawSync(Buffer.concat([...chunks])) : Buffer.concat([...chunks])
    member.compressed = data.length
    yield Buffer.concat([header, data, dataDescriptor(member)])
    return
  }
  yield header
  for await (const piece of member.method === 8 ? deflated(chunks) : chunks) {
    member.compressed += piece.length
    yield piece
  }
  yield dataDescriptor(member)
}

/** The same pieces, and whether all of them together are tiny. */
function begin(pieces: Iterable<Uint8Array>): { pieces: Iterable<Uint8Array>; tiny: boolean } {
  const rest = pieces[Symbol.iterator]()
  const first: Uint8Array[] = []
  for (let length = 0; length <= TINY; ) {
    const next = rest.next()
    if (next.done === true) return { pieces: first, tiny: true }
    first.push(next.value)
    length += next.value.length
  }
  return { pieces: chained(first, rest), tiny: false }
}

function* chained(first: Iterable<Uint8Array>, rest: Iterator<Uint8Array>): Generator<Uint8Array> {
  try {
    yield* first
    yield* { [Symbol.iterator]: () => rest }
  } finally {
    rest.return?.()
  }
}

/** The pieces in chunks; what goes by is added to the sums of the member. */
function* summed(
  member: Sums,
  pieces: Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Generator<Uint8Array> {
  const length = CHUNK[member.method]
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += length) {
      signal?.throwIfAborted()
      const chunk = piece.subarray(at, at + length)
      member.crc32 = crc32(chunk, member.crc32)
      member.size += chunk.length
      yield chunk
    }
  }
}

/** Compressed in Node's thread pool, as far ahead as the reader's pace allows. */
async function* deflated(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = createDeflateRaw({ chunkSize: PIECE })
  // What fails on either side destroys the stream, whose reader learns why.
  const fed = pipeline(chunks, stream).catch(() => {})
  try {
    yield* stream as AsyncIterable<Uint8Array>
  } finally {
    await fed
  }
}
