/**
 * Tiny keys: `set` and `get` of a small JSON value against the system calls that no store of directories can avoid.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { DataBase, json } from 'dirdict'
import { measure, type Row } from './measure.js'

const COUNT = 500
const value = { delay: 12.5, airport: 'SEA', hours: [1, 2, 3] }

export async function tinyKeys(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/tiny-`)
  const sample = await sampleFiles(`${path}/sample`)
  return [
    await fresh(path, 'relaxed', 2.0, sample),
    await fresh(path, 'full', 1.5, sample),
    await replacing(path, sample),
    await reading(path),
  ]
}

type Files = readonly (readonly [name: string, data: Buffer])[]

/** The four files of a tiny entry as dirdict writes them. */
async function sampleFiles(path: string): Promise<Files> {
  const db = await DataBase.open(path, { durability: 'relaxed' })
  await db.set('k', value)
  const entry = db.path('k')
  await db.close()
  return readdirSync(entry).map(name => [name, readFileSync(`${entry}/${name}`)])
}

async function fresh(
  path: string,
  durability: 'full' | 'relaxed',
  reach: number,
  files: Files,
): Promise<Row> {
  const count = durability === 'full' ? COUNT / 5 : COUNT
  const db = await DataBase.open(`${path}/fresh-${durability}`, { durability })
  await db.set('warm', value)
  const raw = `${path}/raw-${durability}`
  mkdirSync(raw)
  const row = await measure({
    work: `set of a fresh tiny key, ${durability}`,
    limit: `mkdir, 4 files, rename${durability === 'full' ? ', synced' : ''}`,
    reach,
    rounds: 15,
    operations: count,
    async ours(round) {
      for (let i = 0; i < count; i++) await db.set(`k${round}-${i}`, value)
    },
    theirs(round) {
      for (let i = 0; i < count; i++) rawEntry(raw, `k${round}-${i}`, files, durability === 'full')
    },
  })
  await db.remove()
  rmSync(raw, { recursive: true })
  return row
}

async function replacing(path: string, files: Files): Promise<Row> {
  const db = await DataBase.open(`${path}/replace`, { durability: 'relaxed' })
  const raw = `${path}/raw-replace`
  mkdirSync(raw)
  const names = Array.from({ length: COUNT }, (_, i) => `k${i}`)
  for (const name of names) {
    await db.set(name, value)
    rawEntry(raw, name, files, false)
  }
  mkdirSync(`${raw}/old`)
  const row = await measure({
    work: 'replacing a tiny key, relaxed',
    limit: 'mkdir, 4 files, 2 renames',
    reach: 2.5,
    rounds: 15,
    operations: COUNT,
    async ours() {
      for (const name of names) await db.set(name, value)
    },
    theirs(round) {
      for (const name of names) {
        renameSync(`${raw}/${name}`, `${raw}/old/${round}-${name}`)
        rawEntry(raw, name, files, false)
      }
    },
  })
  await db.remove()
  rmSync(raw, { recursive: true })
  return row
}

async function reading(path: string): Promise<Row> {
  const db = await DataBase.open(`${path}/get`, { durability: 'relaxed' })
  const names = Array.from({ length: COUNT }, (_, i) => `k${i}`)
  for (const name of names) await db.set(name, value)
  const row = await measure({
    work: 'get of a tiny key',
    limit: 'sync reads of its files, JSON.parse',
    reach: 2.0,
    rounds: 25,
    operations: COUNT,
    async ours() {
      for (const name of names) await db.get(name, json)
    },
    theirs() {
      for (const name of names) {
        for (const file of ['Loader.json', 'dirdict.json', 'value.json']) {
          JSON.parse(readFileSync(`${db.directory}/${name}/${file}`, 'utf8'))
        }
      }
    },
  })
  await db.remove()
  return row
}

/** The cheapest way to make a directory with these files appear at once. */
function rawEntry(folder: string, name: string, files: Files, synced: boolean): void {
  const staged = `${folder}/${name}.new`
  mkdirSync(staged)
  for (const [file, data] of files) {
    if (!synced) writeFileSync(`${staged}/${file}`, data)
    else {
      const fd = openSync(`${staged}/${file}`, 'wx')
      writeSync(fd, data)
      fsyncSync(fd)
      closeSync(fd)
    }
  }
  if (synced) syncDirectory(staged)
  renameSync(staged, `${folder}/${name}`)
  if (synced) syncDirectory(folder)
  if (statSync(`${folder}/${name}`, { throwIfNoEntry: false }) === undefined)
    throw new Error('the limit did nothing')
}

function syncDirectory(path: string): void {
  const fd = openSync(path, 'r')
  fsyncSync(fd)
  closeSync(fd)
}
