/**
 * Arrays that Python's zarr 2 and tensorstore wrote, read here, and arrays of ours, read by Python: dtypes, chunks,
 * compressors, filters, orders and fill values, drawn at random from seeds.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ndarray } from '../../dumpers/ndarray.js'
import { type ZarrSetOptions, zarr } from '../../dumpers/zarr.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { contiguous, type NDArray, view } from '../../src/ndarray.js'
import { RECORDS } from '../dumpers/samples/fixture-values.js'
import { cases, ours } from '../properties/array-cases.js'
import { canImport, python } from './python.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const V3 = `${HERE}zarr-v3`
const ISF = fileURLToPath(new URL('../../../shared/data/isf-database/zarr_blosc', import.meta.url))
const ZARR = canImport('zarr', 'numcodecs')

describe.skipIf(!ZARR)(`Python's zarr${ZARR ? '' : ' (skipped: python3-zarr is not installed)'}`, () => {
  it.each([1, 2])('writes arrays that are read as numpy has them, seed %i', async seed => {
    const root = temporary()
    const count = 320
    execFileSync(python, [`${HERE}zarr/write_arrays.py`, root, String(seed), String(count)])
    await expectEqual(root, count)
  })

  it('calculates by its filters what is calculated here', async () => {
    const root = temporary()
    const count = Number(execFileSync(python, [`${HERE}zarr/write_filters.py`, root], { encoding: 'utf8' }))
    expect(count).toBeGreaterThan(100)
    await expectEqual(root, count)
  })

  it('reads arrays of ours as they were stored', async () => {
    const root = temporary()
    const drawn = fc.sample(fc.tuple(cases, storings), { numRuns: 300, seed: 5 })
    const values: (readonly [NDArray, Drawn])[] = drawn.map(([one, storing]) => [ours(one), storing])
    for (const record of Object.values(RECORDS))
      values.push([record, { chunk: 2, compression: 'zlib', level: 6 }])
    let kept = 0
    for (const [array, { chunk, compression, level }] of values) {
      // Times without a unit are refused.
      if (/^(datetime|timedelta)64$/.test(array.dtype)) continue
      const entry = `${root}/${kept++}`
      mkdirSync(entry)
      const zattrs = { unit: 'mV', number: kept, nested: { list: [null, true, 'é'] } }
      const options: ZarrSetOptions = { chunks: chunk, compression, level, zattrs }
      const folder = new EntryWriteFolder(entry, 'key', { durable: false })
      await zarr.dump(array, folder, options)
      await ndarray.dump(array, folder, {})
      const chunks = array.shape.map(n => Math.min(chunk, Math.max(1, n)))
      writeFileSync(`${entry}/about.json`, JSON.stringify({ chunks, zattrs, compression }))
      const { zattrs: back, ...loaded } = await zarr.load(new EntryReadFolder(entry, 'key'), {}, {})
      expect(plainOf(loaded)).toEqual(plainOf(array))
      expect(back).toEqual(zattrs)
    }
    const read = execFileSync(python, [`${HERE}zarr/read_arrays.py`, root], { encoding: 'utf8' })
    expect(Number(read)).toBe(kept)
  })
})

describe('version 3, as tensorstore wrote it', () => {
  it.each(readdirSync(V3).filter(name => !name.endsWith('.py')))('%s', async name => {
    const folder = new EntryReadFolder(`${V3}/${name}`, name)
    const expected = await ndarray.load(folder, {}, {})
    const { zattrs, ...array } = await zarr.load(folder, {}, {})
    expect(plainOf(array)).toEqual(plainOf(expected))
    expect(zattrs).toEqual({ made: name })
    if (expected.shape.length === 0) return
    for (const slice of [
      [[1, null, 3]],
      ['...', -1],
      [[null, null, -2], '...', [1, 3]],
      [1],
      [[2, 2]],
    ] as const) {
      if (slice.length > 2 && expected.shape.length < 2) continue
      expect(plainOf(await zarr.load(folder, {}, { slice }))).toEqual(plainOf(view(expected, slice)))
    }
  })
})

describe.skipIf(!existsSync(ISF))(
  `ISF${existsSync(ISF) ? '' : ' (skipped: ../shared/data is absent)'}`,
  () => {
    it('wrote an array that is read', async () => {
      const array = await zarr.load(new EntryReadFolder(ISF, 'zarr_blosc'), {}, {})
      expect(array.shape).toEqual([300, 200])
      expect([...array.data.slice(0, 3)]).toEqual([
        -1.8982582092285156, 1.0953816175460815, -1.2813849449157715,
      ])
    })
  },
)

interface Drawn {
  readonly chunk: number
  readonly compression: 'zlib' | 'gzip' | 'none'
  readonly level: number
}

const storings: fc.Arbitrary<Drawn> = fc.record({
  chunk: fc.integer({ min: 1, max: 6 }),
  compression: fc.constantFrom('zlib', 'gzip', 'none'),
  level: fc.integer({ min: 0, max: 9 }),
})

/** Each entry below `root` is read as the npy file beside its array. */
async function expectEqual(root: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const about = JSON.parse(readFileSync(`${root}/${i}/about.json`, 'utf8'))
    const folder = new EntryReadFolder(`${root}/${i}`, String(i))
    const expected = plainOf(await ndarray.load(folder, {}, {}))
    const { zattrs = {}, ...array } = await zarr.load(folder, {}, {})
    expect(plainOf(array), JSON.stringify(about.zarray)).toEqual(expected)
    expect(zattrs).toEqual(about.zattrs)
  }
}

/** Bytes of numbers, so that every NaN and -0 counts. */
function plainOf(a: NDArray): unknown {
  const { data, shape, dtype, fields } = contiguous(a)
  if (fields !== undefined) return { shape, fields: [...fields].map(([name, of]) => [name, plainOf(of)]) }
  if (Array.isArray(data)) return { dtype, shape, items: data.map(item => Buffer.from(item).toString('hex')) }
  return { dtype, shape, bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex') }
}

function temporary(): string {
  const root = mkdtempSync(join(tmpdir(), 'dirdict-zarr-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return root
}
