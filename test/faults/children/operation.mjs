/**
 * One operation on one database, for a tracer to cut off: warms up elsewhere, says "ready", waits for a line on
 * stdin, runs, says what came of it. Its arguments are the operation, the
 * directory and the durability; it is imported by `node -e`, so that no script and so no git is asked for provenance.
 */
import { once } from 'node:events'
import { cpSync, existsSync, rmSync, writeSync } from 'node:fs'
import { DataBase, isDirdictError, partitions, shared } from '../../../dist/src/index.js'
import { pieces } from './pieces.mjs'
import { questions } from './questions.mjs'
import { rowsNamed } from './rows.mjs'
import { tableNamed } from './tables.mjs'

const [operation, directory, durability] = process.argv.slice(1)
const options = { durability, dumpers: [pieces] }

const operations = {
  'fresh set': db => db.set('key', 2, pieces),
  overwrite: db => db.set('key', 2, pieces),
  delete: db => db.delete('key'),
  rename: db => db.rename('key', 'moved'),
  annotate: db => db.annotate('key', { tags: ['later'] }),
  'annotate of Python': db => db.annotate('array', { tags: ['later'] }),
  'nested set': db => db.set('a/b/key', 2, pieces),
  sub: db => db.sub('a/b/c', { create: true }),
  createFolder: db => db.createFolder('a/files'),
  'delete of nested': db => db.delete('nest'),
  'rename of nested': db => db.rename('nest', 'moved'),
  update: db => db.update('key', version => version + 1, pieces),
  maybeCalculate: db => db.maybeCalculate('key', () => 2, pieces),
  batch: db =>
    db.batch(async batch => {
      for (const key of ['one', 'two', 'three']) await batch.set(key, 2, pieces)
    }),
  copy: db => db.copy('key', db, 'copied'),
  'copy onto a key': db => db.copy('key', db, 'target', { overwrite: true }),
  'copy of nested': db => db.copy('nest', db, 'copied'),
  partitions: storeTable,
  'partitions onto a key': storeTable,
  'append of shared': async db => (await db.get('rows', shared)).append('rows', rowsNamed(2)),
  'save of shared': async db => (await db.get('rows', shared)).save('rows', rowsNamed(1, 2)),
  create: () => {},
  open: () => {},
  remove: db => db.remove(),
}

function storeTable(db) {
  return db.set('table', tableNamed(2), partitions, { partitionSize: 4000 })
}

async function repair(db) {
  for (const { action, detail } of await db.repair()) if (action === 'reported') say('reported', detail)
}

async function ask(db) {
  const answer = await questions[operation](db)
  say('answer', JSON.stringify(answer))
}

const opens = operation === 'create' || operation === 'open'
const act = operation.startsWith('repair') ? repair : (operations[operation] ?? ask)

/** Everything that happens once in a process happens here: modules, provenance, threads. */
async function warmUp() {
  const path = `${directory}.warm`
  if (existsSync(directory)) cpSync(directory, path, { recursive: true })
  const db = await DataBase.open(path, options)
  await act(db)
  await db.close()
  rmSync(path, { recursive: true, force: true })
}

process.on('warning', warning => say('warning', String(warning)))

await warmUp()
let db = opens ? undefined : await DataBase.open(directory, options)
say('ready')
await once(process.stdin, 'data')
process.stdin.destroy()
try {
  db ??= await DataBase.open(directory, options)
  await act(db)
  say('acknowledged')
} catch (error) {
  say('failed', isDirdictError(error) ? error.code : 'NOT OURS', String(error.stack))
}
try {
  await db?.close()
} catch (error) {
  say('close failed', String(error.stack))
}
// Left to end by itself, it proves that nothing keeps it alive.
say('closed')

function say(...words) {
  writeSync(1, `${JSON.stringify(words)}\n`)
}
