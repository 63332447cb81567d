/**
 * dtypes of numpy, records among them, and slices of arrays of them, for property tests in which numpy makes the content.
 */
import fc from 'fast-check'
import type { SliceItem } from '../../src/ndarray.js'

/** A dtype as numpy's constructor takes it from JSON, where tuples are lists: a code, or fields. */
type DTypeCase = string | readonly FieldCase[]

interface FieldCase {
  readonly name: string
  readonly title: string | null
  readonly dtype: DTypeCase
  readonly shape: readonly number[]
}

export interface SliceCase {
  readonly dtype: DTypeCase
  /** Whether fields lie as in C, with bytes between them. */
  readonly aligned: boolean
  readonly shape: readonly number[]
  readonly fortran: boolean
  readonly seed: number
  readonly slice: readonly SliceItem[]
}

const sized = [
  'i2',
  'i4',
  'i8',
  'u2',
  'u4',
  'u8',
  'f2',
  'f4',
  'f8',
  'c8',
  'c16',
  'U1',
  'U5',
  'M8[us]',
  'm8[D]',
]
const codes = [...sized.flatMap(code => [`<${code}`, `>${code}`]), '|b1', '|i1', '|u1', '|S1', '|S5']
const scalar = fc.constantFrom(...codes)
const names = fc.oneof(
  fc.constantFrom('t', 'x y', '0', '1', "it's", '"both\'', 'a\\b', 'é', '漢字', '🧠', '\u200b', '__proto__'),
  fc.string({ minLength: 1, maxLength: 4 }).filter(name => !name.endsWith('\0')),
)
const subShapes = fc.oneof(
  { weight: 3, arbitrary: fc.constant<number[]>([]) },
  { weight: 1, arbitrary: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: fc.constant<number[]>([2, 0]) },
)

const { dtype } = fc.letrec<{ dtype: DTypeCase; fields: readonly FieldCase[] }>(tie => ({
  dtype: fc.oneof({ maxDepth: 2 }, scalar, tie('fields')),
  fields: fc
    .uniqueArray(
      fc.record({
        name: names,
        title: fc.constantFrom(null, null, 'A title'),
        dtype: tie('dtype'),
        shape: subShapes,
      }),
      {
        minLength: 1,
        maxLength: 4,
        selector: field => field.name,
      },
    )
    .map(fields => withSomeBytes(fields.map((field, i) => (i === 0 ? field : { ...field, title: null })))),
}))

/** Records without a byte are refused: the first field has some. */
function withSomeBytes(fields: readonly FieldCase[]): readonly FieldCase[] {
  return fields.map((field, i) => (i === 0 && field.shape.includes(0) ? { ...field, shape: [] } : field))
}

/** Mostly what numpy takes; sometimes an index outside of its axis, or an item too many. */
function slices(shape: readonly number[]): fc.Arbitrary<SliceItem[]> {
  const items = shape.map(n => {
    const bound = fc.option(fc.integer({ min: -n - 2, max: n + 2 }))
    const step = fc.option(fc.integer({ min: -3, max: 3 }).filter(by => by !== 0))
    return fc.oneof(
      { weight: 4, arbitrary: fc.tuple(bound, bound, step) },
      { weight: 2, arbitrary: fc.constant(null) },
      { weight: 2, arbitrary: fc.integer({ min: n === 0 ? 0 : -n, max: Math.max(0, n - 1) }) },
      { weight: 1, arbitrary: fc.tuple(bound, bound) },
    )
  })
  return fc
    .record({ items: fc.tuple(...items), length: fc.nat(shape.length), gap: fc.option(fc.nat(shape.length)) })
    .map(({ items, length, gap }): SliceItem[] => {
      if (gap === null || gap > length) return items.slice(0, length)
      // The items behind the gap are those of the last axes.
      return [...items.slice(0, gap), '...', ...items.slice(items.length - (length - gap))]
    })
}

export const sliceCases: fc.Arbitrary<SliceCase> = fc
  .array(fc.integer({ min: 0, max: 6 }), { maxLength: 4 })
  .chain(shape =>
    fc.record({
      dtype: fc.oneof(scalar, dtype),
      aligned: fc.boolean(),
      shape: fc.constant(shape),
      fortran: fc.boolean(),
      seed: fc.nat(),
      slice: slices(shape),
    }),
  )
