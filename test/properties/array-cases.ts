/**
 * Arrays of any dtype, shape, order and layout in memory, with what their elements are, for property tests.
 */
import fc from 'fast-check'
import { componentsOf, type DType, memoryOf, type NDArray, rowMajorStride } from '../../src/ndarray.js'

const numeric: Record<string, DType> = {
  '|b1': 'bool',
  '|i1': 'int8',
  '<i2': 'int16',
  '<i4': 'int32',
  '<i8': 'int64',
  '|u1': 'uint8',
  '<u2': 'uint16',
  '<u4': 'uint32',
  '<u8': 'uint64',
  '<f2': 'float16',
  '<f4': 'float32',
  '<f8': 'float64',
  '<c8': 'complex64',
  '<c16': 'complex128',
  '<M8': 'datetime64',
  '<m8': 'timedelta64',
  '<M8[us]': 'datetime64[us]',
  '<M8[25s]': 'datetime64[25s]',
  '<m8[D]': 'timedelta64[D]',
}

export interface Case {
  readonly shape: number[]
  readonly descr: string
  readonly dtype: DType
  /** Numbers as bytes, strings as code points, byte strings as bytes. */
  readonly bytes: Uint8Array
  readonly items: string[] | Uint8Array[] | undefined
  readonly fortran: boolean
  readonly bigEndian: boolean
  /** How our own array lies in memory: order of its axes, which run backwards, gap between elements. */
  readonly layout: { readonly keys: number[]; readonly backwards: boolean[]; readonly gap: number }
  readonly rows: [number, number]
}

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 })
const layouts = fc.record({
  keys: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
  backwards: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  gap: fc.integer({ min: 1, max: 3 }),
})
export const cases: fc.Arbitrary<Case> = shapes
  .chain(shape => fc.tuple(fc.constant(shape), fc.constantFrom(...Object.keys(numeric), 'U', 'S')))
  .chain(([shape, kind]) =>
    fc.record({
      shape: fc.constant(shape),
      fortran: fc.boolean(),
      bigEndian: fc.boolean(),
      layout: layouts,
      rows: fc.tuple(fc.integer({ min: -7, max: 7 }), fc.integer({ min: -7, max: 7 })),
      content: content(
        kind,
        shape.reduce((product, n) => product * n, 1),
      ),
    }),
  )
  .map(({ content, ...rest }) => ({ ...rest, ...content }))

type Content = Pick<Case, 'descr' | 'dtype' | 'bytes' | 'items'>

function content(kind: string, count: number): fc.Arbitrary<Content> {
  const length = { minLength: count, maxLength: count }
  if (kind === 'U') return fc.array(fc.string({ unit: 'binary', maxLength: 6 }), length).map(textContent)
  if (kind === 'S') return fc.array(fc.uint8Array({ maxLength: 6 }), length).map(byteContent)
  const dtype = numeric[kind]!
  const size = count * memoryOf(dtype)!.BYTES_PER_ELEMENT * componentsOf(dtype)
  return fc.uint8Array({ minLength: size, maxLength: size }).map(bytes => ({
    descr: kind,
    dtype,
    items: undefined,
    bytes: dtype === 'bool' ? bytes.map(n => n & 1) : bytes,
  }))
}

function textContent(random: string[]): Content {
  const items = random.map(text => text.replace(/\0+$/, ''))
  const points = items.map(text => [...text].map(character => character.codePointAt(0)!))
  const width = Math.max(1, ...points.map(p => p.length))
  const bytes = Uint32Array.from(points.flatMap(p => [...p, ...Array<number>(width - p.length).fill(0)]))
  return { descr: `<U${width}`, dtype: 'str', items, bytes: new Uint8Array(bytes.buffer) }
}

function byteContent(random: Uint8Array[]): Content {
  const items = random.map(bytes => bytes.subarray(0, bytes.findLastIndex(byte => byte !== 0) + 1))
  const width = Math.max(1, ...items.map(item => item.length))
  const bytes = Uint8Array.from(
    items.flatMap(item => [...item, ...Array<number>(width - item.length).fill(0)]),
  )
  return { descr: `|S${width}`, dtype: 'bytes', items, bytes }
}

/** Strides in which axes lie in any order and run in any direction, with gaps, and the memory that they need. */
function strided({ shape, layout }: Case): { stride: number[]; offset: number; length: number } {
  const order = shape.map((_, axis) => axis).sort((a, b) => layout.keys[a]! - layout.keys[b]!)
  const stride = shape.map(() => 0)
  let step = layout.gap
  for (const axis of order) {
    stride[axis] = layout.backwards[axis] ? -step : step
    step *= Math.max(1, shape[axis]!)
  }
  const offset = shape.reduce((sum, n, axis) => sum + Math.max(0, -(n - 1) * stride[axis]!), 0)
  return { stride, offset, length: Math.max(1, step) }
}

/** Places of the elements in memory, in C order. */
export function places({ shape, stride, offset }: Pick<NDArray, 'shape' | 'stride' | 'offset'>): number[] {
  return shape.reduce(
    (found, n, axis) => found.flatMap(at => Array.from({ length: n }, (_, i) => at + i * stride[axis]!)),
    [offset],
  )
}

function itemsize(dtype: DType): number {
  return memoryOf(dtype)!.BYTES_PER_ELEMENT * componentsOf(dtype)
}

export function ours(c: Case): NDArray {
  const { stride, offset, length } = strided(c)
  const at = places({ shape: c.shape, stride, offset })
  if (c.items !== undefined) {
    const fill = c.dtype === 'str' ? 'filling' : Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    const data = Array.from<string | Uint8Array>({ length }).fill(fill)
    at.forEach((place, i) => {
      data[place] = c.items![i]!
    })
    return { data: data as string[], shape: c.shape, stride, offset, dtype: c.dtype }
  }
  const size = itemsize(c.dtype)
  const memory = new Uint8Array(length * size)
  at.forEach((place, i) => {
    memory.set(c.bytes.subarray(i * size, (i + 1) * size), place * size)
  })
  const Memory = memoryOf(c.dtype)!
  const data = new Memory(memory.buffer, 0, memory.length / Memory.BYTES_PER_ELEMENT)
  return { data, shape: c.shape, stride, offset, dtype: c.dtype }
}

/** The elements in C order: bytes of numbers, or the items themselves. */
export function elements(a: NDArray): unknown {
  const at = places(a)
  const { data } = a
  if (Array.isArray(data))
    return at.map(place => (typeof data[place] === 'string' ? data[place] : [...data[place]!]))
  const size = itemsize(a.dtype)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return at.map(place => Buffer.from(bytes.subarray(place * size, (place + 1) * size)).toString('hex'))
}

export function expected(c: Case): unknown {
  const stride = rowMajorStride(c.shape)
  if (c.items !== undefined)
    return elements({ data: c.items, shape: c.shape, stride, offset: 0, dtype: c.dtype })
  return c.bytes.length === 0
    ? []
    : elements({ ...ours({ ...c, layout: { keys: [4, 3, 2, 1], backwards: [], gap: 1 } }) })
}
