/**
 * Walks over the elements of an array in C order, whatever its strides, a run along the last axis at a time.
 */

import type { Layout } from './types.js'

/** Columns that are walked down together. */
const TILE = 16

/** Elements along the last axis: `count` of them, `step` apart in memory from `from`; the first is number `at` of the walk. */
export type Visit = (from: number, step: number, count: number, at: number) => void

/** Visits elements `start` to `stop` in C order. */
export function walk(a: Layout, start: number, stop: number, visit: Visit): void {
  const last = Math.max(0, a.shape.length - 1)
  const inner = a.shape[last] ?? 1
  const step = a.stride[last] ?? 0
  if (inner === 0) return
  const { index, position } = seek(a, Math.floor(start / inner))
  let row = position
  let column = start % inner
  for (let at = start; at < stop; ) {
    const count = Math.min(inner - column, stop - at)
    visit(row + column * step, step, count, at - start)
    at += count
    column = 0
    for (let axis = last - 1; axis >= 0; axis--) {
      row += a.stride[axis]!
      index[axis]!++
      if (index[axis]! < a.shape[axis]!) break
      row -= a.stride[axis]! * a.shape[axis]!
      index[axis] = 0
    }
  }
}

/**
 * Like {@link walk}, a few columns at a time and down all rows: where the last axis is not the one that varies fastest
 * in memory, what a cache line holds beside an element is used before the line is gone.
 */
export function walkTiles(a: Layout, start: number, stop: number, visit: Visit): void {
  const inner = a.shape.at(-1) ?? 1
  const step = a.stride.at(-1) ?? 0
  const wholeRows = start % inner === 0 && stop % inner === 0
  if (Math.abs(step) === 1 || !wholeRows || stop - start === inner) {
    walk(a, start, stop, visit)
    return
  }
  for (let column = 0; column < inner; column += TILE) {
    const width = Math.min(TILE, inner - column)
    const tile = { ...a, shape: a.shape.with(-1, width), offset: a.offset + column * step }
    walk(tile, (start / inner) * width, (stop / inner) * width, (from, _step, count, at) => {
      visit(from, step, count, (at / width) * inner + column)
    })
  }
}

/** Where row number `row` of the last axis begins: its index along the other axes, and its place in memory. */
function seek(a: Layout, row: number): { index: number[]; position: number } {
  const index = a.shape.slice(0, -1).map(() => 0)
  let position = a.offset
  let rest = row
  for (let axis = index.length - 1; axis >= 0; axis--) {
    const n = a.shape[axis]!
    index[axis] = rest % n
    position += index[axis]! * a.stride[axis]!
    rest = Math.floor(rest / n)
  }
  return { index, position }
}
