/**
 * The elements of an array as numpy lays them out: brackets for each axis, columns aligned, and only the first and last
 * ones of a long axis. No more elements are read than are shown.
 */
import { countOf, type NDArray } from '../ndarray/types.js'
import { MORE, packedLines, shownOf } from './edges.js'
import { elementText } from './element-text.js'

/** Up to so many elements, all are shown. */
const ALL = 100
/** No layout shows more. */
const MOST = 500
/** Elements at either end of an axis; of arrays with many axes fewer. */
const EDGES = [3, 2, 1] as const
/** Columns aligned to a very long element would leave no room for the others. */
const WIDEST_COLUMN = 30

/** An element, a gap, or the parts along an axis. */
type Part = string | readonly Part[]

/** The elements in brackets, in lines of about `width` characters. */
export function arrayText(a: NDArray, width: number): string {
  if (countOf(a) === 0) return '[]'
  const edge = edgeFor(a.shape)
  if (edge === undefined) return `[${MORE}]`
  const whole = partsOf(a, [], edge)
  if (typeof whole === 'string') return whole
  return laidOut(whole, Math.min(WIDEST_COLUMN, longest(whole)), 0, width)
}

/** How many elements at either end of an axis can be shown; undefined: there are too many axes. */
function edgeFor(shape: readonly number[]): number | undefined {
  if (countOf({ shape }) <= ALL) return ALL
  return EDGES.find(edge => shape.reduce((shown, n) => shown * Math.min(n, 2 * edge + 1), 1) <= MOST)
}

function partsOf(a: NDArray, index: readonly number[], edge: number): Part {
  if (index.length === a.shape.length) return elementText(a, index)
  return shownOf(a.shape[index.length] ?? 0, edge).map(i =>
    i === null ? MORE : partsOf(a, [...index, i], edge),
  )
}

function longest(parts: readonly Part[]): number {
  return parts.reduce<number>(
    (most, part) => Math.max(most, typeof part === 'string' ? part.length : longest(part)),
    0,
  )
}

function laidOut(parts: readonly Part[], column: number, indent: number, width: number): string {
  const margin = ' '.repeat(indent + 1)
  const depth = depthOf(parts)
  if (depth === 1) {
    const texts = parts.map(part => (part === MORE ? MORE : String(part).padStart(column)))
    return `[${packedLines(texts, Math.max(20, width - indent - 2)).join(`\n${margin}`)}]`
  }
  const inner = parts.map(part =>
    typeof part === 'string' ? part : laidOut(part, column, indent + 1, width),
  )
  // A blank line for each axis between the last but one and this one, as numpy has it.
  return `[${inner.join(`,${'\n'.repeat(depth - 1)}${margin}`)}]`
}

function depthOf(parts: readonly Part[]): number {
  const inner = parts.find(part => typeof part !== 'string')
  return inner === undefined || typeof inner === 'string' ? 1 : 1 + depthOf(inner)
}
