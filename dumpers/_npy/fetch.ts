/**
 * Carries out a plan of reads: several at the same time, because a fresh buffer costs page faults and those of several
 * threads overlap, and never so many in a row that the event loop stands still.
 */

import type { RandomAccess } from '../../src/dumper.js'
import { Turns } from '../_turns.js'
import type { Intake } from './intake.js'
import { type Box, type Piece, piecesOf } from './plan.js'
import { gather } from './strided.js'

/** Reads in flight; Node has four threads for them. */
const AT_ONCE = 4

/** Brings the elements of `box`, each of `itemsize` bytes, from the file into `intake`. */
export async function fetchBox(
  source: RandomAccess,
  box: Box,
  itemsize: number,
  intake: Intake,
  signal: AbortSignal | undefined,
): Promise<void> {
  const pieces = piecesOf(box, itemsize, intake.longest)[Symbol.iterator]()
  const turns = new Turns()
  const worker = async (): Promise<void> => {
    const [spans, packed] = [new Scratch(), new Scratch()]
    for (let next = pieces.next(); !next.done; next = pieces.next()) {
      signal?.throwIfAborted()
      const piece = next.value
      const place = intake.place?.(piece.to, piece.bytes) ?? packed.take(piece.bytes)
      await fill(source, piece, place, spans)
      signal?.throwIfAborted()
      intake.take(place, piece.to / itemsize)
      const pause = turns.pause()
      if (pause !== undefined) await pause
    }
  }
  await allOf(worker, intake.ordered ? 1 : AT_ONCE, () => pieces.return?.())
}

async function fill(source: RandomAccess, piece: Piece, place: Uint8Array, spans: Scratch): Promise<void> {
  const { offset, length, box } = piece
  if (box === undefined) {
    await source.read({ offset, length, out: place })
    return
  }
  const span = spans.take(length)
  await source.read({ offset, length, out: span })
  gather(span, box, place)
}

/** Runs `count` workers. Rejects with the first failure, after all have ended, which `stop` makes them do soon. */
async function allOf(worker: () => Promise<void>, count: number, stop: () => void): Promise<void> {
  const guarded = async (): Promise<void> => {
    try {
      await worker()
    } catch (error) {
      stop()
      throw error
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: count }, guarded))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** Memory that is used again and again: touched once, it costs no more page faults. */
class Scratch {
  #memory = new Uint8Array(0)

  take(length: number): Uint8Array {
    if (this.#memory.length < length) this.#memory = new Uint8Array(length)
    return this.#memory.subarray(0, length)
  }
}
