/**
 * Arrays of any dtype, shape, order and layout, against numpy itself. One Python process serves many cases.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ndarray } from '../../dumpers/ndarray.js'
import { EntryReadFolder, EntryWriteFolder } from '../../src/entry/folder.js'
import {
  array,
  asNDArray,
  componentsOf,
  type DType,
  isContiguous,
  memoryOf,
  type NDArray,
  rowMajorStride,
} from '../../src/ndarray.js'

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

interface Case {
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
const cases: fc.Arbitrary<Case> = shapes
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
  return fc
    .uint8Array({ minLength: size, maxLength: size })
    .map(bytes => ({
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
function places({ shape, stride, offset }: Pick<NDArray, 'shape' | 'stride' | 'offset'>): number[] {
  return shape.reduce(
    (found, n, axis) => found.flatMap(at => Array.from({ length: n }, (_, i) => at + i * stride[axis]!)),
    [offset],
  )
}

function itemsize(dtype: DType): number {
  return memoryOf(dtype)!.BYTES_PER_ELEMENT * componentsOf(dtype)
}

function ours(c: Case): NDArray {
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
function elements(a: NDArray): unknown {
  const at = places(a)
  const { data } = a
  if (Array.isArray(data))
    return at.map(place => (typeof data[place] === 'string' ? data[place] : [...data[place]!]))
  const size = itemsize(a.dtype)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return at.map(place => Buffer.from(bytes.subarray(place * size, (place + 1) * size)).toString('hex'))
}

function expected(c: Case): unknown {
  const stride = rowMajorStride(c.shape)
  if (c.items !== undefined)
    return elements({ data: c.items, shape: c.shape, stride, offset: 0, dtype: c.dtype })
  return c.bytes.length === 0
    ? []
    : elements({ ...ours({ ...c, layout: { keys: [4, 3, 2, 1], backwards: [], gap: 1 } }) })
}

const script = `
import io, json, sys
import numpy as np
folder = sys.argv[1]
faults = []
for i, case in enumerate(json.load(open(folder + '/cases.json'))):
    want = np.frombuffer(bytes.fromhex(case['hex']), dtype=case['descr']).reshape(case['shape'])
    theirs = want.byteswap().view(want.dtype.newbyteorder('>')) if case['bigEndian'] and want.size else want
    np.save(f'{folder}/{i}/theirs/np.npy', np.asfortranarray(theirs) if case['fortran'] and want.ndim else theirs)
    path = f'{folder}/{i}/ours/np.npy'
    got = np.load(path, allow_pickle=False)
    saved = io.BytesIO()
    np.save(saved, want)
    if got.dtype.str != want.dtype.str: faults.append([i, 'dtype', got.dtype.str, want.dtype.str])
    if got.shape != want.shape: faults.append([i, 'shape', got.shape, want.shape])
    if got.tobytes('C') != want.tobytes('C'): faults.append([i, 'elements'])
    if open(path, 'rb').read() != saved.getvalue(): faults.append([i, 'bytes of the file'])
print(json.dumps(faults))
`

const python = '/usr/bin/python3'
const numpy = (() => {
  try {
    execFileSync(python, ['-c', 'import numpy'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()
const reason = numpy ? '' : ` (skipped: ${python} cannot import numpy)`

async function exchange(batch: readonly Case[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dirdict-numpy-'))
  try {
    for (const [i, c] of batch.entries()) {
      mkdirSync(`${folder}/${i}/theirs`, { recursive: true })
      mkdirSync(`${folder}/${i}/ours`)
      await ndarray.dump(ours(c), new EntryWriteFolder(`${folder}/${i}/ours`, 'a', { durable: false }), {})
    }
    const told = batch.map(({ shape, descr, fortran, bigEndian, bytes }) => {
      return { shape, descr, fortran, bigEndian, hex: Buffer.from(bytes).toString('hex') }
    })
    writeFileSync(`${folder}/cases.json`, JSON.stringify(told))
    const faults: unknown = JSON.parse(execFileSync(python, ['-c', script, folder], { encoding: 'utf8' }))
    expect(faults).toEqual([])
    for (const [i, c] of batch.entries()) await readBack(`${folder}/${i}`, c)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function readBack(folder: string, c: Case): Promise<void> {
  const theirs = new EntryReadFolder(`${folder}/theirs`, 'a')
  const whole = await ndarray.load(theirs, {}, {})
  expect({ dtype: whole.dtype, shape: whole.shape }).toEqual({ dtype: c.dtype, shape: c.shape })
  expect(elements(whole)).toEqual(expected(c))
  expect(elements(await ndarray.load(new EntryReadFolder(`${folder}/ours`, 'a'), {}, {}))).toEqual(
    expected(c),
  )
  if (c.shape.length === 0) return
  const part = await ndarray.load(theirs, {}, { rows: c.rows })
  const cut = Array.from({ length: c.shape[0]! }, (_, i) => i).slice(...c.rows)
  expect(part.shape).toEqual([cut.length, ...c.shape.slice(1)])
  const first = whole.offset + (cut[0] ?? 0) * whole.stride[0]!
  expect(elements(part)).toEqual(elements({ ...whole, shape: part.shape, offset: first }))
}

describe.skipIf(!numpy)(`arrays of any dtype, shape, order and layout${reason}`, () => {
  it('are the same in numpy and here, both ways, whole and by rows', { timeout: 120_000 }, async () => {
    await fc.assert(fc.asyncProperty(fc.array(cases, { minLength: 100, maxLength: 100 }), exchange), {
      numRuns: 5,
      endOnFailure: true,
    })
  })

  it('converts numbers to float16 exactly as numpy does', () => {
    const doubles = fc.sample(
      fc.oneof(
        fc.double(),
        fc.double({ min: -70000, max: 70000 }),
        fc.double({ min: -(2 ** -13), max: 2 ** -13 }),
        fc.integer({ min: 0, max: 0x7bff }).map(n => (n + 0.5) * 2 ** -24),
        fc.integer({ min: -40000, max: 40000 }).map(n => n + 0.5),
      ),
      3000,
    )
    const folder = mkdtempSync(join(tmpdir(), 'dirdict-float16-'))
    writeFileSync(`${folder}/in`, Float64Array.from(doubles))
    const code =
      'import sys, numpy as np; np.fromfile(sys.argv[1] + "/in").astype("f2").tofile(sys.argv[1] + "/out")'
    execFileSync(python, ['-W', 'ignore', '-c', code, folder])
    const file = readFileSync(`${folder}/out`)
    const theirs = new Uint16Array(file.buffer, file.byteOffset, doubles.length)
    rmSync(folder, { recursive: true })
    doubles.forEach((value, i) => {
      const overflows = Number.isFinite(value) && (theirs[i]! & 0x7fff) === 0x7c00
      if (overflows) expect(() => array([value], [1], 'float16')).toThrow('cannot hold')
      else if (!Number.isNaN(value))
        expect([value, array([value], [1], 'float16').data[0]]).toEqual([value, theirs[i]])
    })
  })
})

describe('an array of any layout', () => {
  it('is recognised, and contiguous exactly where its elements follow each other', () => {
    fc.assert(
      fc.property(cases, c => {
        const a = ours(c)
        const at = places(a)
        expect(asNDArray(a)).toEqual(a)
        expect(isContiguous(a)).toBe(at.every((place, i) => place === at[0]! + i))
      }),
    )
  })

  it('is refused with one element less of memory', () => {
    fc.assert(
      fc.property(cases, c => {
        const a = ours(c)
        const at = places(a)
        if (Array.isArray(a.data) || at.length === 0) return
        const end = (Math.max(...at) + 1) * componentsOf(a.dtype)
        expect(asNDArray({ ...a, data: a.data.slice(0, end) })).toBeDefined()
        expect(asNDArray({ ...a, data: a.data.slice(0, end - 1) })).toBeUndefined()
      }),
    )
  })
})
