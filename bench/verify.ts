/**
 * verify of large and of tiny values, beside reading the same files and taking their checksums, and nothing else.
 */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { DataBase, ndarray } from 'dirdict'
import { measure, type Row } from './measure.js'

const TINY = 20_000

export async function verifying(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/verify-`)
  const large = await DataBase.open(`${path}/large`, { durability: 'relaxed' })
  const quarter = new Float64Array(2 ** 25).fill(0.5)
  for (const key of ['a', 'b', 'c', 'd']) await large.set(key, quarter, ndarray)
  const tiny = await DataBase.open(`${path}/tiny`, { durability: 'relaxed' })
  await tiny.batch(async batch => {
    for (let i = 0; i < TINY; i++) await batch.set(`k${i}`, { i })
  })
  const rows = [
    await measure({
      work: 'verify of 1 GiB in 4 files',
      limit: 'readFileSync and crc32',
      reach: 1.3,
      rounds: 5,
      operations: 1,
      ours: () => large.verify(),
      theirs: () => readAll(large.directory, ['np.npy']),
    }),
    await measure({
      work: 'verify of 20,000 tiny keys',
      limit: 'readFileSync and crc32 of the same four files',
      reach: 1.3,
      rounds: 5,
      operations: TINY,
      ours: () => tiny.verify(),
      theirs: () => readAll(tiny.directory, ['Loader.json', 'dirdict.json', 'metadata.json', 'value.json']),
    }),
  ]
  await large.remove()
  await tiny.remove()
  return rows
}

function readAll(directory: string, files: readonly string[]): number {
  let sum = 0
  for (const item of readdirSync(directory, { withFileTypes: true })) {
    if (!item.isDirectory() || item.name.startsWith('.')) continue
    for (const file of files) sum = crc32(readFileSync(`${directory}/${item.name}/${file}`), sum)
  }
  return sum
}
