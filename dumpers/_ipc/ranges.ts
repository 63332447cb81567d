/** The parts of a body that some of its columns need, read and kept; of a body in memory they are views. */
import { constants } from 'node:buffer'
import { totalmem } from 'node:os'
import type { RandomAccess } from '../../src/dumper.js'
import { tooLarge } from './damage.js'
import type { Bytes, Place } from './decode.js'
import { aligned } from './format.js'
import type { BatchHead } from './head.js'
import type { Block } from './messages.js'

/** Bytes `[from, to)` of a body. */
export interface Range {
  readonly from: number
  readonly to: number
}

interface Part extends Range {
  readonly bytes: Uint8Array
}

/** Between the buffers of columns that lie beside each other there is no more than this. */
const PADDING = 64
/** Numbers of eight bytes are used where they lie. */
const WORD = 8

/** From the first buffer of a column to the end of its last; undefined where it has none. */
export function extentOf(head: BatchHead, place: Place, next: Place): Range | undefined {
  let from = Number.POSITIVE_INFINITY
  let to = 0
  for (let i = place.buffer; i < next.buffer; i++) {
    from = Math.min(from, head.buffers[2 * i]!)
    to = Math.max(to, head.buffers[2 * i]! + head.buffers[2 * i + 1]!)
  }
  return to < from ? undefined : { from, to }
}

/**
 * Reads `extents` of the body of `block`, each byte once. RangeError where they overlap, so that none is checked over and
 * over; UNSUPPORTED_FORMAT where no memory holds them.
 */
export async function readRanges(
  file: RandomAccess,
  block: Block,
  extents: readonly (Range | undefined)[],
  signal: AbortSignal | undefined,
): Promise<Bytes> {
  const wanted = extents.filter(extent => extent !== undefined)
  const total = wanted.reduce((sum, { from, to }) => sum + to - from, 0)
  if (total > block.body) throw new RangeError('the columns of a message overlap')
  if (total > Math.min(constants.MAX_LENGTH, totalmem())) throw tooLarge(`${total} bytes of one batch`)
  const start = block.offset + block.head
  const parts: Part[] = []
  for (const { from, to } of merged(wanted)) {
    signal?.throwIfAborted()
    parts.push({ from, to, bytes: await file.read({ offset: start + from, length: to - from }) })
  }
  return (offset, length) => {
    const part = parts[lastBefore(parts, offset)]
    if (part === undefined || offset + length > part.to) throw new RangeError('a buffer was not read')
    return part.bytes.subarray(offset - part.from, offset - part.from + length)
  }
}

function merged(wanted: readonly Range[]): Range[] {
  const all: { from: number; to: number }[] = []
  for (const { from, to } of [...wanted].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last !== undefined && from <= aligned(last.to, PADDING)) last.to = Math.max(last.to, to)
    else all.push({ from: from - (from % WORD), to })
  }
  return all
}

/** The last part that begins at or before `offset`. */
function lastBefore(parts: readonly Part[], offset: number): number {
  let low = 0
  let high = parts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (parts[middle]!.from <= offset) low = middle
    else high = middle
  }
  return low
}
