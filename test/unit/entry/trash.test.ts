/** What was replaced or removed goes, however many files, which name or which clock there is. */
import { execFileSync } from 'node:child_process'
import { readdirSync, utimesSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { DataBase } from '../../../src/index.js'
import { scratch } from '../scratch.js'

const path = scratch()
const dist = new URL('../../../dist/src/index.js', import.meta.url).href
const program = `
import { array, DataBase, zarr } from '${dist}'
process.on('warning', ({ message }) => console.log(message))
const db = await DataBase.open('${path}/db', { durability: 'relaxed' })
await db.set('many', 'one file')
await db.set('many', array(new Uint8Array(600)), zarr, { chunks: 1, compression: 'none' })
await db.close()`

test('an entry may have more files than the process may open', () => {
  const limited = 'ulimit -n 256; exec "$0" --input-type=module -e "$1"'
  expect(execFileSync('bash', ['-c', limited, process.execPath, program], { encoding: 'utf8' })).toBe('')
  expect(readdirSync(`${path}/db/.deleting.dirdict/trash`)).toEqual([])
})

afterEach(() => void vi.restoreAllMocks())

test('a stamp is swept by the clock of the disk, which may be behind that of this machine', async () => {
  const directory = `${path}/stamps`
  const stamps = `${directory}/.deleting.dirdict/swaps`
  const open = (): Promise<DataBase> => DataBase.open(directory, { durability: 'relaxed' })
  const db = await open()
  for (const key of ['young', 'old']) for (const value of [1, 2]) await db.set(key, value)
  const minutes = (count: number): number => Date.now() / 1000 - count * 60
  utimesSync(`${stamps}/young`, minutes(8), minutes(8))
  utimesSync(`${stamps}/old`, minutes(12), minutes(12))
  const now = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => now + 5 * 60_000)
  await db.close()
  expect(readdirSync(stamps)).toEqual(['young'])
  expect(readdirSync(`${directory}/.deleting.dirdict/work`)).toEqual([])
})

test('a database whose name is as long as names may be is removed', async () => {
  const directory = `${path}/long`
  const db = await DataBase.open(`${directory}/${'é'.repeat(127)}`, { durability: 'relaxed' })
  await db.set('k', 1)
  await db.remove()
  expect(readdirSync(directory)).toEqual([])
})
