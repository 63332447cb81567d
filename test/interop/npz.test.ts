/**
 * Archives that numpy wrote, archives for numpy, and what Python's zipfile and Info-ZIP say of ours. One Python process
 * serves many cases.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeZip } from '../../dumpers/_zip/write.js'
import { npz } from '../../dumpers/npz.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { array, type NDArray, structured } from '../../src/index.js'
import { dumped, entry, load, npy } from '../dumpers/npz-archive.js'
import { type Case, cases, elements, expected, ours } from '../properties/array-cases.js'
import { canImport, python } from './python.js'

const numpy = canImport('numpy')
const reason = numpy ? '' : ` (skipped: ${python} cannot import numpy)`
const isf = fileURLToPath(new URL('../../../shared/data/isf-database/npz_compressed', import.meta.url))
const big = process.env.DIRDICT_BIG === '1'

function run(code: string, ...args: string[]): string {
  return execFileSync(python, ['-c', code, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 })
}

/** What Python prints of an archive of ours. */
function told(path: string, expression: string): unknown {
  const code = `import json, sys, zipfile, numpy as np; f = sys.argv[1] + '/np.npz'; z = np.load(f); print(json.dumps(${expression}))`
  return JSON.parse(run(code, path))
}

/** The entry that a statement of Python's makes, with `f` for its file. */
function made(statement: string): string {
  const path = entry()
  run(`import sys, zipfile, numpy as np; f = sys.argv[1] + '/np.npz'; ${statement}`, path)
  return path
}

interface Round {
  readonly names: readonly string[]
  readonly arrays: readonly Case[]
  readonly compression: 'deflate' | 'store'
}

const names = fc.oneof(
  { arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), weight: 3 },
  {
    arbitrary: fc.constantFrom('arr_0', '0', '10', '__proto__', 'a/b', 'file', 'a.npz', 'ü', ' '),
    weight: 1,
  },
)
const rounds: fc.Arbitrary<Round> = fc.uniqueArray(names.filter(isStorable), { maxLength: 4 }).chain(unique =>
  fc.record({
    names: fc.constant(unique),
    arrays: fc.array(cases, { minLength: unique.length, maxLength: unique.length }),
    compression: fc.constantFrom('deflate', 'store'),
  }),
)

function isStorable(name: string): boolean {
  return !/\0|\\|^\/|^[a-zA-Z]:|\.npy$|\p{Surrogate}/u.test(name) && !name.split('/').includes('..')
}

const exchange = `
import json, sys
import numpy as np
faults = []
for i, case in enumerate(json.load(open(sys.argv[1] + '/cases.json'))):
    want = {}
    for name, one in zip(case['names'], case['arrays']):
        a = np.frombuffer(bytes.fromhex(one['hex']), dtype=one['descr']).reshape(one['shape'])
        want[name] = np.asfortranarray(a) if one['fortran'] and a.ndim else a
    got = np.load(f"{sys.argv[1]}/{i}/ours/np.npz", allow_pickle=False)
    if set(got.files) != set(want): faults.append([i, 'names', got.files, list(want)])
    for name, a in want.items():
        b = got[name]
        if (a.dtype.str, a.shape, a.tobytes('C')) != (b.dtype.str, b.shape, b.tobytes('C')): faults.append([i, name])
    # What savez calls: names such as 'file' are parameters of savez itself.
    np.lib.npyio._savez(f"{sys.argv[1]}/{i}/theirs/np.npz", (), want, case['compression'] != 'store')
print(json.dumps(faults))
`

async function exchanged(batch: readonly Round[]): Promise<void> {
  const folder = entry()
  for (const [i, { names, arrays, compression }] of batch.entries()) {
    mkdirSync(`${folder}/${i}/theirs`, { recursive: true })
    mkdirSync(`${folder}/${i}/ours`)
    const value = Object.fromEntries(names.map((name, k) => [name, ours(arrays[k]!)]))
    await npz.dump(value, new EntryWriteFolder(`${folder}/${i}/ours`, 'a', { durable: false }), {
      compression,
    })
  }
  const cases = batch.map(({ arrays, ...rest }) => ({
    ...rest,
    arrays: arrays.map(({ shape, descr, fortran, bytes }) => {
      return { shape, descr, fortran, hex: Buffer.from(bytes).toString('hex') }
    }),
  }))
  writeFileSync(`${folder}/cases.json`, JSON.stringify(cases))
  expect(JSON.parse(run(exchange, folder))).toEqual([])
  for (const [i, { names, arrays }] of batch.entries()) {
    for (const whose of ['ours', 'theirs']) {
      const back = await load(`${folder}/${i}/${whose}`)
      expect(Object.keys(back).sort()).toEqual([...names].sort())
      names.forEach((name, k) => {
        expect(elements(back[name]!)).toEqual(expected(arrays[k]!))
      })
    }
  }
}

describe.skipIf(!numpy)(`numpy${reason}`, () => {
  it('has the same arrays by the same names, both ways', { timeout: 120_000 }, async () => {
    await fc.assert(fc.asyncProperty(fc.array(rounds, { minLength: 60, maxLength: 60 }), exchanged), {
      numRuns: 3,
      endOnFailure: true,
    })
  })

  it('reads long arrays, structured ones and none at all', async () => {
    const sines = Float64Array.from({ length: 300_000 }, (_, i) => Math.sin(i))
    for (const compression of ['deflate', 'store'] as const) {
      const spikes = structured({ t: Float64Array.of(0.5, 1.5), cell: array(['L5', 'ü']) })
      const path = await dumped(
        { sines, spikes, t: { data: sines, shape: [3, 100_000], stride: [1, 3] } },
        { compression },
      )
      const sum = createHash('sha256').update(new Uint8Array(sines.buffer)).digest('hex')
      expect(
        told(path, "[__import__('hashlib').sha256(z[n].T.tobytes()).hexdigest() for n in ('sines', 't')]"),
      ).toEqual([sum, sum])
      expect(told(path, "z['spikes'].tolist()")).toEqual([
        [0.5, 'L5'],
        [1.5, 'ü'],
      ])
      expect(told(path, 'zipfile.ZipFile(f).testzip()')).toBeNull()
    }
    expect(told(await dumped({}), 'z.files')).toEqual([])
  })

  it('gives long arrays, stored and deflated, with more before the data than usual', async () => {
    const sines = Float64Array.from({ length: 300_000 }, (_, i) => Math.sin(i))
    for (const save of ['savez', 'savez_compressed']) {
      const path = made(`a = np.sin(np.arange(300000)); np.${save}(f, a, b=a.reshape(2, -1), c=a > 0)`)
      const { arr_0, b, c } = await load(path)
      expect(
        Buffer.from(npy(b!)).equals(
          Buffer.from(npy({ ...arr_0!, shape: [2, 150_000], stride: [150_000, 1] })),
        ),
      ).toBe(true)
      expect(Math.abs((arr_0!.data as Float64Array)[299_999]! - sines[299_999]!)).toBeLessThan(1e-12)
      expect(c!.dtype).toBe('bool')
      expect(await load(path, { names: ['c'] })).toEqual({ c })
    }
  })

  it('gives archives in the 64-bit form, with comments, and written to a pipe', async () => {
    const write =
      "zipfile.ZIP64_LIMIT = 10; z = zipfile.ZipFile(f, 'w', 8); h = z.open('a.npy', 'w', force_zip64=True); np.lib.format.write_array(h, np.arange(3)); h.close(); z.comment = b'by hand'; z.close()"
    const first = made(write)
    expect(readFileSync(`${first}/np.npz`).includes(Buffer.from('PK\x06\x06'))).toBe(true)
    const piped = made(
      "import os; r, w = os.pipe(); h = os.fdopen(w, 'wb'); np.savez(h, a=np.arange(3)); h.close(); open(f, 'wb').write(os.fdopen(r, 'rb').read())",
    )
    for (const path of [first, piped])
      expect(await load(path)).toEqual({ a: array(BigInt64Array.of(0n, 1n, 2n)) })
  })

  it.each(['zipfile.ZIP_BZIP2', 'zipfile.ZIP_LZMA'])('is told that %s is not read', async method => {
    const path = made(
      `z = zipfile.ZipFile(f, 'w', ${method}); h = z.open('a.npy', 'w'); np.lib.format.write_array(h, np.arange(3)); h.close(); z.close()`,
    )
    await expect(load(path)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
  })

  it('reads more members than 16 bits can count', { timeout: 120_000 }, async () => {
    const count = 70_000
    const one = npy(array(Int8Array.of(7)))
    function* members(): Generator<{ name: string; pieces: Uint8Array[] }> {
      for (let i = 0; i < count; i++) yield { name: `${i}.npy`, pieces: [one] }
    }
    const path = entry()
    await pipeline(writeZip(members(), 0), createWriteStream(`${path}/np.npz`))
    expect(told(path, "[len(z.files), z['69999'].tolist()]")).toEqual([count, [7]])
    expect(await load(path, { names: ['69999'] })).toEqual({ 69999: array(Int8Array.of(7)) })
  })
})

describe.skipIf(!numpy || !big)(
  `an archive over 4 GiB${reason}${big ? '' : ' (skipped: set DIRDICT_BIG=1; it needs 10 GiB of disk and of memory)'}`,
  () => {
    it.each(['store', 'deflate'] as const)(
      'is the same for numpy and here (%s)',
      { timeout: 600_000 },
      async compression => {
        const a: NDArray = array(new Float64Array(2 ** 29 + 2 ** 20))
        const data = a.data as Float64Array
        data[data.length - 1] = 3
        const path = await dumped({ a, b: Int8Array.of(1) }, { compression })
        expect(told(path, "[z['a'].shape, z['a'][-1], np.count_nonzero(z['a']), z['b'].tolist()]")).toEqual([
          [data.length],
          3,
          1,
          [1],
        ])
        const back = await load(path)
        expect(back.b).toEqual(array(Int8Array.of(1)))
        expect((back.a!.data as Float64Array).findIndex(x => x !== 0)).toBe(data.length - 1)
      },
    )
  },
)

describe.skipIf(!existsSync('/usr/bin/unzip'))('Info-ZIP (skipped where /usr/bin/unzip is absent)', () => {
  it.each(['store', 'deflate'] as const)('finds no fault (%s)', async compression => {
    const path = await dumped({ small: Int8Array.of(1), 'ü/é': new Float64Array(300_000) }, { compression })
    const report = execFileSync('/usr/bin/unzip', ['-t', `${path}/np.npz`], { encoding: 'utf8' })
    expect(report).toContain('No errors detected')
  })
})

describe.skipIf(!existsSync(isf))(
  `the npz of an ISF database${existsSync(isf) ? '' : ' (skipped: ../shared/data is absent)'}`,
  () => {
    it('has the elements that Python saw', async () => {
      const { arr_0, ...others } = await load(isf)
      expect(others).toEqual({})
      expect(arr_0).toMatchObject({ dtype: 'float64', shape: [50, 20], stride: [20, 1] })
      const told = JSON.parse(readFileSync(`${isf}/../../isf-database.expected.json`, 'utf8')) as Record<
        string,
        Record<string, unknown>
      >
      const bytes = new Uint8Array((arr_0!.data as Float64Array).buffer)
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(
        told.npz_compressed?.sha256_c_order_little_endian,
      )
    })
  },
)
