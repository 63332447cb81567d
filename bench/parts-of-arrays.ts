/**
 * Parts of arrays, arrays larger than memory, and compressed archives, beside numpy where it is installed.
 */
import { closeSync, mkdtempSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { array, DataBase, ndarray, npz } from 'dirdict'
import { measure, type Row } from './measure.js'
import { Numpy } from './numpy.js'

const MIB = 2 ** 20
/** 1 GiB of float64. */
const ROWS = 2 ** 17
const COLUMNS = 2 ** 10

export async function partsOfArrays(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/parts-`)
  const db = await DataBase.open(`${path}/db`, { durability: 'relaxed' })
  const long = array(new Float64Array(ROWS * COLUMNS).fill(1.5), [ROWS, COLUMNS])
  await db.set('long', long, ndarray)
  await db.set('short', new Float64Array((256 * MIB) / 8).fill(1.5), ndarray)
  const rows = [await blocks(db), await blocksIntoOne(db)]
  const numpy = await Numpy.start()
  if (numpy !== undefined) {
    rows.push(...(await besideNumpy(db, numpy, path)))
    numpy.end()
  }
  await db.remove()
  return rows
}

function blocks(db: DataBase): Promise<Row> {
  return measure({
    work: 'all blocks of 1 GiB, one after another',
    limit: 'the same reads by FileHandle, into fresh buffers',
    reach: 1.2,
    rounds: 5,
    operations: 1,
    async ours() {
      const lazy = await db.get('long', ndarray.lazy)
      let sum = 0
      for await (const block of lazy.blocks({ rows: 2048 })) sum += Number(block.data[0])
      await lazy.close()
      return sum
    },
    async theirs() {
      const file = await open(`${db.path('long')}/np.npy`)
      for (let at = 0; at < 1024; at += 16)
        await file.read(new Uint8Array(16 * MIB), 0, 16 * MIB, 128 + at * MIB)
      await file.close()
    },
  })
}

function blocksIntoOne(db: DataBase): Promise<Row> {
  const out = new Float64Array(2048 * COLUMNS)
  const bytes = new Uint8Array(out.buffer)
  return measure({
    work: '64 reads of 16 MiB into one buffer (out)',
    limit: 'the same reads by hand',
    reach: 1.2,
    rounds: 5,
    operations: 1,
    async ours() {
      const lazy = await db.get('long', ndarray.lazy)
      for (let row = 0; row < ROWS; row += 2048) await lazy.read({ rows: [row, row + 2048], out })
      await lazy.close()
    },
    theirs() {
      const fd = openSync(`${db.path('long')}/np.npy`, 'r')
      for (let at = 0; at < 1024; at += 16) readSync(fd, bytes, 0, 16 * MIB, 128 + at * MIB)
      closeSync(fd)
    },
  })
}

async function besideNumpy(db: DataBase, numpy: Numpy, path: string): Promise<Row[]> {
  const long = JSON.stringify(`${db.path('long')}/np.npy`)
  const short = JSON.stringify(`${db.path('short')}/np.npy`)
  await numpy.run(`a = np.load(${short})`)
  await numpy.run(`z = (np.arange(4 * 2**20) % 1000).astype(float)`)
  const values = Float64Array.from({ length: 4 * MIB }, (_, i) => i % 1000)
  const data = new Float64Array((256 * MIB) / 8).fill(1.5)
  const target = JSON.stringify(`${path}/a.npy`)
  const archive = JSON.stringify(`${path}/a.npz`)
  const beside = (
    work: string,
    limit: string,
    ours: (round: number) => unknown,
    statement: (round: number) => string,
    rounds = 7,
  ): Promise<Row> =>
    measure({ work, limit, rounds, operations: 1, ours, theirs: round => numpy.run(statement(round)) })
  return [
    await beside(
      'set 256 MiB float64',
      'np.save',
      () => db.set('again', data, ndarray),
      () => `np.save(${target}, a)`,
    ),
    await beside(
      'get 256 MiB float64',
      'np.load',
      () => db.get('again', ndarray),
      () => `np.load(${short})`,
    ),
    await beside(
      '1 of 1024 columns of 1 GiB',
      'np.load(mmap)[:, k].copy()',
      round => db.get('long', ndarray, { slice: [null, round + 5] }),
      round => `np.load(${long}, mmap_mode='r')[:, ${round + 5}].copy()`,
    ),
    await beside(
      'every 100th row of 1 GiB',
      'np.load(mmap)[::100].copy()',
      round => db.get('long', ndarray, { slice: [[round + 5, null, 100]] }),
      round => `np.load(${long}, mmap_mode='r')[${round + 5}::100].copy()`,
    ),
    await beside(
      'npz, 32 MiB deflated, set',
      'np.savez_compressed',
      () => db.set('archive', values, npz),
      () => `np.savez_compressed(${archive}, z)`,
      3,
    ),
    await beside(
      'npz, 32 MiB deflated, get',
      'np.load()[name]',
      () => db.get('archive', npz),
      () => `np.load(${archive})['arr_0']`,
      5,
    ),
  ]
}
