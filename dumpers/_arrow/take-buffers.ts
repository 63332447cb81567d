/**
 * Stretches of an Arrow buffer, copied one after the other: items of a fixed width, bits, offsets, and the views of
 * strings. Numbers are moved as integers, so that no bit of a NaN changes.
 */
import { DirdictError } from '../../src/errors.js'
import { INLINE, longValue, type Offsets, shorter, VIEW, viewLength } from './byte-rows.js'

/** Pairs of first item and the item after the last. Those of bytes may go beyond 4 GiB. */
export type Ranges = Uint32Array | Float64Array

type Units = Uint8Array | Uint16Array | Uint32Array

/** Shorter stretches are copied item by item: a call costs as much as these. */
const SHORT = 24
const INT32_MAX = 2 ** 31 - 1

/** Items of `width` bytes; `count` of them in all. */
export function copyItems(values: ArrayBufferView, width: number, ranges: Ranges, count: number): Uint8Array {
  const out = new Uint8Array(count * width)
  const unit = [4, 2].find(size => width % size === 0 && values.byteOffset % size === 0) ?? 1
  copyStretches(inUnits(values, unit), inUnits(out, unit), ranges, width / unit)
  return out
}

function inUnits({ buffer, byteOffset, byteLength }: ArrayBufferView, unit: number): Units {
  if (unit === 4) return new Uint32Array(buffer, byteOffset, Math.floor(byteLength / 4))
  if (unit === 2) return new Uint16Array(buffer, byteOffset, Math.floor(byteLength / 2))
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function copyStretches(source: Units, target: Units, ranges: Ranges, width: number): void {
  let at = 0
  for (let i = 0; i < ranges.length; i += 2) {
    const start = ranges[i]! * width
    const end = ranges[i + 1]! * width
    if (end > source.length) throw shorter()
    if (end - start < SHORT) for (let from = start; from < end; from++) target[at++] = source[from]!
    else {
      target.set(source.subarray(start, end), at)
      at += end - start
    }
  }
}

/** Bits, least significant first, those of `ranges` counted from bit `offset`; and how many of them are 0. */
export function copyBits(
  bits: Uint8Array,
  offset: number,
  ranges: Ranges,
  count: number,
): { bits: Uint8Array; zeros: number } {
  const out = new Uint8Array((count + 7) >> 3)
  let at = 0
  let ones = 0
  for (let i = 0; i < ranges.length; i += 2) {
    const end = offset + ranges[i + 1]!
    if (end > bits.byteLength * 8) throw shorter()
    for (let from = offset + ranges[i]!; from < end; from++) {
      const bit = (bits[from >> 3]! >> (from & 7)) & 1
      out[at >> 3]! |= bit << (at & 7)
      ones += bit
      at++
    }
  }
  return { bits: out, zeros: count - ones }
}

/** The offsets of the rows of `ranges`, and where their items are. */
export function copyOffsets(
  offsets: Offsets,
  ranges: Ranges,
  count: number,
): { offsets: Int32Array | Float64Array; items: Ranges; total: number } {
  const isLarge = offsets instanceof Float64Array
  const out = isLarge ? new Float64Array(count + 1) : new Int32Array(count + 1)
  const items = new (isLarge ? Float64Array : Uint32Array)(ranges.length)
  let at = 0
  let total = 0
  for (let i = 0; i < ranges.length; i += 2) {
    const start = ranges[i]!
    const end = ranges[i + 1]!
    const shift = total - offsets[start]!
    items[i] = offsets[start]!
    items[i + 1] = offsets[end]!
    for (let row = start + 1; row <= end; row++) out[++at] = offsets[row]! + shift
    total = offsets[end]! + shift
  }
  // Rows that come twice can be longer than all of the column.
  if (!isLarge && total > INT32_MAX) throw tooLong(total)
  return { offsets: out, items, total }
}

/** Offsets of 64 bits, as Arrow has them. */
export function largeOffsets(offsets: Float64Array): BigInt64Array {
  const halves = new Int32Array(offsets.length * 2)
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!
    halves[2 * i] = offset
    halves[2 * i + 1] = offset / 2 ** 32
  }
  return new BigInt64Array(halves.buffer)
}

/**
 * Makes `views`, which are copied already, point into new buffers that hold nothing but their values. The view of a
 * null, which may hold anything, becomes empty.
 */
export function compactViews(
  views: Uint8Array,
  isValid: (row: number) => boolean,
  buffers: readonly Uint8Array[],
): Uint8Array[] {
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength)
  const pieces: Uint8Array[] = []
  let total = 0
  for (let at = 0; at < views.byteLength; at += VIEW) {
    if (!isValid(at / VIEW)) views.fill(0, at, at + VIEW)
    const length = viewLength(view, at)
    if (length <= INLINE) continue
    pieces.push(longValue(buffers, view, at, length))
    total += length
  }
  // Views may share bytes; one by one they could take any amount of memory.
  const most = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (total > Math.min(most, INT32_MAX)) return buffers.map(buffer => buffer.slice())
  const out = new Uint8Array(total)
  let offset = 0
  let next = 0
  for (let at = 0; at < views.byteLength; at += VIEW) {
    if (viewLength(view, at) <= INLINE) continue
    const piece = pieces[next++]!
    out.set(piece, offset)
    view.setInt32(at + 8, 0, true)
    view.setInt32(at + 12, offset, true)
    offset += piece.byteLength
  }
  return [out]
}

function tooLong(bytes: number): DirdictError {
  return new DirdictError(
    'UNSUPPORTED_FORMAT',
    `The rows of one batch hold at least ${bytes} bytes or items in one column; at most ${INT32_MAX} can be taken. Read fewer rows at once.`,
  )
}
