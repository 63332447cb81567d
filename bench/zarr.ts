/**
 * 256 MiB of float64 in chunks of 4 MiB: beside writing and reading the same files by hand, and beside zlib alone.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { deflate, inflate } from 'node:zlib'
import { array, DataBase, zarr } from 'dirdict'
import { measure, type Row } from './measure.js'

const CHUNK = 4 * 2 ** 20
const CHUNKS = 64
const LEVEL = 1
const deflated = promisify(deflate)
const inflated = promisify(inflate)

export async function zarrs(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/zarr-`)
  const db = await DataBase.open(`${path}/db`, { durability: 'relaxed' })
  const values = Float64Array.from({ length: (CHUNK * CHUNKS) / 8 }, (_, i) =>
    Math.round(1000 * Math.sin(i / 50)),
  )
  const rows = [...(await uncompressed(db, values, `${path}/raw`)), ...(await compressed(db, values))]
  await db.remove()
  return rows
}

async function uncompressed(db: DataBase, values: Float64Array, raw: string): Promise<Row[]> {
  const matrix = array(values, [CHUNK / 512, CHUNKS * 64])
  const pieces = chunksOf(values)
  mkdirSync(raw)
  const set = await measure({
    work: 'zarr, 256 MiB, no compression, set',
    limit: 'writing the 64 files one after another',
    rounds: 7,
    operations: 1,
    before: () => rmSync(raw, { recursive: true }) ?? mkdirSync(raw),
    ours: () => db.set('raw', matrix, zarr, { compression: 'none' }),
    async theirs() {
      for (const [i, piece] of pieces.entries()) await writeFile(`${raw}/${i}`, piece)
    },
  })
  for (const [i, piece] of pieces.entries()) await writeFile(`${raw}/${i}`, piece)
  const get = await measure({
    work: 'zarr, 256 MiB, no compression, get',
    limit: 'reading the 64 files, 4 at a time, into fresh buffers',
    rounds: 7,
    operations: 1,
    ours: () => db.get('raw', zarr),
    async theirs() {
      for (let i = 0; i < CHUNKS; i += 4) {
        await Promise.all([0, 1, 2, 3].map(more => readFile(`${raw}/${i + more}`)))
      }
    },
  })
  return [set, get]
}

async function compressed(db: DataBase, values: Float64Array): Promise<Row[]> {
  const pieces = chunksOf(values)
  const packed = await Promise.all(pieces.map(piece => deflated(piece, { level: LEVEL })))
  const set = await measure({
    work: 'zarr, 256 MiB, zlib, set',
    limit: 'zlib alone, in its threads',
    rounds: 3,
    operations: 1,
    ours: () => db.set('zlib', values, zarr, { level: LEVEL }),
    theirs: () => Promise.all(pieces.map(piece => deflated(piece, { level: LEVEL }))),
  })
  const get = await measure({
    work: 'zarr, 256 MiB, zlib, get',
    limit: 'zlib alone, in its threads',
    rounds: 3,
    operations: 1,
    ours: () => db.get('zlib', zarr),
    theirs: () => Promise.all(packed.map(piece => inflated(piece))),
  })
  return [set, get]
}

function chunksOf({ buffer }: Float64Array): Uint8Array[] {
  return Array.from({ length: CHUNKS }, (_, i) => new Uint8Array(buffer, i * CHUNK, CHUNK))
}
