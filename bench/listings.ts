/**
 * Listings: `keys()` and `find()` over 100,000 keys against reading the directory and the records.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DataBase } from 'dirdict'
import { measure, type Row } from './measure.js'

const KEYS = 100_000

export async function listings(folder: string): Promise<Row[]> {
  const path = `${mkdtempSync(`${folder}/list-`)}/db`
  const db = await DataBase.open(path, { durability: 'relaxed' })
  await db.set('sample', { n: 1 })
  multiply(path)
  const rows = [
    await measure({
      work: 'keys() of 100,000 keys',
      limit: 'readdir',
      reach: 1.3,
      rounds: 15,
      operations: 1,
      async ours() {
        if ((await db.keys()).length !== KEYS + 1) throw new Error('wrong number of keys')
      },
      theirs() {
        if (readdirSync(path).length < KEYS) throw new Error('wrong number of names')
      },
    }),
    await measure({
      work: 'find() over 100,000 keys',
      limit: 'reading and parsing dirdict.json',
      reach: 1.2,
      rounds: 3,
      operations: 1,
      async ours() {
        if ((await db.find({ dumper: 'text' })).length !== 0) throw new Error('found what is not there')
      },
      theirs() {
        for (const name of readdirSync(path)) {
          if (name.startsWith('k')) JSON.parse(readFileSync(`${path}/${name}/dirdict.json`, 'utf8'))
        }
      },
    }),
  ]
  rmSync(path, { recursive: true })
  return rows
}

/** Copies the one entry by plain writes, 20 times faster than by 100,000 sets. */
function multiply(path: string): void {
  const files = readdirSync(`${path}/sample`).map(
    name => [name, readFileSync(`${path}/sample/${name}`)] as const,
  )
  for (let i = 0; i < KEYS; i++) {
    mkdirSync(`${path}/k${i}`)
    for (const [name, data] of files) writeFileSync(`${path}/k${i}/${name}`, data)
  }
}
