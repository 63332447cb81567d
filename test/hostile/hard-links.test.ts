/** Files with further names outside of the database are not changed in place: what is written goes elsewhere. */
import { linkSync, lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { array, DataBase, shared } from '../../src/index.js'
import { scratch } from '../unit/scratch.js'

const root = scratch()
let made = 0

/** A database whose files, all of them, lie outside under a second name; and a picture of those. */
async function linked(): Promise<{ db: DataBase; picture: () => readonly string[] }> {
  const [path, outside] = [`${root}/db${made}`, `${root}/outside${made++}`]
  const db = await DataBase.open(path, { durability: 'relaxed' })
  await db.set('k', 'a value')
  await db.set('traces', { voltage: array(new Float64Array([1, 2, 3]), [3, 1]) }, shared)
  mkdirSync(outside)
  const files = ['k/Loader.json', 'k/metadata.json', 'k/dirdict.json', 'k/value.txt', 'db_state.json']
  const more = [
    'traces/voltage__3_1__float64',
    'traces/Loader.json',
    'traces/metadata.json',
    'traces/dirdict.json',
  ]
  const names = [...files, ...more].filter(file => lstatSync(`${path}/${file}`, { throwIfNoEntry: false }))
  for (const [index, file] of names.entries()) linkSync(`${path}/${file}`, `${outside}/${index}`)
  expect(names.length).toBeGreaterThan(6)
  const picture = (): readonly string[] =>
    names.map((file, index) => {
      const { ino, size, mtimeMs, mode } = lstatSync(`${outside}/${index}`)
      return `${file} ${ino} ${size} ${mtimeMs} ${mode} ${readFileSync(`${outside}/${index}`, 'base64')}`
    })
  return { db, picture }
}

test.each<[string, (db: DataBase) => Promise<unknown>]>([
  ['an append', async db => (await db.get('traces', shared)).append('voltage', array([4, 5], [2, 1]))],
  ['annotate', db => db.annotate('k', { note: 'new' })],
  ['annotate of what lives', db => db.annotate('traces', { note: 'new' })],
  ['set', db => db.set('k', 'another')],
  ['update', db => db.update('k', () => 'another')],
  ['delete', db => db.delete('traces')],
  ['rename', db => db.rename('k', 'renamed')],
  ['copy', db => db.copy('k', db, 'copied')],
  [
    'repair',
    async db => {
      rmSync(`${db.directory}/k/Loader.json`)
      await db.repair()
    },
  ],
  ['remove', db => db.remove()],
])('%s leaves them as they are', async (_, operation) => {
  const { db, picture } = await linked()
  const before = picture()
  await operation(db)
  await db.close()
  expect(picture()).toEqual(before)
})

test('an array is lengthened all the same, and in place from then on', async () => {
  const { db } = await linked()
  const traces = await db.get('traces', shared)
  await traces.append('voltage', array([4, 5], [2, 1]))
  expect((await traces.load('voltage')).data).toEqual(new Float64Array([1, 2, 3, 4, 5]))
  const { ino } = lstatSync(`${db.directory}/traces/voltage__5_1__float64`)
  await traces.append('voltage', array([6], [1, 1]))
  expect(lstatSync(`${db.directory}/traces/voltage__6_1__float64`).ino).toBe(ino)
  await db.close()
})
