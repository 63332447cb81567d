/**
 * Which chunks a selection touches, and where their elements go.
 */
import type { AxisSelection } from '../../src/ndarray.js'

/** Along one axis: the part of a chunk that is wanted, `count` elements from `first` on, and their place in the result. */
export interface Span {
  /** Number of the chunk along this axis. */
  readonly chunk: number
  readonly first: number
  readonly step: number
  readonly count: number
  /** Place of the first of them in the result. */
  readonly to: number
}

/** One step along an axis in what is copied, and in what it is copied to. */
export interface Walk {
  readonly count: number
  readonly get: number
  readonly put: number
}

/** Each chunk that holds something of what is selected, as one span an axis. Chunks have `shape`. */
export function* cellsOf(
  selections: readonly (Pick<AxisSelection, 'start' | 'step' | 'count'> & { readonly to?: number })[],
  shape: readonly number[],
): Generator<readonly Span[]> {
  const [selection, ...others] = selections
  const [length = 1, ...lengths] = shape
  if (selection === undefined) yield []
  else if (!selections.some(({ count }) => count === 0)) {
    for (const span of spansOf(selection, length)) {
      for (const rest of cellsOf(others, lengths)) yield [span, ...rest]
    }
  }
}

function* spansOf(
  { start, step, count, to = 0 }: Pick<AxisSelection, 'start' | 'step' | 'count'> & { readonly to?: number },
  length: number,
): Generator<Span> {
  for (let done = 0; done < count; ) {
    const at = start + done * step
    const chunk = Math.floor(at / length)
    const first = at - chunk * length
    const room = Math.floor((step > 0 ? length - 1 - first : first) / Math.abs(step)) + 1
    const here = Math.min(count - done, room)
    yield { chunk, first, step, count: here, to: to + done }
    done += here
  }
}

/** Elements from one neighbour to the next along each axis, where `order` names the axes from the slowest on. */
export function stridesOf(shape: readonly number[], order: readonly number[]): number[] {
  const strides = shape.map(() => 1)
  let step = 1
  for (const axis of order.toReversed()) {
    strides[axis] = step
    step *= shape[axis]!
  }
  return strides
}

/** Whether `order` is that of Fortran, and not that of C. */
export function isFortran(order: readonly number[]): boolean {
  return order.length > 1 && order.every((axis, i) => axis === order.length - 1 - i)
}
