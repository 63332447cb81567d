/** Shared stores between Python and us: what numpy wrote by the names of files, what numpy reads, and ISF's own entry. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { array, contiguous, DataBase, type NDArray, type SharedArrays, shared } from '../../src/index.js'
import { temporaryDatabase } from '../dumpers/temporary.js'
import { canImport, python } from './python.js'

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url))
const present = existsSync(`${data}isf-database`)
const numpy = canImport('numpy')

/** Describes each array of a store as it reads it: by the file's name from its end, once copied and once mapped. */
const READ = `
import hashlib, json, os, sys
import numpy as np
found = {}
for file in os.listdir(sys.argv[1]):
    if '__' not in file: continue
    name, shape, dtype = file.rsplit('__', 2)
    shape = tuple(int(n) for n in shape.split('_'))
    count = int(np.prod(shape))
    path = os.path.join(sys.argv[1], file)
    a = np.fromfile(path, np.dtype(dtype), count=count).reshape(shape)
    if count: assert (np.memmap(path, dtype, 'r', shape=shape).tobytes() == a.tobytes())
    found[name] = [a.dtype.name, list(a.shape), hashlib.sha256(a.tobytes()).hexdigest()]
print(json.dumps(found))
`
/** Writes arrays of every dtype and several shapes as Python does: the raw bytes, the name with numpy's own words. */
const WRITE = `
import hashlib, json, os, sys
import numpy as np
rng, made = np.random.default_rng(7), {}
dtypes = ['?', 'i1', 'u1', '<i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8', 'c8', 'c16', 'M8[ns]', 'M8[25s]', 'm8[us]', 'M8', 'U5', 'S3']
for i, dtype in enumerate(dtypes):
    for shape in [(1,), (7,), (0, 3), (2, 3, 4), (5, 1, 1, 2)]:
        dt = np.dtype(dtype)
        raw = rng.integers(0, 2 if dtype == '?' else 100, int(np.prod(shape)) * dt.itemsize, dtype='u1')
        if dtype == 'U5': a = np.array([str(n) for n in raw[:int(np.prod(shape))]], dt).reshape(shape)
        elif dtype == 'S3': a = np.array([str(n).encode() for n in raw[:int(np.prod(shape))]], dt).reshape(shape)
        else: a = np.frombuffer(raw.tobytes(), dt).reshape(shape)
        name = 'a__%d_%s' % (i, 'x'.join(map(str, shape)))
        a.tofile(os.path.join(sys.argv[1], '__'.join([name, '_'.join(map(str, shape)), a.dtype.name])))
        made[name] = [list(a.shape), a.dtype.name, a.astype(str).tolist() if dtype in ('U5', 'S3') else hashlib.sha256(a.tobytes()).hexdigest()]
print(json.dumps(made))
`

async function store(): Promise<SharedArrays> {
  const db = await temporaryDatabase()
  await db.set('store', null, shared)
  return db.get('store', shared)
}

function runPython<T>(program: string, directory: string): T {
  return JSON.parse(
    execFileSync(python, ['-c', program, directory], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
  )
}

function hashOf(a: NDArray): string {
  const { data } = contiguous(a)
  const bytes = data as Exclude<typeof data, string[] | Uint8Array[]>
  return createHash('sha256')
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest('hex')
}

describe.skipIf(!numpy)(`shared stores and numpy${numpy ? '' : ' (skipped: no python3 with numpy)'}`, () => {
  it('reads what Python wrote, in every dtype and shape', async () => {
    const traces = await store()
    const made = runPython<Record<string, [number[], string, unknown]>>(WRITE, traces.path)
    expect(await traces.names()).toEqual(Object.keys(made).sort())
    for (const [name, [shape, dtype, content]] of Object.entries(made)) {
      const a = await traces.load(name)
      expect(a.shape, name).toEqual(shape)
      const isText = a.dtype === 'str' || a.dtype === 'bytes'
      if (!isText) expect(a.dtype, name).toBe(dtype)
      const items = isText
        ? (a.data as (string | Uint8Array)[]).map(item => Buffer.from(item).toString())
        : hashOf(a)
      expect(items, name).toEqual(isText ? (content as unknown[]).flat(9) : content)
    }
  })

  it('writes what Python reads by the name, after every append too', async () => {
    const traces = await store()
    const kinds = [
      array([1, 0, 1, 1], [2, 2], 'bool'),
      array(new Int8Array([-1, 2]), [1, 2]),
      array(new BigUint64Array([2n ** 64n - 1n])),
      array([0.5, -2], [2, 1], 'float16'),
      array([1, -1, 0, Number.NaN], [1, 2], 'complex64'),
      array([1n, -(2n ** 63n)], [2], 'datetime64[25s]'),
      array([], [0, 4], 'float64'),
    ]
    for (const [i, one] of kinds.entries()) await traces.append(`a__${i}`, one)
    for (let times = 1; times <= 3; times++) {
      const found = runPython<Record<string, [string, number[], string]>>(READ, traces.path)
      for (const name of await traces.names()) {
        const a = await traces.load(name)
        expect(found[name], name).toEqual([a.dtype, a.shape, hashOf(a)])
      }
      for (const [i, one] of kinds.entries()) await traces.append(`a__${i}`, one)
    }
  })

  it('appends to what Python made, which Python then reads', async () => {
    const traces = await store()
    writeFileSync(join(traces.path, 'v__2_2__float32'), Float32Array.of(1, 2, 3, 4))
    await traces.append('v', array(Float32Array.of(5, 6), [1, 2]))
    const found = runPython<Record<string, unknown[]>>(READ, traces.path)
    expect(found.v?.slice(0, 2)).toEqual(['float32', [3, 2]])
  })

  it('opens an entry of Python, which has no record of ours', async () => {
    const db = await temporaryDatabase()
    mkdirSync(db.path('theirs'))
    const loader = 'data_base.IO.LoaderDumper.shared_numpy_store'
    writeFileSync(join(db.path('theirs'), 'Loader.json'), JSON.stringify({ Loader: loader }))
    writeFileSync(join(db.path('theirs'), 'v__3__int16'), Int16Array.of(1, 2, 3))
    const traces = await db.get('theirs', shared)
    await traces.append('v', array(Int16Array.of(4)))
    expect([...(await traces.load('v')).data]).toEqual([1, 2, 3, 4])
    const found = runPython<Record<string, unknown[]>>(READ, traces.path)
    expect(found.v?.slice(0, 2)).toEqual(['int16', [4]])
  })
})

describe.skipIf(!present)(
  `ISF's shared store${present ? '' : ' (skipped: ../shared/data is not there)'}`,
  () => {
    it('is read whole, in parts, and into shared memory', async () => {
      const db = await DataBase.open(`${data}isf-database`, { readonly: true })
      const expected = JSON.parse(readFileSync(`${data}isf-database.expected.json`, 'utf8')).shared
      const traces = await db.get('shared', shared)
      expect(await traces.names()).toEqual(['arr', 'rows'])
      for (const name of await traces.names()) {
        const a = await traces.load(name)
        expect(JSON.stringify(expected)).toContain(hashOf(a))
        expect(hashOf(await traces.share(name))).toBe(hashOf(a))
        expect((await traces.load(name, { rows: [-2, 99] })).shape).toEqual([2, a.shape[1]])
      }
    })
  },
)
