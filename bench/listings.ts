/**
 * Listings and searches over 100,000 keys: `keys()` against reading the directory, `find()` by records against reading
 * them, and by its index against itself without one.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { DataBase } from 'dirdict'
import { measure, type Row } from './measure.js'

const KEYS = 100_000
const SERVICE = '.deleting.dirdict'

export async function listings(folder: string): Promise<Row[]> {
  const path = `${mkdtempSync(`${folder}/list-`)}/db`
  const db = await DataBase.open(path, { durability: 'relaxed' })
  await db.set('sample', { n: 1 }, { attributes: { gamma: 0.5 }, tags: ['pilot'] })
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
    ...(await searches(path, db)),
  ]
  rmSync(path, { recursive: true })
  return rows
}

async function searches(path: string, db: DataBase): Promise<Row[]> {
  // It makes no index: what it does not find there, it reads.
  const reader = await DataBase.open(path, { readonly: true })
  const scan = async (): Promise<void> => {
    dropIndex(path)
    await findNothing(reader)
  }
  return [
    await measure({
      work: 'find() by scan of 100,000 keys',
      limit: 'reading and parsing dirdict.json',
      reach: 1.2,
      rounds: 3,
      operations: 1,
      ours: scan,
      theirs() {
        for (const name of readdirSync(path)) {
          if (name.startsWith('k')) JSON.parse(readFileSync(`${path}/${name}/dirdict.json`, 'utf8'))
        }
      },
    }),
    await measure({
      work: 'find() by scan that leaves an index',
      limit: 'find() by scan',
      rounds: 3,
      operations: 1,
      before: () => dropIndex(path),
      ours: () => findNothing(db),
      theirs: scan,
    }),
    await measure({
      work: 'find() by index of 100,000 keys',
      limit: 'find() by scan',
      reach: 0.1,
      rounds: 5,
      operations: 1,
      async before(side) {
        if (side === 'ours') await makeIndex(path, db)
      },
      ours: () => findNothing(db),
      theirs: scan,
    }),
    await measure({
      work: 'find() after one more set',
      limit: 'find() by scan',
      rounds: 5,
      operations: 1,
      async before(side, round) {
        if (side !== 'ours') return
        await makeIndex(path, db)
        await db.set('sample', { n: round })
      },
      ours: () => findNothing(db),
      theirs: scan,
    }),
  ]
}

async function findNothing(db: DataBase): Promise<void> {
  if ((await db.find({ dumper: 'text' })).length !== 0) throw new Error('found what is not there')
}

/** The index of a directory that nobody has changed for a while. */
async function makeIndex(path: string, db: DataBase): Promise<void> {
  const longAgo = Date.now() / 1000 - 60
  utimesSync(path, longAgo, longAgo)
  dropIndex(path)
  await findNothing(db)
}

function dropIndex(path: string): void {
  for (const name of readdirSync(`${path}/${SERVICE}`)) {
    if (name.startsWith('index')) rmSync(`${path}/${SERVICE}/${name}`)
  }
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
