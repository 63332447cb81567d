/**
 * What repair finds after a power cut: the machine was started anew, and files may be shorter than they should be.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { DataBase } from '../../src/index.js'
import { scratch } from './scratch.js'

const folder = scratch()
/** Of this machine before it was started anew. */
const BEFORE_BOOT = 'deadbeef-4026531836.77.1234.77.0123456789abc'
let count = 0
let db: DataBase
let service: string

beforeEach(async () => {
  db = await DataBase.open(`${folder}/db${count++}`, { durability: 'relaxed' })
  await db.set('k', 'old value')
  service = `${db.directory}/.deleting.dirdict`
  cpSync(`${db.directory}/k`, `${folder}/old${count}`, { recursive: true })
  await db.set('k', 'new value, which the power cut tears')
  await db.close()
  db = await DataBase.open(db.directory, { durability: 'relaxed' })
})

test('a torn entry gives way to its predecessor in the trash', async () => {
  mkdirSync(`${service}/trash/${BEFORE_BOOT}`)
  renameSync(`${folder}/old${count}`, `${service}/trash/${BEFORE_BOOT}/old-00aa.k`)
  truncateSync(`${db.directory}/k/value.json`, 3)
  await expect(db.get('k')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  expect((await db.repair()).map(item => item.action)).toContain('taken back')
  expect(await db.get('k')).toBe('old value')
  expect((await db.verify()).problems).toEqual([])
})

test('a torn entry that was about to be swapped in does not replace a whole one', async () => {
  cpSync(`${db.directory}/k`, `${service}/ready/k`, { recursive: true })
  truncateSync(`${service}/ready/k/value.json`, 0)
  await db.repair()
  expect(await db.get('k')).toBe('new value, which the power cut tears')
  expect(existsSync(`${service}/ready/k`)).toBe(false)
})

test('a whole entry that was about to be swapped in is swapped in', async () => {
  renameSync(`${folder}/old${count}`, `${service}/ready/k`)
  expect(await db.repair()).toMatchObject([{ key: 'k', action: 'finished' }])
  expect(await db.get('k')).toBe('old value')
})

test('what was staged before the machine was started anew is collected', async () => {
  mkdirSync(`${service}/work/${BEFORE_BOOT}/new`, { recursive: true })
  mkdirSync(`${service}/trash/${BEFORE_BOOT}/deleted-00aa`, { recursive: true })
  for (const part of ['work', 'trash']) utimesSync(`${service}/${part}/${BEFORE_BOOT}`, 0, 0)
  await db.repair()
  await db.close()
  expect([readdirSync(`${service}/work`), readdirSync(`${service}/trash`)]).toEqual([[], []])
})

test('what another machine is staging, to which this one serves its disk, is left alone', async () => {
  mkdirSync(`${service}/work/${BEFORE_BOOT}/new`, { recursive: true })
  mkdirSync(`${db.directory}/.deleting.${BEFORE_BOOT}`)
  mkdirSync(`${service}/locks/k/${BEFORE_BOOT}`, { recursive: true })
  expect(await db.repair()).toEqual([])
  expect(readdirSync(`${service}/work`)).toEqual([BEFORE_BOOT])
  expect(existsSync(`${db.directory}/.deleting.${BEFORE_BOOT}`)).toBe(true)
})

test('a lock of before the machine was started anew is freed at once', async () => {
  const holder = `${service}/locks/k/${BEFORE_BOOT}`
  mkdirSync(holder, { recursive: true })
  utimesSync(holder, 0, 0)
  expect(await db.repair()).toMatchObject([{ key: 'k', action: 'unlocked' }])
  await db.set('k', 'next', { timeout: 0 })
  expect(await db.get('k')).toBe('next')
})

test('where the trash held several predecessors of a torn entry, the latest comes back, and nothing is left over', async () => {
  await db.delete('k')
  for (const [age, text] of ['older', 'old'].entries()) {
    await db.set('k', text)
    const place = `${service}/trash/${BEFORE_BOOT}${age}`
    mkdirSync(place)
    renameSync(`${db.directory}/k`, `${place}/old-00aa.k`)
    utimesSync(`${place}/old-00aa.k`, age + 1, age + 1)
    utimesSync(place, 0, 0)
  }
  await db.set('k', 'torn')
  truncateSync(`${db.directory}/k/dirdict.json`, 0)
  await db.repair()
  expect(await db.get('k')).toBe('old')
  await db.close()
  expect(readdirSync(`${service}/trash`)).toEqual([])
})

test('a value of a newer version, whose record this one cannot read, stays', async () => {
  mkdirSync(`${service}/trash/${BEFORE_BOOT}`)
  renameSync(`${folder}/old${count}`, `${service}/trash/${BEFORE_BOOT}/old-00aa.k`)
  writeFileSync(`${db.directory}/k/dirdict.json`, '{"format": 2}')
  expect((await db.repair()).map(item => item.action)).not.toContain('taken back')
  await expect(db.get('k')).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
})

test('a committed value of a newer version is swapped in', async () => {
  renameSync(`${folder}/old${count}`, `${service}/ready/k`)
  writeFileSync(`${service}/ready/k/dirdict.json`, '{"format": 2}')
  await db.repair()
  await expect(db.get('k')).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
})

test('an entry of zeros, as a file system gives what it had not written yet, gives way to its predecessor', async () => {
  mkdirSync(`${service}/trash/${BEFORE_BOOT}`)
  renameSync(`${folder}/old${count}`, `${service}/trash/${BEFORE_BOOT}/old-00aa.k`)
  const { size } = statSync(`${db.directory}/k/value.json`)
  writeFileSync(`${db.directory}/k/value.json`, Buffer.alloc(size))
  expect((await db.repair()).map(item => item.action)).toContain('taken back')
  expect(await db.get('k')).toBe('old value')
})
