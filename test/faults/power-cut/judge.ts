/**
 * Whether what a power cut has left keeps the promises of the README: opened as it is, repaired, and written again.
 */
import { existsSync } from 'node:fs'
import { expect } from 'vitest'
import {
  type DataBase,
  type Durability,
  isDirdictError,
  type NDArray,
  type SharedArrays,
} from '../../../src/index.js'
import { ASIDE } from '../../../src/repair/aside.js'
import { pieces } from '../children/pieces.mjs'
import { leftovers, strays } from '../scene.js'
import type { CrashState } from './crash-states.js'
import { type Facet, openScene, type Scene } from './scenes.js'

/** `refused`: CORRUPT_ENTRY and nothing else. */
const REFUSED = 'refused'
/** In the table of `partsOf`. */
const ROWS = 100
/** The damage of a live entry, which `relaxed` allows. */
const WORN = 'torn live entry'

/** What was found, for the table: before repair, after it, and what repair did. */
export async function judge(
  scene: Scene,
  durability: Durability,
  state: CrashState,
  directory: string,
): Promise<readonly string[]> {
  if (scene.operation === 'create' && durability === 'full' && state.acknowledged > 0) {
    expect(existsSync(`${directory}/db_state.json`), 'the database is there').toBe(true)
  }
  const found = await lookAndRepair(scene, durability, state, directory)
  const left = leftovers(directory).filter(name => !name.startsWith(`trash/${ASIDE}`))
  expect(left.join('\n'), 'left over').toBe('')
  return found
}

async function lookAndRepair(
  scene: Scene,
  durability: Durability,
  state: CrashState,
  directory: string,
): Promise<readonly string[]> {
  const db = await openScene(directory)
  try {
    const before = await outcomes(db, scene, durability, state, false)
    const repairs = await db.repair()
    const after = await outcomes(db, scene, durability, state, true)
    for (const [index, facet] of scene.facets.entries())
      assertNoStepBack(facet, before[index]!, after[index]!)
    expect(repairs.filter(({ action }) => action === 'reported')).toEqual([])
    expect(await db.repair(), 'a second repair').toEqual([])
    if (!after.includes(WORN)) expect((await db.verify()).problems).toEqual([])
    for (const nested of await databasesIn(db)) expect(nested.id).toMatch(/_/)
    await writeAgain(db, scene)
    expect(strays(directory).join('\n'), 'strays').toBe('')
    const aside = repairs.some(({ action }) => action === 'set aside') ? ['set aside'] : []
    return [...before.map(outcome => `${outcome} before`), ...after, ...aside]
  } finally {
    await db.close()
  }
}

/** What became of each facet; throws for what must not be. */
async function outcomes(
  db: DataBase,
  scene: Scene,
  durability: Durability,
  state: CrashState,
  repaired: boolean,
): Promise<readonly string[]> {
  if (scene.operation !== 'create') expect(await observed(db, 'other'), 'an untouched key').toBe('1')
  const found: string[] = []
  for (const facet of scene.facets) {
    const values = await Promise.all(facet.keys.map(name => observed(db, name)))
    found.push(outcomeOf(facet, values, durability, state.acknowledged, repaired))
  }
  return found
}

function outcomeOf(
  facet: Facet,
  values: readonly string[],
  durability: Durability,
  acknowledged: number,
  repaired: boolean,
): string {
  const { states, live } = facet
  const least = durability === 'full' ? Math.min(acknowledged, states.length - 1) : 0
  const allowed = states.slice(least)
  const index = allowed.lastIndexOf(values.join(' '))
  if (index >= 0) return index + least === states.length - 1 ? 'new' : index + least === 0 ? 'old' : 'between'
  const what = `${facet.keys} after ${acknowledged} acknowledgements${repaired ? ', repaired' : ''}`
  if (live && durability === 'relaxed') {
    expect(values.join(' '), what).toMatch(/^refused$|^[\d,]+$/)
    return WORN
  }
  // Refused is only what was never acknowledged, or what relaxed left to the system, and only until it is repaired.
  const isOpen = durability === 'relaxed' || (states[0] === '' && acknowledged === 0)
  const mayRefuse = !repaired && (isOpen || facet.torn === true)
  expect(mayRefuse ? [...allowed, REFUSED] : allowed, what).toContain(
    values.includes(REFUSED) ? REFUSED : values.join(' '),
  )
  return REFUSED
}

/** Repair may finish what was begun; it never takes back a value that was read. */
function assertNoStepBack(facet: Facet, before: string, after: string): void {
  const order = ['old', 'between', 'new']
  const stepped = order.includes(before) && order.indexOf(after) < order.indexOf(before)
  expect(stepped, `${facet.keys}: ${before}, then ${after}`).toBe(false)
}

/** The version under a key and its tags, '' where there is none; anything wrong is an error. */
async function observed(db: DataBase, name: string): Promise<string> {
  try {
    const value = await db.get(name)
    const { tags } = await db.metadata(name)
    return [await versionOf(value), ...tags].join('+')
  } catch (error) {
    if (isDirdictError(error, 'KEY_NOT_FOUND')) return ''
    if (isDirdictError(error, 'CORRUPT_ENTRY')) return REFUSED
    throw error
  }
}

async function versionOf(value: unknown): Promise<string> {
  if (typeof value === 'number') return String(value)
  if (hasMember(value, 'append')) return rowsIn(await value.load('rows'))
  if (hasMember(value, 'toTable')) {
    const table = await value.toTable()
    await value.close()
    const versions = table.toArray().map(({ version }) => Number(version))
    return versions.length === ROWS ? [...new Set(versions)].join('/') : `${versions.length} rows`
  }
  return hasMember(value, 'shape') ? [...new Set(value.data as Float64Array)].join('/') : 'folder'
}

function rowsIn({ data, shape }: NDArray): string {
  const [rows = 0, length = 0] = shape
  const numbers = data as Float64Array
  return Array.from({ length: rows }, (_, i) =>
    [...new Set(numbers.subarray(i * length, (i + 1) * length))].join('/'),
  ).join(',')
}

async function databasesIn(db: DataBase): Promise<readonly DataBase[]> {
  const found: DataBase[] = [db]
  for (const entry of await db.entries({ recurse: true })) {
    if (entry.dumper === 'subdb') found.push((await entry.get()) as DataBase)
  }
  return found
}

async function writeAgain(db: DataBase, scene: Scene): Promise<void> {
  await db.set(scene.writable, 9, pieces, { timeout: 5_000 })
  expect(await db.get(scene.writable, pieces)).toBe(9)
}

/** What values of several dumpers have, by which they are told apart. */
interface Values {
  append: SharedArrays
  toTable: { toTable(): Promise<{ toArray(): { version: unknown }[] }>; close(): Promise<void> }
  shape: NDArray
}

function hasMember<K extends keyof Values>(value: unknown, name: K): value is Values[K] {
  return typeof value === 'object' && value !== null && name in value
}
