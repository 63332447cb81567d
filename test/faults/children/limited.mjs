/**
 * Work for a process at its limits: says how often it ended rightly, and how often with which code. Its arguments are the
 * work, the directory and the limit, as prlimit(1) takes it.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { bytes, DataBase, isDirdictError, ndarray, restoreState, shared } from '../../../dist/src/index.js'

const KEYS = 500
const [work, directory, limit] = process.argv.slice(1)
const said = {}

/** The kernel tells a process of a file at its limit by a signal; Node.js would end. */
process.on('SIGXFSZ', () => {})

const works = {
  async crowd(db) {
    const names = Array.from({ length: KEYS }, (_, i) => `key${i}`)
    for (let round = 1; round <= 2; round++) {
      const writes = names.map((name, i) => count(() => db.set(name, filled(i, round), bytes)))
      const reads = names.map((name, i) => count(() => read(db, name, i)))
      await Promise.all([...writes, ...reads])
    }
    for (const [i, name] of names.entries()) await count(() => read(db, name, i))
  },
  small: db => count(() => db.set('key', new Uint8Array(100_000).fill(1), bytes)),
  large: db => count(() => db.set('key', new Float64Array(2 ** 20), ndarray)),
  async rows(db) {
    const store = await db.get('rows', shared)
    await count(() => store.append('rows', new Float64Array(100_000)))
    const rows = await store.load('rows')
    if (rows.shape[0] !== 100_000) throw new Error(`${rows.shape[0]} rows`)
  },
  /** What is asked of handles, and of the database, while no further file can be opened. */
  async exhausted(db) {
    const store = await db.get('rows', shared)
    const folder = await db.createFolder('folder')
    const taken = []
    try {
      for (;;) taken.push(openSync('/dev/null'))
    } catch (error) {
      if (error.code !== 'EMFILE') throw error
    }
    await count(() => store.names())
    await count(() => store.load('rows'))
    await count(() => store.append('rows', new Float64Array(1)))
    await count(() => folder.names())
    await count(() => folder.write('file', 'text'))
    await count(() => db.find({ dumper: 'shared' }))
    await count(() => db.tree())
    await count(() => db.getOr('absent', undefined))
    await count(() => restoreState(directory))
    for (const fd of taken) closeSync(fd)
    const rows = await store.load('rows')
    if (rows.shape[0] !== 100_000) throw new Error(`${rows.shape[0]} rows`)
  },
}

/** One file of a hundred bytes, or of several chunks, by turns. */
function filled(i, round) {
  return new Uint8Array(i % 5 === 0 ? 300_000 : 100).fill((i + round) % 251)
}

/** Of the rounds, or not there yet. */
async function read(db, name, i) {
  const found = await db.getOr(name, undefined, bytes)
  if (found === undefined) return
  const isRight = [1, 2].some(round => Buffer.compare(found, filled(i, round)) === 0)
  if (!isRight) throw new Error(`${name} holds ${found.length} bytes of ${found[0]}`)
}

async function count(action) {
  try {
    await action()
    said.right = (said.right ?? 0) + 1
  } catch (error) {
    const code = isDirdictError(error) ? error.code : String(error.stack)
    said[code] = (said[code] ?? 0) + 1
  }
}

const db = await DataBase.open(directory, { durability: 'relaxed' })
if (work !== 'crowd') {
  await db.set('key', new Float64Array([1, 2, 3]), ndarray)
  await db.set('rows', { rows: new Float64Array(100_000) }, shared)
}
// Only now: loading the modules takes more descriptors than that.
execFileSync('prlimit', ['--pid', String(process.pid), limit])
await works[work](db)
await db.close()
console.log(JSON.stringify(said))
