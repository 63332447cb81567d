/**
 * Slices of arrays of any dtype, records among them, that numpy wrote: what is read and written again has to be, byte for
 * byte, the file that numpy writes of `a[slice]`. One Python process serves many cases.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ndarray } from '../../dumpers/ndarray.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { isDirdictError, type NDArray } from '../../src/index.js'
import { countOf, memoryOf, rowMajorStride } from '../../src/ndarray.js'
import { type SliceCase, sliceCases } from '../properties/record-cases.js'
import { canImport, python } from './python.js'

const script = `
import json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
folder = sys.argv[1]
texts = ['', 'a', 'ab', '\\u6f22\\u5b57', '\\U0001f9e0x', 'abcde', 'a\\0b']

def dtype(case, aligned):
    if isinstance(case, str): return np.dtype(case)
    fields = [((f['title'], f['name']) if f['title'] else f['name'], dtype(f['dtype'], aligned), tuple(f['shape'])) for f in case]
    return np.dtype(fields, align=aligned)

def fill(a, rng):
    if a.dtype.names:
        for name in a.dtype.names: fill(a[name], rng)
    elif a.dtype.kind == 'U': a[...] = rng.choice(texts, a.shape)
    elif a.dtype.kind == 'b': a[...] = rng.integers(0, 2, a.shape)
    elif a.dtype.kind == 'S': a[...] = rng.choice([t.encode() for t in texts], a.shape)
    else: a[...] = np.frombuffer(rng.bytes(a.size * a.itemsize), a.dtype).reshape(a.shape)

def packed(a):
    if a.dtype.names:
        parts = {name: packed(a[name]) for name in a.dtype.names}
        out = np.empty(a.shape, [(name, part.dtype, part.shape[a.ndim:]) for name, part in parts.items()])
        for name, part in parts.items(): out[name] = part
        return out
    if a.dtype.kind in 'US':
        width = max([1] + [len(x) for x in a.ravel().tolist()])
        return a.astype(a.dtype.kind + str(width), order='C')
    return a.astype(a.dtype.newbyteorder('='), order='C')

def item(i):
    if i is None: return slice(None)
    if i == '...': return Ellipsis
    return slice(*i) if isinstance(i, list) else i

told = []
for i, case in enumerate(json.load(open(folder + '/cases.json'))):
    a = np.zeros(case['shape'], dtype(case['dtype'], case['aligned']), order='F' if case['fortran'] else 'C')
    fill(a, np.random.default_rng(case['seed']))
    np.save(f'{folder}/{i}/theirs/np.npy', a)
    fortran = bool(a.flags.f_contiguous and not a.flags.c_contiguous)
    try: part = np.asarray(a[tuple(item(x) for x in case['slice'])])
    except IndexError as e: told.append({'error': str(e), 'fortran': fortran})
    else:
        np.save(f'{folder}/{i}/part.npy', packed(part))
        told.append({'shape': part.shape, 'fortran': fortran})
print(json.dumps(told))
`

const numpy = canImport('numpy')
const reason = numpy ? '' : ` (skipped: ${python} cannot import numpy)`

type Told = { readonly fortran: boolean } & ({ readonly shape: number[] } | { readonly error: string })

async function exchange(batch: readonly SliceCase[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dirdict-numpy-slices-'))
  try {
    for (const i of batch.keys()) {
      mkdirSync(`${folder}/${i}/theirs`, { recursive: true })
      mkdirSync(`${folder}/${i}/ours`)
    }
    writeFileSync(`${folder}/cases.json`, JSON.stringify(batch))
    const told = JSON.parse(execFileSync(python, ['-c', script, folder], { encoding: 'utf8' })) as Told[]
    for (const [i, c] of batch.entries()) await compare(`${folder}/${i}`, c, told[i]!)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function compare(folder: string, { slice }: SliceCase, told: Told): Promise<void> {
  const theirs = new EntryReadFolder(`${folder}/theirs`, 'a')
  const lazy = await ndarray.lazy.load(theirs, {}, {})
  try {
    if ('error' in told) {
      const refused = (error: unknown): boolean => isDirdictError(error, 'OPTION_INVALID')
      await expect(ndarray.load(theirs, {}, { slice })).rejects.toSatisfy(refused)
      await expect(lazy.read({ slice })).rejects.toSatisfy(refused)
      return
    }
    const part = await ndarray.load(theirs, {}, { slice })
    assertDense(part, told.shape, told.fortran)
    expect(await lazy.read({ slice })).toEqual(part)
    await ndarray.dump(part, new EntryWriteFolder(`${folder}/ours`, 'a', { durable: false }), {})
    const [ours, numpys] = [readFileSync(`${folder}/ours/np.npy`), readFileSync(`${folder}/part.npy`)]
    if (!ours.equals(numpys)) expect(ours.toString('latin1')).toBe(numpys.toString('latin1'))
  } finally {
    await lazy.close()
  }
}

/** Whether the elements lie in the order of the file, in memory that holds nothing else. */
function assertDense(a: NDArray, shape: readonly number[], fortran: boolean): void {
  expect(a.shape).toEqual(shape)
  expect(a.offset).toBe(0)
  if (a.fields === undefined) {
    expect(a.stride).toEqual(fortran ? rowMajorStride(shape.toReversed()).reverse() : rowMajorStride(shape))
    const perElement = /^complex/.test(a.dtype) ? 2 : 1
    expect(a.data.length).toBe(countOf(a) * perElement)
    expect(a.data.constructor).toBe(memoryOf(a.dtype) ?? Array)
    return
  }
  for (const field of a.fields.values()) {
    expect(field.shape.slice(0, shape.length)).toEqual(shape)
    if (field.fields === undefined) expect(field.data.length % Math.max(1, countOf(field))).toBe(0)
  }
}

describe.skipIf(!numpy)(`slices of arrays of any dtype, shape and order${reason}`, () => {
  it('are those of numpy, and written as numpy writes them', { timeout: 120_000 }, async () => {
    await fc.assert(fc.asyncProperty(fc.array(sliceCases, { minLength: 120, maxLength: 120 }), exchange), {
      numRuns: 4,
      endOnFailure: true,
    })
  })
})
