/**
 * One operation on one database, for a tracer to cut off: warms up elsewhere, says "ready", waits for a line on
 * stdin, runs, says what came of it. Its arguments are the operation, the
 * directory and the durability; it is imported by `node -e`, so that no script and so no git is asked for provenance.
 */
import { once } from 'node:events'
import { rmSync, writeSync } from 'node:fs'
import { DataBase, isDirdictError, shared } from '../../../dist/src/index.js'
import { pieces } from './pieces.mjs'
import { rowsNamed } from './rows.mjs'

const [operation, directory, durability] = process.argv.slice(1)
const options = { durability, dumpers: [pieces] }

const operations = {
  'fresh set': db => db.set('key', 2, pieces),
  overwrite: db => db.set('key', 2, pieces),
  delete: db => db.delete('key'),
  rename: db => db.rename('key', 'moved'),
  annotate: db => db.annotate('key', { tags: ['later'] }),
  'nested set': db => db.set('a/b/key', 2, pieces),
  update: db => db.update('key', version => version + 1, pieces),
  batch: db =>
    db.batch(async batch => {
      for (const key of ['one', 'two', 'three']) await batch.set(key, 2, pieces)
    }),
  'append of shared': async db => (await db.get('rows', shared)).append('rows', rowsNamed(2)),
  'save of shared': async db => (await db.get('rows', shared)).save('rows', rowsNamed(1, 2)),
}

/** Everything that happens once in a process happens here: modules, provenance, threads. */
async function warmUp() {
  const path = `${directory}.warm`
  const db = await DataBase.open(path, options)
  for (const name of Object.keys(operations)) {
    await db.set('key', 1, pieces)
    await db.set('rows', { rows: rowsNamed(1) }, shared)
    await operations[name](db)
    await db.delete('moved')
  }
  await db.close()
  rmSync(path, { recursive: true })
}

process.on('warning', warning => say('warning', String(warning)))

await warmUp()
let db = operation === 'create' ? undefined : await DataBase.open(directory, options)
say('ready')
await once(process.stdin, 'data')
process.stdin.destroy()
try {
  if (db === undefined) db = await DataBase.open(directory, options)
  else await operations[operation](db)
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
