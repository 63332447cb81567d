/** Arrays of ours, read by zarrita: dtypes, chunks and compressions that it has. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { get, open, type Readable } from 'zarrita'
import { type ZarrSetOptions, zarr } from '../../dumpers/zarr.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { array, type DType, type NDArray, view } from '../../src/ndarray.js'

const SHAPE = [7, 5, 4]
const numbers: readonly DType[] = [
  ...(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const),
  ...(['float32', 'float64'] as const),
]
const storings: readonly ZarrSetOptions[] = [
  {},
  { chunks: [3, 5, 2], compression: 'none' },
  { chunks: 2, compression: 'gzip', level: 9 },
  { chunks: [7, 1, 4], compression: 'zlib', level: 0 },
]

it.each(numbers)('%s', async dtype => {
  for (const storing of storings) {
    const values = array(
      Array.from({ length: 140 }, (_, i) =>
        dtype.includes('64') && dtype !== 'float64' ? BigInt(i) : i % 100,
      ) as number[],
      SHAPE,
      dtype,
    )
    const { data, shape, stride } = await readByZarrita(values, storing)
    expect({ data, shape, stride }).toEqual({ data: values.data, shape: SHAPE, stride: values.stride })
  }
})

it('a view that lies otherwise in memory', async () => {
  const values = array(
    Float64Array.from({ length: 140 }, (_, i) => i),
    SHAPE,
  )
  const backwards = view(values, [[null, null, -2], '...', [1, 3]])
  const found = await readByZarrita(backwards, { chunks: 3 })
  expect(found.shape).toEqual([4, 5, 2])
  expect([...(found.data as Float64Array)].slice(0, 4)).toEqual([121, 122, 125, 126])
})

it('booleans, strings and attributes', async () => {
  const flags = await readByZarrita(array([true, false, true]), { chunks: 2 })
  expect([...(flags.data as Iterable<boolean>)]).toEqual([true, false, true])
  const texts = await readByZarrita(array(['a', '', 'é🧠']), { chunks: 2 })
  expect([...(texts.data as Iterable<string>)]).toEqual(['a', '', 'é🧠'])
  expect(texts.attrs).toEqual({ unit: 'mV' })
})

async function readByZarrita(
  value: NDArray,
  storing: ZarrSetOptions,
): Promise<{ data: unknown; shape: number[]; stride: number[]; attrs: unknown }> {
  const entry = mkdtempSync(join(tmpdir(), 'dirdict-zarrita-'))
  onTestFinished(() => rmSync(entry, { recursive: true, force: true }))
  const folder = new EntryWriteFolder(entry, 'key', { durable: false })
  await zarr.dump(value, folder, { ...storing, zattrs: { unit: 'mV' } })
  const found = await open.v2(storeOf(`${entry}/obj.zarr`), { kind: 'array' })
  const { data, shape, stride } = await get(found)
  return { data, shape, stride, attrs: found.attrs }
}

function storeOf(root: string): Readable {
  return {
    async get(key) {
      return existsSync(root + key) ? readFileSync(root + key) : undefined
    },
  }
}
