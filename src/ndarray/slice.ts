/**
 * numpy's basic slicing: what `a[1, ::-1, ..., -2:]` selects along each axis, by Python's rules to the letter.
 * https://numpy.org/doc/stable/user/basics.indexing.html#slicing-and-striding
 */

import { DirdictError } from '../errors.js'

/**
 * One axis: a whole number takes one element and drops the axis; null takes all of it (in numpy `:`, not `None`);
 * a range is Python's `start:stop:step`, null where Python leaves a number out; `'...'` stands for as many whole axes
 * as are missing.
 */
export type SliceItem =
  | number
  | null
  | '...'
  | readonly [start: number | null, stop: number | null, step?: number | null]

/** Which part of an array, axis by axis; axes that are not named are whole. */
export type Slice = readonly SliceItem[]

/** What a slice selects along one axis: the elements `start`, `start + step`, …, `count` of them. */
export interface AxisSelection {
  /** 0 where nothing is selected. */
  readonly start: number
  /** 1 where fewer than two elements are selected, whatever was asked for. */
  readonly step: number
  readonly count: number
  /** Whether the axis is gone from the result: a single number was given. `count` is 1 then. */
  readonly dropped: boolean
}

/**
 * What `slice` selects of an array of `shape`: one selection an axis, in order.
 *
 * OPTION_INVALID for what numpy refuses: an index outside its axis, more items than axes, two `'...'`, a step of 0,
 * fractions, and anything that is no {@link SliceItem}.
 */
export function resolveSlice(slice: unknown, shape: readonly number[]): AxisSelection[] {
  if (!Array.isArray(slice)) throw invalid(`a slice is an array with one item per axis, not ${shown(slice)}`)
  const items: readonly unknown[] = slice
  const gap = items.indexOf('...')
  if (gap !== items.lastIndexOf('...')) throw invalid("it has more than one '...'")
  const named = items.length - (gap === -1 ? 0 : 1)
  if (named > shape.length) {
    throw invalid(`it names ${named} axes; the array, of shape [${shape.join(', ')}], has ${shape.length}`)
  }
  const before = gap === -1 ? named : gap
  const missing = shape.length - named
  return shape.map((length, axis) => {
    if (axis < before) return select(items[axis], length, axis)
    if (axis < before + missing) return between(0, 1, length)
    return select(items[axis - missing + 1], length, axis)
  })
}

/** Elements along each axis of the result: the dropped axes are left out. */
export function selectedShape(selections: readonly AxisSelection[]): number[] {
  return selections.filter(({ dropped }) => !dropped).map(({ count }) => count)
}

function select(item: unknown, length: number, axis: number): AxisSelection {
  if (item === null) return between(0, 1, length)
  if (typeof item === 'number') return one(item, length, axis)
  if (Array.isArray(item) && (item.length === 2 || item.length === 3)) return range(item, length, axis)
  const kinds = "a whole number, null, '...' or a range [start, stop, step]"
  throw invalid(`for axis ${axis} it has ${shown(item)}; an item is ${kinds}`)
}

function one(index: number, length: number, axis: number): AxisSelection {
  if (!Number.isInteger(index)) throw invalid(`for axis ${axis} it has ${index}, which is no whole number`)
  const start = (index < 0 ? index + length : index) + 0
  if (start >= 0 && start < length) return { start, step: 1, count: 1, dropped: true }
  throw invalid(`index ${index} lies outside of axis ${axis}, which has ${length} elements`)
}

/** Python's `slice.indices`. */
function range(item: readonly unknown[], length: number, axis: number): AxisSelection {
  const bad = item.find(bound => bound !== null && !Number.isInteger(bound))
  if (bad !== undefined || item[0] === undefined || item[1] === undefined) {
    throw invalid(`the range for axis ${axis} holds ${shown(bad)}; its bounds are whole numbers or null`)
  }
  const [from, to, by] = item as readonly (number | null | undefined)[]
  const step = by ?? 1
  if (step === 0) throw invalid(`the range for axis ${axis} has step 0`)
  const [lower, upper] = step > 0 ? [0, length] : [-1, length - 1]
  const clip = (bound: number): number => Math.min(upper, Math.max(lower, bound < 0 ? bound + length : bound))
  const start = typeof from === 'number' ? clip(from) : step > 0 ? lower : upper
  const stop = typeof to === 'number' ? clip(to) : step > 0 ? upper : lower
  const reach = step > 0 ? stop - start : start - stop
  return between(start, step, reach > 0 ? Math.floor((reach - 1) / Math.abs(step)) + 1 : 0)
}

/** The addition of 0 turns -0 into 0. */
function between(start: number, step: number, count: number): AxisSelection {
  return { start: count === 0 ? 0 : start + 0, step: count > 1 ? step : 1, count, dropped: false }
}

/** The value as it is written, cut short; its kind where it cannot be written. */
export function shown(value: unknown): string {
  if (value === undefined || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return `the bigint ${String(value).slice(0, 40)}n`
  if (typeof value === 'string') return `'${value.slice(0, 40)}'`
  if (value === null) return 'null'
  if (!Array.isArray(value)) return `a ${typeof value}`
  const numbers = value.length <= 16 && value.every(item => typeof item === 'number')
  return numbers ? `[${value.join(', ')}]` : `an array of ${value.length}`
}

function invalid(why: string): DirdictError {
  return new DirdictError('OPTION_INVALID', `cannot take this slice: ${why}`, { option: 'slice' })
}
