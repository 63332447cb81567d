// Every public operation on a database whose key `k` somebody has tampered with. What changes something gets a database
// of its own: `make` gives a fresh one.
import { existsSync } from 'node:fs'
import { inspect } from 'node:util'

/** Whoever holds a lock is waited for; not for ever. */
const WAIT = { timeout: 500 }
const OVER = { overwrite: true, ...WAIT }

/** Operations that write nothing. */
export const READING = {
  keys: ({ db }) => db.keys(),
  'keys, recursive': ({ db }) => db.keys({ recurse: true }),
  entries: async ({ db }) => {
    for await (const [, entry] of db) await Promise.allSettled([entry.metadata(), entry.files()])
  },
  get: ({ db }) => db.get('k'),
  getOr: ({ db }) => db.getOr('k', 'nothing'),
  'get of an array': ({ db }) => db.get('z'),
  'get of a nested key': ({ db }) => db.get('sub/inner'),
  'get of an absent key': ({ db }) => db.getOr('absent', 'nothing'),
  has: ({ db }) => db.has('k'),
  metadata: ({ db }) => db.metadata('k'),
  find: ({ db }) => db.find({ dumper: 'json' }),
  'find with attributes': ({ db }) => db.find({ attributes: { a: 1 } }),
  tree: ({ db }) => db.tree(),
  inspect: ({ db }) => inspect(db),
  html: ({ db }) => db._toHtml(),
  'html of an entry': async ({ db }) => {
    for await (const [, entry] of db) entry._toHtml()
  },
  sub: ({ db }) => db.sub('sub'),
  verify: ({ db }) => db.verify(),
  doctor: ({ db, dirdict }) => dirdict.doctor(db.directory),
}

/** Operations that change something. */
export const WRITING = {
  set: ({ db }) => db.set('k', 'new', WAIT),
  'set without overwriting': ({ db }) => db.set('k', 'new', { overwrite: false, ...WAIT }),
  'set of another key': ({ db }) => db.set('other', 'new', WAIT),
  'set of a nested key': ({ db }) => db.set('sub/other', 'new', WAIT),
  delete: ({ db }) => db.delete('k', WAIT),
  'delete of a nested database': ({ db }) => db.delete('sub', WAIT),
  'rename from it': ({ db }) => db.rename('k', 'elsewhere', WAIT),
  'rename to it': ({ db }) => db.rename('z', 'k', WAIT),
  copy: ({ db, other }) => db.copy('k', other, 'copied', OVER),
  'copy of an array': ({ db, other }) => db.copy('z', other, 'copied', OVER),
  'copy of a nested database': ({ db, other }) => db.copy('sub', other, 'database', OVER),
  'copy onto it': ({ db }) => db.copy('z', db, 'k', OVER),
  update: ({ db }) => db.update('k', () => 'new', WAIT),
  annotate: ({ db }) => db.annotate('k', { note: 'new' }, WAIT),
  append: async ({ db, dirdict: { array, shared } }) =>
    (await db.get('s', shared)).append('voltage', array(new Float64Array(2), [1, 2])),
  batch: ({ db }) => db.batch(async batch => void (await batch.set('k', 'new'))),
  maybeCalculate: ({ db }) => db.maybeCalculate('k', () => 'new', { force: true, ...WAIT }),
  'sub to be made': ({ db }) => db.sub('k', { create: true }),
  createFolder: ({ db }) => db.createFolder('k'),
  repair: ({ db }) => db.repair(),
  remove: ({ db }) => db.remove(),
}

/** The outcome of each operation: `ok`, the code of the error, or what was thrown that should not be. */
export async function run(dirdict, operations, { make, other, readonly }) {
  const outcomes = {}
  for (const [name, operation] of Object.entries(operations)) {
    const path = make()
    const started = performance.now()
    mark('begin')
    let outcome = await outcomeOf(dirdict, async () => {
      const db = await dirdict.DataBase.open(path, { readonly, durability: 'relaxed', create: false })
      try {
        await operation({ db, other, dirdict })
      } finally {
        await db.close()
      }
    })
    mark('end')
    if (performance.now() - started > 20_000) outcome = `took ${performance.now() - started} ms`
    outcomes[name] = outcome
  }
  return outcomes
}

/** Shows in a log of system calls what belongs to an operation, and what to its surroundings. */
function mark(word) {
  existsSync(`/${word} of an operation`)
}

async function outcomeOf({ isDirdictError }, work) {
  try {
    await work()
    return 'ok'
  } catch (error) {
    return isDirdictError(error) ? error.code : `raw ${error?.stack ?? error}`
  }
}
