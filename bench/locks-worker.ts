/**
 * One of the processes of `locks.ts`: takes a lock as often as it is asked to, ours or that of proper-lockfile.
 */
import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { DataBase, isDirdictError } from 'dirdict'
import lockfile from 'proper-lockfile'
import { DatabaseDirectory } from '../src/entry/database-directory.js'
import { acquireFileLock } from '../src/locks/file.js'

/** What a process is asked to do. */
export interface Order {
  readonly side: 'ours' | 'theirs'
  readonly work: 'lock' | 'set'
  readonly key: string
  readonly times: number
}

/** What it says then. */
export interface Report {
  /** How often another process held the lock, too. */
  readonly doubles: number
}

/** The default waits a second before the first retry; a list of all waits is made for each lock, so that it must not be long. */
const RETRIES = { retries: 1000, minTimeout: 1, maxTimeout: 20, randomize: true }

const [path = ''] = process.argv.slice(2)
const bare = new DatabaseDirectory(path)
const database = DataBase.open(`${path}/db`, { durability: 'relaxed' })
let doubles = 0
let counter = 0

const works = {
  ours: {
    async lock(key: string): Promise<void> {
      const lock = await acquireFileLock(bare, key)
      lookAround(`${path}/ours-${key}`)
      await lock.release()
    },
    async set(key: string): Promise<void> {
      await (await database).set(key, counter++)
    },
  },
  theirs: {
    lock: (key: string): Promise<void> => underTheirs(key, () => lookAround(`${path}/theirs-${key}`)),
    set: (key: string): Promise<void> => underTheirs(key, () => replaceTiny(`${path}/tiny-${key}`)),
  },
}

async function underTheirs(key: string, action: () => void): Promise<void> {
  const release = await lockfile.lock(`${path}/${key}`, { realpath: false, retries: RETRIES })
  action()
  await release()
}

/** Nobody else makes this directory while we are inside. */
function lookAround(inside: string): void {
  try {
    mkdirSync(inside)
    rmdirSync(inside)
  } catch (error) {
    if (isDirdictError(error)) throw error
    doubles++
  }
}

/** What a set of a tiny key writes, with nothing that a crash would leave readable. */
function replaceTiny(entry: string): void {
  const staged = `${entry}.${process.pid}.${counter++}`
  mkdirSync(staged)
  for (const name of ['value.json', 'Loader.json', 'metadata.json', 'dirdict.json'])
    writeFileSync(`${staged}/${name}`, `{"name": "${name}", "counter": ${counter}}`.padEnd(300))
  const old = `${staged}.old`
  try {
    renameSync(entry, old)
  } catch {
    // The first one: nothing is replaced.
  }
  renameSync(staged, entry)
  rmSync(old, { recursive: true, force: true })
}

process.on('message', async ({ side, work, key, times }: Order) => {
  for (let i = 0; i < times; i++) await works[side][work](key)
  const report: Report = { doubles }
  process.send?.(report)
})
