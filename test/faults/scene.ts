/**
 * What an operation of `children/operation.mjs` starts from and may end in, and what a database has to be like after a
 * fault: whole values, nothing of ours among the keys, nothing left over.
 */
import { readdirSync, rmSync } from 'node:fs'
import {
  array,
  DataBase,
  type Durability,
  type Entry,
  isDirdictError,
  ndarray,
  partitions,
  shared,
} from '../../src/index.js'
import { pieces } from './children/pieces.mjs'
import { numbersOf, rowsNamed } from './children/rows.mjs'
import { tableNamed, versionOf } from './children/tables.mjs'

export interface Scene {
  readonly operation: string
  /** The states it may leave: the old one, those between where it promises no more, the new one last. */
  readonly states: readonly string[]
  /** A key that has to be writable afterwards. */
  readonly writable: string
  /** What is stored before, where that is not the old state. */
  readonly before?: string
  /** What is done to the files of the database before the operation. */
  readonly wreck?: (directory: string) => void
}

export function openScene(directory: string, durability: Durability = 'relaxed'): Promise<DataBase> {
  return DataBase.open(directory, { durability, dumpers: [pieces] })
}

export async function prepare(scene: Scene, directory: string): Promise<void> {
  if (scene.operation === 'create') return
  const db = await openScene(directory)
  for (const word of (scene.before ?? scene.states[0]!).split(' ')) {
    const [key = '', version] = word.split('=')
    if (version !== undefined) await store(db, key, Number(version))
  }
  await db.close()
  scene.wreck?.(directory)
}

/** The name of a key says which dumper is to write it. */
async function store(db: DataBase, key: string, version: number): Promise<void> {
  if (key === 'rows') await db.set(key, { rows: rowsNamed(version) }, shared)
  else if (key === 'table') await db.set(key, tableNamed(version), partitions, { partitionSize: 4000 })
  else if (key === 'array') await storeAsPython(db, key, version)
  else await db.set(key, version, pieces)
}

/** ISF leaves no record of ours. */
async function storeAsPython(db: DataBase, key: string, version: number): Promise<void> {
  await db.set(key, array(new Float64Array([version])), ndarray)
  rmSync(`${db.path(key)}/dirdict.json`)
}

/** Every value, read whole, as `key=version` and its tags, a nested database as `key/`, sorted. */
export async function observe(db: DataBase): Promise<string> {
  const found: string[] = []
  for (const entry of await db.entries({ recurse: true })) {
    if (entry.dumper === 'subdb') found.push(`${entry.key}/`)
    else found.push(`${entry.key}=${await seen(db, entry)}`)
  }
  return found.join(' ')
}

async function seen(db: DataBase, entry: Entry): Promise<string> {
  try {
    const { tags } = await entry.metadata()
    return [await shown(db, entry), ...tags].join(' ')
  } catch (error) {
    if (isDirdictError(error, 'CORRUPT_ENTRY')) return error.code
    throw error
  }
}

async function shown(db: DataBase, entry: Entry): Promise<string> {
  switch (entry.dumper) {
    case 'shared':
      return rowsIn(db, entry.key)
    case 'partitions':
      return String(await versionOf(await entry.get(partitions)))
    case 'ndarray':
      return String((await entry.get(ndarray)).data[0])
    case 'folder':
      return 'folder'
    default:
      return String(await entry.get(pieces))
  }
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
  if (scene.writable === 'rows') return appendAgain(db, scene.writable)
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
