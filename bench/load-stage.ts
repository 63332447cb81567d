/**
 * One stage of the question `load` in a process of its own, which prints its seconds and its memory:
 * `node load-stage.js STAGE DIRECTORY KEYS`.
 */
import { DataBase, doctor } from 'dirdict'

/** What a stage prints as JSON. */
export interface LoadStage {
  readonly seconds: number
  /** Peak of the resident set, without what the process had when the work began. */
  readonly mebibytes: number
  /** How many keys the work went through. */
  readonly keys: number
}

/** Calls of `get`, `set` and `has` in one stage. */
const CALLS = 2_000

interface Work {
  readonly writes?: true
  run(db: DataBase, keys: number): Promise<number>
}

/** Each gives the number of keys that it went through. */
const works: Readonly<Record<string, Work>> = {
  open: { run: async () => 1 },
  keys: { run: async db => (await db.keys()).length },
  'keys recurse': { run: async db => (await db.keys({ recurse: true })).length },
  get: {
    async run(db, keys) {
      for (let i = 0; i < CALLS; i++) await db.getOr(`k${(i * 7919) % keys}`, undefined)
      return CALLS
    },
  },
  set: {
    writes: true,
    async run(db) {
      for (let i = 0; i < CALLS; i++) await db.set(`set-${i}`, i)
      return CALLS
    },
  },
  find: {
    async run(db) {
      let found = 0
      for await (const _ of db.find({ tags: ['pilot'] })) found++
      return found
    },
  },
  'find, leaving an index': { writes: true, run: (db, keys) => works.find!.run(db, keys) },
  tree: { run: async (db, keys) => (await db.tree()).length && keys },
  verify: { run: async db => (await db.verify()).checked },
  repair: { writes: true, run: async (db, keys) => (await db.repair()).length && keys },
  doctor: { run: async db => (await doctor(db.directory)).census.keys },
}

async function main([stage = '', directory = '', count]: readonly string[]): Promise<void> {
  const work = works[stage]
  if (work === undefined) throw new Error(`There is no stage ${stage}.`)
  const before = process.memoryUsage.rss()
  const start = performance.now()
  const db = await DataBase.open(directory, { readonly: !work.writes, durability: 'relaxed' })
  const keys = await work.run(db, Number(count))
  await db.close()
  const seconds = (performance.now() - start) / 1000
  const mebibytes = (process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20
  const told: LoadStage = { seconds, mebibytes, keys }
  process.stdout.write(JSON.stringify(told))
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
