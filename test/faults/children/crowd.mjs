/**
 * More calls at the same time than the process may open files: `sh -c 'ulimit -n 256; exec node crowd.mjs DIRECTORY'`.
 * Prints how many of each kind failed, with the first failure, and the descriptors that are open before and after.
 */
import { readdirSync } from 'node:fs'
import { DataBase, zarr } from '../../../dist/src/index.js'

const CALLS = 10_000
const WRITES = 1_000
const [directory] = process.argv.slice(2)
/** A value made of others: its reads are inside of its own read. */
const list = {
  name: 'list',
  check: Array.isArray,
  dump: (keys, folder) => folder.writeJson('keys', keys),
  load: async folder => Promise.all((await folder.readJson('keys')).map(key => db.get(key))),
}
const db = await DataBase.open(directory, { durability: 'relaxed', dumpers: [list] })
const numbers = new Float64Array(40_000).fill(1)
await db.set('small', { n: 1 })
await db.set('array', numbers.subarray(0, 17_000))
await db.set('chunks', numbers.subarray(0, 2_000), zarr, { chunks: [500] })
await db.set('list', ['small', 'array', 'chunks'], list)
await db.set('nested/below/small', 1)
await db.set('nested/below/array', numbers)

const before = readdirSync('/proc/self/fd').length
const outcomes = {}
await all('get of a small value', CALLS, () => db.get('small'))
await all('get of an array', CALLS, async () => (await db.get('array')).data[0])
await all('get of chunks', WRITES, async () => (await db.get('chunks')).data[0])
await all('get of values inside a value', WRITES, () => db.get('list'))
await all('metadata', CALLS, () => db.metadata('array'))
await all('set', WRITES, i => db.set(`set-${i}`, numbers))
await all('replacement', WRITES, i => db.set(`set-${i}`, numbers))
await all('durable set', WRITES, i => db.set(`set-${i}`, i, { durability: 'full' }))
await all('copy of a nested database', 300, i => db.copy('nested', db, `copy-${i}`))
await db.close()
console.log(JSON.stringify({ outcomes, before, after: readdirSync('/proc/self/fd').length }))

async function all(kind, count, call) {
  const settled = await Promise.allSettled(Array.from({ length: count }, (_, i) => call(i)))
  const failed = settled.filter(({ status }) => status === 'rejected')
  outcomes[kind] = failed.length === 0 ? 'none failed' : `${failed.length} failed: ${failed[0].reason}`
}
