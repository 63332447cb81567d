/**
 * Brings the elements of an npy file into memory of their own, in stripes that are read at the same time: a fresh
 * buffer costs page faults, and those of several threads overlap.
 */

import type { RandomAccess } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import type { NpyHeader } from './header.js'

/** Bytes of one read. A multiple of every item of numbers, so that no element is cut. */
const STRIPE: number = 16 * 2 ** 20
/** Reads in flight; Node has four threads for them. */
const AT_ONCE = 4
/** Runs of at least this many bytes are read each by itself, rather than with what lies between them. */
const LONG_RUN = 64 * 2 ** 10

/** One contiguous part of a file, in bytes, and what of it goes where. */
interface Piece {
  readonly from: number
  readonly length: number
  /** Where the part begins in memory; for whole pieces, all of them are put there. */
  readonly to: number
  /** For a piece that holds runs with unwanted bytes between them: how long, and how far apart. */
  readonly runs?: { readonly length: number; readonly step: number }
}

/**
 * The elements with index `start` to `stop` along the first axis, all others whole, in the order of the file and the
 * byte order of this machine. Nothing but these is read, save for what lies between short runs in Fortran order.
 */
export async function fetchRows(
  source: RandomAccess,
  header: NpyHeader,
  rows: readonly [start: number, stop: number],
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  const { shape, format, begin } = header
  const [start, stop] = rows
  const all = shape[0] ?? 1
  const others = shape.slice(1).reduce((product, n) => product * n, 1)
  const memory = allocate((stop - start) * others * format.itemsize)
  const whole = stop - start === all
  const pieces =
    header.fortranOrder && others > 1 && !whole
      ? columnPieces(
          begin,
          [start, stop].map(n => n * format.itemsize) as [number, number],
          all * format.itemsize,
          others,
        )
      : stripes(begin + start * others * format.itemsize, memory.byteLength, 0)
  await inParallel(pieces, async piece => {
    signal?.throwIfAborted()
    await fill(source, memory, piece, format)
  })
  return memory
}

function allocate(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (cause) {
    const message = `an array of ${bytes} bytes does not fit into memory; read a part of it with the option rows`
    throw new DirdictError('UNSUPPORTED_FORMAT', message, { cause })
  }
}

function* stripes(from: number, length: number, to: number): Generator<Piece> {
  for (let at = 0; at < length; at += STRIPE) {
    yield { from: from + at, length: Math.min(STRIPE, length - at), to: to + at }
  }
}

/** The same rows out of each of `count` columns, which are `step` bytes long. */
function* columnPieces(
  begin: number,
  rows: readonly [number, number],
  step: number,
  count: number,
): Generator<Piece> {
  const length = rows[1] - rows[0]
  if (length === 0) return
  const together = length >= LONG_RUN ? 1 : Math.max(1, Math.floor(STRIPE / step))
  for (let column = 0; column < count; column += together) {
    const columns = Math.min(together, count - column)
    const from = begin + column * step + rows[0]
    const to = column * length
    if (columns === 1) yield* stripes(from, length, to)
    else yield { from, length: (columns - 1) * step + length, to, runs: { length, step } }
  }
}

async function fill(
  source: RandomAccess,
  memory: ArrayBuffer,
  piece: Piece,
  format: NpyHeader['format'],
): Promise<void> {
  const { from: offset, length, to, runs } = piece
  if (runs === undefined) {
    const out = new Uint8Array(memory, to, length)
    await source.read({ offset, length, out })
    makeNative(out, format)
    return
  }
  const span = await source.read({ offset, length })
  const out = new Uint8Array(memory, to, (Math.floor(length / runs.step) + 1) * runs.length)
  for (let at = 0, put = 0; at < length; at += runs.step, put += runs.length) {
    out.set(span.subarray(at, at + runs.length), put)
  }
  makeNative(out, format)
}

/** Swaps bytes where the file has the other order, and makes every true a 1, as which numpy treats it. */
function makeNative(bytes: Uint8Array, { dtype, swapped, word }: NpyHeader['format']): void {
  if (swapped) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (word === 2) buffer.swap16()
    if (word === 4) buffer.swap32()
    if (word === 8) buffer.swap64()
  }
  if (dtype !== 'bool') return
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 1) bytes[i] = 1
}

/** Works on `items`, a few at a time. Rejects with the first failure, after all that had begun has ended. */
async function inParallel<T>(items: Iterator<T>, work: (item: T) => Promise<void>): Promise<void> {
  let failed = false
  const worker = async () => {
    for (let next = items.next(); !failed && !next.done; next = items.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
