/**
 * What each operation of `operation.mjs` starts from, and the states that the keys it touches go through, each apart
 * from the others.
 */
import { mkdirSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { DataBase, type Durability, ndarray, partitions, shared, zarr } from '../../../src/index.js'
import { pieces } from '../children/pieces.mjs'
import { arrayOf, imageOf, partsOf, rowOf } from './values.mjs'

/** Keys that change together, and what they hold before and after each acknowledgement. */
export interface Facet {
  readonly keys: readonly string[]
  readonly states: readonly string[]
  /** Changed in place: `relaxed` promises nothing of what was written last. */
  readonly live?: true
  /** Torn from the start. */
  readonly torn?: true
}

export interface Scene {
  readonly operation: string
  /** Keys that hold version 1 before. */
  readonly before?: readonly string[]
  readonly facets: readonly Facet[]
  readonly writable: string
  prepare?(db: DataBase): Promise<void>
}

/** A process of another start, as the power cut finds it. */
const DEAD = 'deadbeef-4026531836.77.1234.77.0123456789abc'

const key = (...states: readonly string[]): Facet => ({ keys: ['key'], states })

export const SCENES: readonly Scene[] = [
  { operation: 'create', facets: [], writable: 'key' },
  { operation: 'fresh set', facets: [key('', '2')], writable: 'key' },
  { operation: 'overwrite', before: ['key'], facets: [key('1', '2')], writable: 'key' },
  { operation: 'overwrites', before: ['key'], facets: [key('1', '2', '3', '4')], writable: 'key' },
  { operation: 'delete', before: ['key'], facets: [key('1', '')], writable: 'key' },
  { operation: 'delete and set', before: ['key'], facets: [key('1', '', '2')], writable: 'key' },
  {
    operation: 'rename',
    before: ['key'],
    facets: [{ keys: ['key', 'moved'], states: ['1 ', ' 1'] }],
    writable: 'moved',
  },
  {
    operation: 'copy',
    before: ['key'],
    facets: [key('1', '1'), { keys: ['copied'], states: ['', '1'] }],
    writable: 'copied',
  },
  { operation: 'annotate', before: ['key'], facets: [key('1', '1+later')], writable: 'key' },
  { operation: 'set and annotate', before: ['key'], facets: [key('1', '2', '2+later')], writable: 'key' },
  { operation: 'update', before: ['key'], facets: [key('1', '2')], writable: 'key' },
  { operation: 'nested set', facets: [{ keys: ['a/b/c/key'], states: ['', '2'] }], writable: 'a/b/c/key' },
  {
    operation: 'delete of a nested database',
    before: ['a/b/key'],
    facets: [{ keys: ['a/b/key'], states: ['1', ''] }],
    writable: 'a/b/key',
  },
  { operation: 'create folder', facets: [{ keys: ['folder'], states: ['', 'folder'] }], writable: 'key' },
  {
    operation: 'batch',
    before: ['one', 'two'],
    facets: [
      { keys: ['one'], states: ['1', '2'] },
      { keys: ['two'], states: ['1', '2'] },
      { keys: ['new'], states: ['', '2'] },
      { keys: ['a/key'], states: ['', '2'] },
    ],
    writable: 'new',
  },
  {
    operation: 'fresh shared',
    facets: [{ keys: ['rows'], states: ['', '1'], live: true }],
    writable: 'rows',
  },
  {
    operation: 'append of shared',
    facets: [{ keys: ['rows'], states: ['1', '1,2'], live: true }],
    writable: 'key',
    prepare: db => db.set('rows', { rows: rowOf(1) }, shared),
  },
  {
    operation: 'save of shared',
    facets: [{ keys: ['rows'], states: ['1', '1,2'], live: true }],
    writable: 'key',
    prepare: db => db.set('rows', { rows: rowOf(1) }, shared),
  },
  {
    operation: 'save of shared, same shape',
    facets: [{ keys: ['rows'], states: ['1', '2'], live: true }],
    writable: 'key',
    prepare: db => db.set('rows', { rows: rowOf(1) }, shared),
  },
  {
    operation: 'partitions',
    facets: [{ keys: ['parts'], states: ['1', '2'] }],
    writable: 'parts',
    prepare: db => db.set('parts', partsOf(1), partitions),
  },
  { operation: 'zarr', facets: [{ keys: ['image'], states: ['', '2'] }], writable: 'image' },
  {
    operation: 'zarr again',
    facets: [{ keys: ['image'], states: ['1', '2'] }],
    writable: 'image',
    prepare: db => db.set('image', imageOf(1), zarr, { chunks: [8, 8] }),
  },
  {
    operation: 'large ndarray',
    facets: [{ keys: ['array'], states: ['1', '2'] }],
    writable: 'array',
    prepare: db => db.set('array', arrayOf(1), ndarray),
  },
  {
    operation: 'repair',
    facets: [
      { keys: ['swapped'], states: ['1', '2'] },
      { keys: ['torn'], states: ['1'], torn: true },
      { keys: ['key'], states: ['1'] },
    ],
    writable: 'torn',
    prepare: makeMess,
  },
]

export function openScene(directory: string, durability: Durability = 'relaxed'): Promise<DataBase> {
  return DataBase.open(directory, { durability, dumpers: [pieces], history: false })
}

/** Makes `root/db`, with a key that nobody touches. */
export async function prepare(scene: Scene, root: string): Promise<void> {
  mkdirSync(root, { recursive: true })
  if (scene.operation === 'create') return
  const db = await openScene(`${root}/db`)
  for (const name of ['other', ...(scene.before ?? [])]) await db.set(name, 1, pieces)
  await scene.prepare?.(db)
  await db.close()
}

/** A swap that was committed and not ended, an entry that was torn, a lost record, and what a dead writer staged. */
async function makeMess(db: DataBase): Promise<void> {
  const service = `${db.directory}/.deleting.dirdict`
  for (const name of ['swapped', 'torn', 'key']) await db.set(name, 1, pieces)
  mkdirSync(`${service}/trash/${DEAD}`)
  renameSync(`${db.directory}/torn`, `${service}/trash/${DEAD}/old-00aa.torn`)
  for (const name of ['next', 'torn']) await db.set(name, 2, pieces)
  renameSync(`${db.directory}/next`, `${service}/ready/swapped`)
  truncateSync(`${db.directory}/torn/second`, 3)
  rmSync(`${db.directory}/key/metadata.json`)
  mkdirSync(`${service}/work/${DEAD}/new`, { recursive: true })
}
