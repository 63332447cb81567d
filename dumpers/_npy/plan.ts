/**
 * Plans how the selected elements of a file are read: in few reads, none of which brings much that is not wanted.
 * All numbers are bytes.
 */

import type { AxisSelection } from '../../src/ndarray.js'

/** Steps along one axis of what is selected; backwards where `step` is negative. */
export interface Level {
  readonly count: number
  readonly step: number
}

/** Selected elements: runs of `run` bytes, the first at `from`, repeated along each of `levels`, the outermost first. */
export interface Box {
  readonly from: number
  readonly levels: readonly Level[]
  readonly run: number
}

/** One read, and what of it is wanted. */
export interface Piece {
  /** What is read. */
  readonly offset: number
  readonly length: number
  /** What of it is wanted, from its own beginning; undefined: all, as it is. */
  readonly box?: Box
  /** Where the wanted bytes go, and how many they are. */
  readonly to: number
  readonly bytes: number
}

/** Bytes read together with others that are not wanted: they stay in the processor's cache until they are sorted. */
const SPAN: number = 2 * 2 ** 20
/** A read of a few bytes takes as long as these 16 KiB; twice that, because a cold disk likes few reads better. */
const GAP: number = 32 * 2 ** 10
/** Runs of at least this many bytes are read each by itself, to their place. */
const LONG_RUN: number = 64 * 2 ** 10

/** How the elements of an array lie in its file. */
export interface Placement {
  readonly shape: readonly number[]
  readonly fortranOrder: boolean
  /** Where the first element lies. */
  readonly begin: number
  /** Bytes of one element. */
  readonly itemsize: number
}

/** The selected elements in the order of the file. Axes that one step walks through are merged. */
export function boxOf(placement: Placement, selections: readonly AxisSelection[]): Box {
  const { shape, fortranOrder, begin, itemsize } = placement
  const axes = shape.map((_, axis) => axis)
  const levels: Level[] = []
  let [from, run, stride] = [begin, itemsize, itemsize]
  // From the axis that varies fastest in the file on.
  for (const axis of fortranOrder ? axes : axes.reverse()) {
    const { start, step, count } = selections[axis]!
    from += start * stride
    const level = { count, step: step * stride }
    const inner = levels[0]
    stride *= shape[axis]!
    if (count === 1) continue
    if (inner === undefined && level.step === run) run *= count
    else if (inner !== undefined && level.step === inner.step * inner.count) {
      levels[0] = { count: inner.count * count, step: inner.step }
    } else levels.unshift(level)
  }
  return { from, levels, run }
}

/**
 * The reads that bring a box, in order of their places in memory. Each brings whole elements of `itemsize` bytes, and no
 * more than `longest` bytes unless one element is longer. None for a box without elements.
 */
export function piecesOf(box: Box, itemsize: number, longest: number): Iterable<Piece> {
  return box.run === 0 || box.levels.some(({ count }) => count === 0) ? [] : split(box, 0, itemsize, longest)
}

function* split(box: Box, to: number, itemsize: number, longest: number): Generator<Piece> {
  const { from, run } = box
  const [outer, ...levels] = box.levels
  if (outer === undefined) {
    yield* stripes(from, run, to, Math.max(1, Math.floor(longest / itemsize)) * itemsize)
    return
  }
  const bytes = bytesOf(levels, run)
  const together = Math.min(outer.count, spanned(outer.step, levels, run))
  for (let i = 0; i < outer.count; i += Math.max(1, together)) {
    const [first, place] = [from + i * outer.step, to + i * bytes]
    const count = Math.min(together, outer.count - i)
    if (count > 1) yield spanOf({ from: first, levels: [{ count, step: outer.step }, ...levels], run }, place)
    else yield* split({ from: first, levels, run }, place, itemsize, longest)
  }
}

/** How many steps of an axis are read together with all between them; 1 or less: each by itself. */
function spanned(step: number, levels: readonly Level[], run: number): number {
  if (run >= LONG_RUN) return 1
  let extent = run
  for (const inner of levels.toReversed()) {
    if (Math.abs(inner.step) - extent > GAP) return 1
    extent += (inner.count - 1) * Math.abs(inner.step)
  }
  if (Math.abs(step) - extent > GAP) return 1
  return Math.floor((SPAN - extent) / Math.abs(step)) + 1
}

function spanOf({ from, levels, run }: Box, to: number): Piece {
  // What runs backwards begins at the end of what is read.
  const before = levels.reduce((sum, { count, step }) => sum + Math.max(0, (1 - count) * step), 0)
  const length = levels.reduce((sum, { count, step }) => sum + (count - 1) * Math.abs(step), run)
  return {
    offset: from - before,
    length,
    box: { from: before, levels, run },
    to,
    bytes: bytesOf(levels, run),
  }
}

function* stripes(offset: number, length: number, to: number, longest: number): Generator<Piece> {
  for (let at = 0; at < length; at += longest) {
    const bytes = Math.min(longest, length - at)
    yield { offset: offset + at, length: bytes, to: to + at, bytes }
  }
}

function bytesOf(levels: readonly Level[], run: number): number {
  return levels.reduce((product, { count }) => product * count, run)
}
