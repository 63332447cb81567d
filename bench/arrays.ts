/**
 * Arrays: writing, reading and cutting large ones against the same bytes without a store.
 */
import { closeSync, mkdtempSync, openSync, read, readSync, rmSync, write } from 'node:fs'
import { promisify } from 'node:util'
import { array, DataBase, ndarray } from 'dirdict'
import { measure, type Row } from './measure.js'

const readAsync = promisify(read)
const writeAsync = promisify(write)
const MIB = 1024 * 1024
const STRIPE = 16 * MIB

export async function arrays(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/arrays-`)
  const db = await DataBase.open(`${path}/db`, { durability: 'relaxed' })
  const rows = [await writing(path, db), await reading(db), await cutting(db)]
  await db.remove()
  return rows
}

async function writing(path: string, db: DataBase): Promise<Row> {
  const data = new Float64Array((256 * MIB) / 8).fill(1.5)
  const bytes = new Uint8Array(data.buffer)
  return measure({
    work: 'set 256 MiB float64, relaxed',
    limit: 'raw write of the same bytes',
    reach: 1.15,
    rounds: 9,
    operations: 1,
    ours: () => db.set('array', data, ndarray),
    async theirs() {
      const fd = openSync(`${path}/raw`, 'wx')
      for (let done = 0; done < bytes.byteLength; ) {
        done += (await writeAsync(fd, bytes, done, bytes.byteLength - done, done)).bytesWritten
      }
      closeSync(fd)
    },
    async after(side, round) {
      if (side === 'theirs') rmSync(`${path}/raw`)
      else if (round < 8) await db.delete('array')
    },
  })
}

async function reading(db: DataBase): Promise<Row> {
  const file = `${db.path('array')}/np.npy`
  return measure({
    work: 'get 256 MiB float64',
    limit: 'fastest raw read, striped',
    reach: 1.1,
    rounds: 15,
    operations: 1,
    ours: () => db.get('array', ndarray),
    theirs: () => stripedRead(file, 256 * MIB + 128),
  })
}

/** Reads stripe by stripe, four at a time, into one fresh buffer: the fastest of the ways that were tried. */
async function stripedRead(file: string, size: number): Promise<Uint8Array> {
  const fd = openSync(file, 'r')
  const out = new Uint8Array(size)
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < size) {
      const start = next
      next += STRIPE
      await readAsync(fd, out, start, Math.min(STRIPE, size - start), start)
    }
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  closeSync(fd)
  return out
}

async function cutting(db: DataBase): Promise<Row> {
  const columns = 1024
  const rowsInAll = MIB / 8
  await db.set('long', array(new Float64Array(rowsInAll * columns), [rowsInAll, columns]), ndarray)
  const fd = openSync(`${db.path('long')}/np.npy`, 'r')
  const row = await measure({
    work: '1 MiB of rows out of 1 GiB',
    limit: 'raw positional read',
    reach: 2,
    rounds: 101,
    operations: 1,
    ours: round => db.get('long', ndarray, { rows: [(round + 2) * 128, (round + 3) * 128] }),
    theirs(round) {
      readSync(fd, new Uint8Array(MIB), 0, MIB, 128 + (round + 2) * MIB)
    },
  })
  closeSync(fd)
  return row
}
