/**
 * Slices, transposes and reshapes of arrays of any dtype and layout, one after the other, against numpy itself: the same
 * elements, and a refusal where numpy refuses. One Python process serves many cases.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contiguous, get, type NDArray, structured, toNested } from '../../src/ndarray.js'
import { type Case, cases, ours } from '../properties/array-cases.js'
import { canImport, python } from './python.js'
import { applySteps, type Seed, seeds } from './view-steps.js'

const script = `
import json, struct, sys
import numpy as np

def memory(case):
    if 'hex' in case: return np.frombuffer(bytes.fromhex(case['hex']), dtype=case['descr'])
    items = [bytes(i) if isinstance(i, list) else i for i in case['items']]
    return np.array(items, dtype=case['descr'])

def strided(case):
    flat = memory(case)
    steps = [step * flat.itemsize for step in case['stride']]
    return np.lib.stride_tricks.as_strided(flat[case['offset']:], case['shape'], steps)

def item(i):
    return slice(None) if i is None else Ellipsis if i == '...' else slice(*i) if isinstance(i, list) else i

def step(a, kind, argument):
    if kind == 'slice':
        index = tuple(item(i) for i in argument)
        return a[index if Ellipsis in index else index + (Ellipsis,)]
    if kind == 'transpose': return a.transpose(argument)
    # Unlike reshape, this copies nothing: it raises AttributeError instead.
    b = a.view()
    b.shape = argument
    return b

def told(value):
    if isinstance(value, list): return [told(i) for i in value]
    if isinstance(value, bool): return value
    if isinstance(value, int): return str(value)
    if isinstance(value, float): return 'NaN' if value != value else struct.pack('>d', value).hex()
    if isinstance(value, complex): return [told(value.real), told(value.imag)]
    if isinstance(value, bytes): return list(value)
    return value

def result(a):
    if a.dtype.names: return {name: result(a[name]) for name in a.dtype.names}
    plain = a.view('i8') if a.dtype.kind in 'mM' else a
    return {'shape': a.shape, 'elements': told(plain.tolist())}

def run(case):
    if 'fields' in case:
        fields = [(name, strided(field)) for name, field in case['fields']]
        n = len(case['shape'])
        a = np.empty(case['shape'], [(name, field.dtype, field.shape[n:]) for name, field in fields])
        for name, field in fields: a[name] = field
    else: a = strided(case)
    refused = []
    for kind, argument in case['steps']:
        try:
            a = step(a, kind, argument)
            refused.append(None)
        except AttributeError: refused.append('VALUE_REJECTED')
        except (IndexError, ValueError): refused.append('OPTION_INVALID')
    return {'refused': refused, 'result': result(a)}

print(json.dumps([run(case) for case in json.load(open(sys.argv[1]))]))
`

const numpy = canImport('numpy')
const reason = numpy ? '' : ` (skipped: ${python} cannot import numpy)`

function inNumpy(told: readonly unknown[]): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'dirdict-views-'))
  try {
    writeFileSync(`${folder}/cases.json`, JSON.stringify(told))
    const options = { encoding: 'utf8', maxBuffer: 2 ** 28 } as const
    return JSON.parse(execFileSync(python, ['-W', 'ignore', '-c', script, `${folder}/cases.json`], options))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The memory and the layout of an array, as Python is told it. */
function layoutOf({ data, shape, stride, offset }: NDArray, { descr }: Case): object {
  if (!Array.isArray(data)) {
    const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')
    return { hex, shape, stride, offset, descr }
  }
  const items = data.map((item: string | Uint8Array) => (typeof item === 'string' ? item : [...item]))
  // The filling between the elements is longer than some of them.
  const wide = descr.includes('U') ? '<U7' : '|S8'
  return { items, shape, stride, offset, descr: wide }
}

/** Elements as Python tells them: whole numbers in decimals, others as the bits of a double. */
function told(value: unknown, whole: boolean): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(item => told(item, whole))
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'number' || Number.isNaN(value)) return Number.isNaN(value) ? 'NaN' : value
  if (whole) return String(value)
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes.toString('hex')
}

function resultOf(a: NDArray): object {
  if (a.fields !== undefined)
    return Object.fromEntries([...a.fields].map(([name, field]) => [name, resultOf(field)]))
  return { shape: a.shape, elements: told(toNested(a), /int/.test(a.dtype)) }
}

/** `toNested` and `contiguous` and `get` agree on every element. */
function agree(a: NDArray): void {
  const nested = toNested(a)
  expect(toNested(contiguous(a))).toEqual(nested)
  const places = a.shape.reduce<number[][]>(
    (found, n) => found.flatMap(place => Array.from({ length: n }, (_, i) => [...place, i])),
    [[]],
  )
  const at = (place: number[]): unknown =>
    place.reduce<unknown>((value, i) => (Array.isArray(value) ? value[i] : undefined), nested)
  expect(places.map(place => get(a, ...place))).toEqual(places.map(at))
  expect(places.map(place => get(a, ...place.map((i, axis) => i - a.shape[axis]!)))).toEqual(places.map(at))
}

function compare(batch: readonly { told: object; a: NDArray; from: readonly Seed[] }[]): void {
  const done = batch.map(({ told, a, from }) => ({ told, ...applySteps(a, from) }))
  const theirs = inNumpy(
    done.map(({ told, steps }) => ({ ...told, steps: steps.map(({ kind, argument }) => [kind, argument]) })),
  )
  const mine = done.map(({ steps, result }) => {
    return { refused: steps.map(({ refused }) => refused), result: resultOf(result) }
  })
  expect(mine).toEqual(theirs)
  for (const { result } of done) agree(result)
}

const runs = { numRuns: 5, endOnFailure: true }
const batchOf = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength: 200, maxLength: 200 })

describe.skipIf(!numpy)(`views of arrays of any dtype, shape and layout${reason}`, () => {
  it('have the elements that numpy gives, and are refused where numpy refuses', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(batchOf(fc.tuple(cases, seeds)), batch => {
        compare(
          batch.map(([c, from]) => {
            const a = ours(c)
            return { told: layoutOf(a, c), a, from }
          }),
        )
      }),
      runs,
    )
  })

  it('are those of every field of a structured array', { timeout: 120_000 }, () => {
    const pair = fc.tuple(cases, cases, seeds)
    fc.assert(
      fc.property(batchOf(pair), batch => {
        compare(batch.map(structuredCase))
      }),
      runs,
    )
  })

  it('shows every float16 as the number that numpy takes it for', () => {
    const bits = new Uint16Array(2 ** 16).map((_, i) => i)
    const hex = Buffer.from(bits.buffer).toString('hex')
    const [theirs] = inNumpy([
      { hex, descr: '<f2', shape: [2 ** 16], stride: [1], offset: 0, steps: [] },
    ]) as [{ result: object }]
    const all: NDArray = { data: bits, shape: [2 ** 16], stride: [1], offset: 0, dtype: 'float16' }
    expect(resultOf(all)).toEqual(theirs.result)
  })
})

/** Two arrays as the fields of one: the second has the axes of the first before its own. */
function structuredCase([first, second, from]: [Case, Case, Seed[]]): {
  told: object
  a: NDArray
  from: Seed[]
} {
  const shape = first.shape
  const one = contiguous(ours(first))
  const repeated = ours(second)
  const other = contiguous({
    ...repeated,
    shape: [...shape, ...repeated.shape],
    stride: [...shape.map(() => 0), ...repeated.stride],
  })
  const a = structured({ one, other }, shape)
  const fields = [
    ['one', layoutOf(one, first)],
    ['other', layoutOf(other, second)],
  ]
  return { told: { shape, fields }, a, from }
}
