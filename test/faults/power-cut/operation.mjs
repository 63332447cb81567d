/**
 * One operation on one database, for strace to record: opens the database, says "ready", waits for a line on stdin,
 * runs, says "acknowledged" whenever something was, closes. Its arguments are the operation, the directory and the
 * durability; it is imported by `node -e`, so that no script and so no git is asked for provenance.
 */
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { DataBase, ndarray, partitions, shared, zarr } from '../../../dist/src/index.js'
import { pieces } from '../children/pieces.mjs'
import { arrayOf, imageOf, partsOf, rowOf, rowsOf } from './values.mjs'

const [operation, directory, durability] = process.argv.slice(1)
const options = { durability, dumpers: [pieces], history: false }
/** Longer than what was replaced waits in the trash. */
const TRASH_IS_EMPTY_MS = 150

const operations = {
  'fresh set': db => db.set('key', 2, pieces),
  overwrite: db => db.set('key', 2, pieces),
  async overwrites(db) {
    for (let version = 2; version <= 4; version++) {
      await db.set('key', version, pieces)
      if (version < 4) say('acknowledged')
      if (version === 3) await pause(TRASH_IS_EMPTY_MS)
    }
  },
  delete: db => db.delete('key'),
  'delete and set': async db => {
    await db.delete('key')
    say('acknowledged')
    await db.set('key', 2, pieces)
  },
  rename: db => db.rename('key', 'moved'),
  copy: db => db.copy('key', db, 'copied'),
  annotate: db => db.annotate('key', { tags: ['later'] }),
  'set and annotate': async db => {
    await db.set('key', 2, pieces)
    say('acknowledged')
    await db.annotate('key', { tags: ['later'] })
  },
  update: db => db.update('key', version => version + 1, pieces),
  'nested set': db => db.set('a/b/c/key', 2, pieces),
  'delete of a nested database': db => db.delete('a'),
  'create folder': db => db.createFolder('folder'),
  batch: db =>
    db.batch(async batch => {
      for (const key of ['one', 'two', 'new', 'a/key']) await batch.set(key, 2, pieces)
    }),
  'fresh shared': db => db.set('rows', { rows: rowsOf(1) }, shared),
  'append of shared': async db => (await db.get('rows', shared)).append('rows', rowOf(2)),
  'save of shared': async db => (await db.get('rows', shared)).save('rows', rowsOf(2)),
  'save of shared, same shape': async db => (await db.get('rows', shared)).save('rows', rowOf(2)),
  partitions: db => db.set('parts', partsOf(2), partitions),
  zarr: db => db.set('image', imageOf(2), zarr, { chunks: [8, 8] }),
  'zarr again': db => db.set('image', imageOf(2), zarr, { chunks: [8, 8] }),
  'large ndarray': db => db.set('array', arrayOf(2), ndarray),
  repair: db => db.repair(),
}

let db = operation === 'create' ? undefined : await DataBase.open(directory, options)
say('ready')
await once(process.stdin, 'data')
process.stdin.destroy()
if (db === undefined) db = await DataBase.open(directory, options)
else await operations[operation](db)
say('acknowledged')
// What was replaced is removed in the background, and what still is not when the database is closed.
await pause(TRASH_IS_EMPTY_MS)
await db.close()

function say(word) {
  writeSync(1, `${word}\n`)
}
