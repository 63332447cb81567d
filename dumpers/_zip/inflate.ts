/**
 * Inflates a member of a zip archive straight into the memory of its readers, a bounded amount ahead of them. They read
 * forward; only the beginning, in which the header of an array lies, is kept and may be read again.
 */

import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import type { RandomAccess, ReadRange } from '../../src/dumper.js'
import { corrupt, notInflated } from './damage.js'
import type { Member } from './directory.js'

/** Bytes that are read, and bytes that are inflated, at a time. */
const PIECE = 256 * 2 ** 10
/** Longer than the longest header of an array. */
const KEPT = 2 ** 20 + 64

/** Where the compressed bytes lie. */
export interface Place {
  readonly offset: number
  readonly length: number
}

/** Content that is inflated as it is read. */
export interface Inflater {
  /** Reads of which several are asked for at once are served in that order. RangeError for one that leaves a gap. */
  readonly read: (range: ReadRange & { readonly length: number }) => Promise<Uint8Array>
  readonly close: () => Promise<void>
}

/** The content whose compressed bytes lie in `source`. CORRUPT_ENTRY where it is not as long as `member` says. */
export function inflating(source: RandomAccess, from: Place, member: Member, signal?: AbortSignal): Inflater {
  const pieces = inflatedPieces(source, from, member, signal)
  let piece: Uint8Array = new Uint8Array(0)
  let head: Uint8Array = new Uint8Array(0)
  let position = 0
  let last: Promise<unknown> = Promise.resolve()

  const next = async (): Promise<boolean> => {
    const { value, done } = await pieces.next()
    if (done !== true) piece = value
    return done !== true
  }
  const take = async (out: Uint8Array): Promise<void> => {
    for (let put = 0; put < out.length; ) {
      if (piece.length === 0 && !(await next())) {
        throw corrupt(member.path, `inflates to ${position} bytes; the archive says ${member.size}`)
      }
      const part = piece.subarray(0, out.length - put)
      out.set(part, put)
      piece = piece.subarray(part.length)
      put += part.length
      position += part.length
    }
    if (position === member.size && (piece.length > 0 || (await next()))) {
      throw corrupt(member.path, `inflates to more than the ${member.size} bytes that the archive says`)
    }
  }
  const fill = async (offset: number, out: Uint8Array): Promise<Uint8Array> => {
    const again = head.subarray(offset, offset + out.length)
    out.set(again)
    const fresh = out.subarray(again.length)
    if (fresh.length === 0) return out
    if (offset + again.length !== position) {
      throw new RangeError(`byte ${offset} of ${member.path} is read after byte ${position}`)
    }
    await take(fresh)
    if (position <= KEPT) head = Buffer.concat([head, fresh])
    return out
  }
  return {
    read: ({ offset = 0, length, out }) => {
      const into = out?.subarray(0, length) ?? new Uint8Array(length)
      const turn = last.then(() => fill(offset, into))
      // Nothing can be read after a failure: those that follow fail with the same error.
      last = turn
      return turn
    },
    close: async () => {
      await pieces.return(undefined)
    },
  }
}

async function* inflatedPieces(
  source: RandomAccess,
  from: Place,
  { path }: Member,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, undefined> {
  const stream = createInflateRaw({ chunkSize: PIECE })
  // What fails on either side destroys the stream, whose reader learns why.
  const fed = pipeline(compressedPieces(source, from, signal), stream).catch(() => {})
  try {
    yield* stream as AsyncIterable<Uint8Array>
  } catch (error) {
    signal?.throwIfAborted()
    throw notInflated(path, error)
  } finally {
    // The file must not be closed beneath a read ahead, for which nobody else waits.
    await fed
  }
}

async function* compressedPieces(
  source: RandomAccess,
  { offset, length }: Place,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += PIECE) {
    signal?.throwIfAborted()
    yield source.read({ offset: offset + at, length: Math.min(PIECE, length - at) })
  }
}
