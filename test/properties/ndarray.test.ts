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
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { array } from '../../src/ndarray.js'
import { canImport, python } from '../interop/python.js'
import { type Case, cases, elements, expected, ours } from './array-cases.js'

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

const numpy = canImport('numpy')
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
