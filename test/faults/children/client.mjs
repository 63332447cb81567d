/**
 * A process that does to one database what its parent asks for by messages (see `client.ts`), so that tests can
 * order what several processes do by handshakes instead of by time.
 */
import { readdirSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { DataBase, doctor, isDirdictError } from '../../../dist/src/index.js'
import { pieces } from './pieces.mjs'

let db
const waiting = new Map()
let stopped = false

const calls = {
  async open(directory, options) {
    db = await DataBase.open(directory, { durability: 'relaxed', dumpers: [pieces], ...options })
    return db.id
  },
  ping: () => 'here',
  set: (key, value, options) => db.set(key, value, options),
  setPieces: (key, version, options) => db.set(key, version, pieces, options),
  get: key => db.get(key),
  keys: options => db.keys(options),
  entries: async options => (await db.entries(options)).map(({ key, dumper }) => `${key} ${dumper}`),
  find: async query => (await db.find(query)).map(({ key }) => key),
  tree: () => db.tree(),
  verify: () => db.verify(),
  repair: () => db.repair(),
  doctor: () => doctor(db.directory),
  copy: (from, to) => db.copy(from, db, to),
  delete: key => db.delete(key),
  rename: (from, to) => db.rename(from, to),
  close: () => db.close(),
  async add(key, times) {
    for (let i = 0; i < times; i++) await db.update(key, (count = 0) => count + 1)
  },
  /** An update that lasts until the parent says "go on". */
  hold: (key, value) =>
    db.update(key, async () => {
      await handshake('holding')
      return value
    }),
  calculate: (key, value) =>
    db.maybeCalculate(key, async () => {
      await handshake('calculating')
      if (value === 'fail') throw new RangeError('no such sum')
      return value
    }),
  /** Fresh keys, replacements, renames, deletions: everything that moves directories about. */
  async churn(mine, rounds) {
    for (let i = 0; i < rounds; i++) {
      await db.set(mine, i, pieces)
      await db.set('shared', i, pieces)
      await db.set(mine, i + 1, pieces)
      await db.rename(mine, `${mine}-moved`)
      await db.set(`${mine}-nested/below`, i, pieces)
      await db.delete(`${mine}-moved`)
      await db.delete(`${mine}-nested`)
    }
  },
  async readOften(key, rounds) {
    const seen = []
    for (let i = 0; i < rounds; i++) {
      seen.push(await db.get(key, pieces))
      if (!(await db.keys()).includes(key)) throw new Error(`${key} was not listed`)
    }
    return seen.length
  },
  /** Every name that readdir shows until the parent says "stop". */
  async watch(directory) {
    const names = new Set()
    let rounds = 0
    for (; !stopped; rounds++) {
      for (const name of readdirSync(directory)) names.add(name)
      if (rounds % 20 === 0) await nextTurn()
    }
    return { names: [...names], rounds }
  },
  /** Writes new keys into a nested database until that is refused; tells which were acknowledged. */
  async writeBelow(name, prefix) {
    const nested = await db.sub(name)
    const acknowledged = []
    for (let i = 0; ; i++) {
      try {
        await nested.set(`${prefix}${i}`, i, pieces)
      } catch (error) {
        return { acknowledged, code: isDirdictError(error) ? error.code : String(error.stack) }
      }
      acknowledged.push(`${prefix}${i}`)
      if (i === 5) process.send({ event: 'writing' })
    }
  },
}

function handshake(event) {
  process.send({ event })
  return new Promise(resolve => waiting.set('go on', resolve))
}

process.on('message', async ({ id, call, args }) => {
  if (call === 'go on') return waiting.get('go on')()
  if (call === 'stop') {
    stopped = true
    return
  }
  try {
    process.send({ id, result: await calls[call](...args) })
  } catch (error) {
    const code = isDirdictError(error) ? error.code : undefined
    process.send({ id, failure: { code, name: error.name, message: error.message, stack: error.stack } })
  }
})
