/** Random steps of slicing, transposing and reshaping, some of them impossible, and what each does to an array. */
import fc from 'fast-check'
import { isDirdictError } from '../../src/errors.js'
import { type NDArray, reshape, type Slice, type SliceItem, transpose, view } from '../../src/ndarray.js'

/** One step as Python is told it, and the code of our refusal where there is one. */
export interface Step {
  readonly kind: 'slice' | 'transpose' | 'reshape'
  readonly argument: Slice | readonly number[] | null
  readonly refused: string | null
}

/** Numbers out of which a step is made once the shape is known to which it is applied. */
export interface Seed {
  readonly kind: Step['kind']
  readonly numbers: readonly number[]
}

const kinds = fc.constantFrom('slice', 'slice', 'transpose', 'reshape') as fc.Arbitrary<Step['kind']>
export const seeds: fc.Arbitrary<Seed[]> = fc.array(
  fc.record({ kind: kinds, numbers: fc.array(fc.nat(2 ** 20), { minLength: 40, maxLength: 40 }) }),
  { maxLength: 4 },
)

/** The array after all steps; one that is refused leaves it as it was. */
export function applySteps(a: NDArray, from: readonly Seed[]): { steps: Step[]; result: NDArray } {
  const steps: Step[] = []
  let result = a
  for (const seed of from) {
    const argument = argumentOf(seed, result.shape)
    let refused: string | null = null
    try {
      result = applied(result, seed.kind, argument)
    } catch (error) {
      if (!isDirdictError(error)) throw error
      refused = error.code
    }
    steps.push({ kind: seed.kind, argument, refused })
  }
  return { steps, result }
}

function applied(a: NDArray, kind: Step['kind'], argument: Step['argument']): NDArray {
  if (kind === 'slice') return view(a, argument as Slice)
  const numbers = argument as readonly number[] | null
  return kind === 'reshape' ? reshape(a, numbers ?? []) : transpose(a, numbers ?? undefined)
}

function argumentOf({ kind, numbers }: Seed, shape: readonly number[]): Step['argument'] {
  const left = [...numbers]
  /** A number below `n`. */
  const next = (n: number): number => (left.pop() ?? 0) % n
  if (kind === 'slice') return sliceOf(shape, next)
  return kind === 'transpose' ? axesOf(shape.length, next) : shapeOf(shape, next)
}

function sliceOf(shape: readonly number[], next: (n: number) => number): Slice {
  const dots = next(3) === 0 ? next(shape.length + 1) : -1
  const skipped = dots === -1 ? 0 : next(shape.length - dots + 1)
  const items: SliceItem[] = shape.map(n => itemOf(n, next))
  if (dots !== -1) items.splice(dots, skipped, '...')
  else items.length = Math.max(0, items.length - next(2))
  if (next(30) === 0) items.push(next(2) === 0 ? '...' : 0)
  return items
}

function itemOf(n: number, next: (n: number) => number): SliceItem {
  const kind = next(8)
  if (kind === 0) return null
  if (kind <= 2) return next(12) === 0 ? n + next(3) - 1 : next(Math.max(1, 2 * n)) - n
  const bound = (): number | null => (next(3) === 0 ? null : next(2 * n + 6) - n - 3)
  const step = next(40) === 0 ? 0 : [1, 1, 2, 3, -1, -2, -3, null][next(8)]!
  return [bound(), bound(), step]
}

function axesOf(n: number, next: (n: number) => number): number[] | null {
  if (next(4) === 0) return null
  const axes: number[] = []
  for (let axis = 0; axis < n; axis++) axes.splice(next(axis + 1), 0, next(3) === 0 ? axis - n : axis)
  if (next(20) === 0) axes.push(next(n + 1))
  return axes
}

/** Mostly a shape of as many elements: factors of their number in any order, ones among them, one length open. */
function shapeOf(shape: readonly number[], next: (n: number) => number): number[] {
  let rest = shape.reduce((product, n) => product * n, 1)
  const lengths: number[] = []
  while (rest > 1 && lengths.length < 5) {
    const factors = Array.from({ length: rest - 1 }, (_, i) => i + 2).filter(n => rest % n === 0)
    const factor = factors[next(factors.length)]!
    lengths.splice(next(lengths.length + 1), 0, factor)
    rest /= factor
  }
  if (rest !== 1) lengths.push(rest)
  if (next(3) === 0) lengths.splice(next(lengths.length + 1), 0, 1)
  if (next(25) === 0) lengths.push(next(3))
  if (next(3) === 0 && lengths.length > 0) lengths[next(lengths.length)] = -1
  if (next(40) === 0) lengths.push(-1)
  return lengths
}
