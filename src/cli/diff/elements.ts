/**
 * Counts elements of two arrays that differ, block by block. NaN equals NaN, and -0 equals 0.
 */
import { contiguous, type NDArray, reshape, toNested } from '../../index.js'
import type { Facts } from './difference.js'

/** What is known so far of the elements of one array, or of one field of records. */
class Count {
  elements = 0
  differing = 0
  largest: number | bigint | null = null
  first: readonly number[] | null = null

  /** Elements of two blocks that begin with row `row`. */
  add(a: NDArray, b: NDArray, row: number): void {
    const width = a.dtype.startsWith('complex') ? 2 : 1
    const [left, right] = [elementsOf(a), elementsOf(b)]
    const before = row * countOf(a.shape.slice(1))
    this.elements += left.length / width
    for (let i = 0; i < left.length; i += width) {
      let isEqual = true
      for (let part = i; part < i + width; part++) isEqual &&= isSame(left[part], right[part])
      if (isEqual) continue
      this.differing++
      this.first ??= indexOf(before + i / width, a.shape)
      this.#measure(distance(left, right, i, width))
    }
  }

  #measure(difference: number | bigint | null): void {
    if (difference !== null && (this.largest === null || difference > this.largest)) this.largest = difference
  }

  get facts(): Facts {
    const { differing, elements, largest, first } = this
    if (differing === 0) return {}
    const facts = { differing: `${differing} of ${elements} elements`, first }
    return largest === null
      ? facts
      : { ...facts, largest: typeof largest === 'bigint' ? String(largest) : largest }
  }
}

/** Compares two arrays of one shape and dtype, in blocks that are added in order. */
export class ElementComparison {
  readonly #counts = new Map<string, Count>()
  readonly #unlike: string[] = []

  add(a: NDArray, b: NDArray, row: number, field: string = ''): void {
    if (a.fields !== undefined && b.fields !== undefined) {
      for (const [name, inner] of a.fields) {
        const other = b.fields.get(name)
        if (other !== undefined) this.add(inner, other, row, field === '' ? name : `${field}.${name}`)
      }
      this.#note(fieldNames(a) === fieldNames(b), field)
    } else if (String(a.shape) !== String(b.shape) || a.dtype !== b.dtype) this.#note(false, field)
    else {
      const count = this.#counts.get(field) ?? new Count()
      this.#counts.set(field, count)
      count.add(a, b, row)
    }
  }

  get equal(): boolean {
    return this.#unlike.length === 0 && [...this.#counts.values()].every(({ differing }) => differing === 0)
  }

  /** Of an array its counts; of records those of each field that differs. */
  get facts(): Facts {
    const whole = this.#counts.get('')
    if (whole !== undefined) return whole.facts
    const fields = [...this.#counts].filter(([, { differing }]) => differing > 0)
    return {
      ...(this.#unlike.length > 0 && { fieldsUnlike: this.#unlike }),
      ...Object.fromEntries(fields.map(([name, count]) => [`field ${name}`, count.facts])),
    }
  }

  #note(isAlike: boolean, field: string): void {
    if (!isAlike && !this.#unlike.includes(field)) this.#unlike.push(field)
  }
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1)
}

/** In C order; float16 as numbers, since its memory is bits. */
function elementsOf(a: NDArray): ArrayLike<unknown> {
  if (a.dtype !== 'float16') return contiguous(a).data
  const flat = toNested(reshape(contiguous(a), [-1]))
  return Array.isArray(flat) ? flat : [flat]
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0
}

/** How far two elements are apart; null where that is no number. */
function distance(
  a: ArrayLike<unknown>,
  b: ArrayLike<unknown>,
  at: number,
  width: number,
): number | bigint | null {
  const [x, y] = [a[at], b[at]]
  if (typeof x === 'bigint' && typeof y === 'bigint') return x > y ? x - y : y - x
  if (typeof x !== 'number' || typeof y !== 'number') return null
  const apart = width === 1 ? Math.abs(x - y) : Math.hypot(x - y, Number(a[at + 1]) - Number(b[at + 1]))
  return Number.isNaN(apart) ? null : apart
}

/** The index, along each axis, of element number `flat` of an array whose first axis has any length. */
function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = []
  let rest = flat
  for (let axis = shape.length - 1; axis > 0; axis--) {
    index.unshift(rest % shape[axis]!)
    rest = Math.floor(rest / shape[axis]!)
  }
  return shape.length === 0 ? [] : [rest, ...index]
}

function fieldNames(a: NDArray): string {
  return JSON.stringify([...(a.fields?.keys() ?? [])])
}
