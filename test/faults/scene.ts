/**
 * What each operation of `children/operation.mjs` starts from and may end in, and what a database has to be like
 * after a fault: whole values, nothing of ours among the keys, nothing left over.
 */
import { readdirSync } from 'node:fs'
import { DataBase, type Durability, shared } from '../../src/index.js'
import { pieces } from './children/pieces.mjs'
import { numbersOf, rowsNamed } from './children/rows.mjs'

export interface Scene {
  readonly operation: string
  /** Keys that hold version 1 before the operation. */
  readonly before: readonly string[]
  /** The states it may leave: the old one, those between where it promises no more, the new one last. */
  readonly states: readonly string[]
  /** A key that has to be writable afterwards. */
  readonly writable: string
}

export const SCENES: readonly Scene[] = [
  { operation: 'fresh set', before: [], states: ['', 'key=2'], writable: 'key' },
  { operation: 'overwrite', before: ['key'], states: ['key=1', 'key=2'], writable: 'key' },
  { operation: 'delete', before: ['key'], states: ['key=1', ''], writable: 'key' },
  { operation: 'rename', before: ['key'], states: ['key=1', 'moved=1'], writable: 'moved' },
  { operation: 'annotate', before: ['key'], states: ['key=1', 'key=1 later'], writable: 'key' },
  { operation: 'nested set', before: [], states: ['', 'a/b/key=2'], writable: 'a/b/key' },
  { operation: 'update', before: ['key'], states: ['key=1', 'key=2'], writable: 'key' },
  {
    operation: 'batch',
    before: ['one', 'two', 'three'],
    states: ['one=1 three=1 two=1', 'one=2 three=1 two=1', 'one=2 three=1 two=2', 'one=2 three=2 two=2'],
    writable: 'three',
  },
  { operation: 'append of shared', before: [], states: ['rows=1', 'rows=1,2'], writable: 'rows' },
  { operation: 'save of shared', before: [], states: ['rows=1', 'rows=1,2'], writable: 'rows' },
  { operation: 'create', before: [], states: [''], writable: 'key' },
]

export function openScene(directory: string, durability: Durability = 'relaxed'): Promise<DataBase> {
  return DataBase.open(directory, { durability, dumpers: [pieces] })
}

export async function prepare(scene: Scene, directory: string): Promise<void> {
  if (scene.operation === 'create') return
  const db = await openScene(directory)
  for (const key of scene.before) await db.set(key, 1, pieces)
  if (scene.operation.endsWith('shared')) await db.set('rows', { rows: rowsNamed(1) }, shared)
  await db.close()
}

/** Every value, read whole, as `key=version` and its tags, sorted. */
export async function observe(db: DataBase): Promise<string> {
  const found: string[] = []
  for (const entry of await db.entries({ recurse: true })) {
    if (entry.dumper === 'subdb') continue
    if (entry.dumper === 'shared') {
      found.push(`${entry.key}=${await rowsIn(db, entry.key)}`)
      continue
    }
    const { tags } = await entry.metadata()
    found.push([`${entry.key}=${await entry.get(pieces)}`, ...tags].join(' '))
  }
  return found.join(' ')
}

/** What lies in the database directory and is neither a key nor db_state.json. */
export function strays(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter(item => item.name !== '.deleting.dirdict' && item.name !== 'db_state.json')
    .filter(item => item.name.startsWith('.') || !item.isDirectory())
    .map(item => item.name)
}

/** What lies in the service directories of a database and of those nested in it; stamps may. */
export function leftovers(directory: string): string[] {
  const service = `${directory}/.deleting.dirdict`
  const found: string[] = []
  for (const part of ['work', 'locks', 'ready', 'trash']) {
    for (const name of namesIn(`${service}/${part}`)) {
      found.push(`${part}/${name}: ${namesIn(`${service}/${part}/${name}`).join(' ')}`)
    }
  }
  for (const key of namesIn(directory)) {
    if (namesIn(`${directory}/${key}/db`).length > 0) found.push(...leftovers(`${directory}/${key}/db`))
  }
  return found
}

/** The writable key takes a value at once, whatever state the fault left. */
export async function writeAgain(db: DataBase, scene: Scene): Promise<void> {
  if (scene.operation.endsWith('shared')) return appendAgain(db, scene.writable)
  await db.set(scene.writable, 9, pieces, { timeout: 20_000 })
  const read = await db.get(scene.writable, pieces)
  if (read !== 9) throw new Error(`wrote 9 to ${scene.writable}, read ${read}`)
}

async function appendAgain(db: DataBase, key: string): Promise<void> {
  const before = await rowsIn(db, key)
  const store = await db.get(key, shared)
  await store.append('rows', rowsNamed(9), { timeout: 20_000 })
  const read = await rowsIn(db, key)
  if (read !== `${before},9`) throw new Error(`appended 9 to ${before}, read ${read}`)
  const files = readdirSync(store.path).filter(name => name.includes('__'))
  if (files.length !== 1) throw new Error(`left over beside the array: ${files}`)
}

async function rowsIn(db: DataBase, key: string): Promise<string> {
  const store = await db.get(key, shared)
  return String(numbersOf(await store.load('rows')))
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
