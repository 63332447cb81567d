/** A database shows its first keys, and in notebooks a tree, at the price of one look at its directory. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { beforeEach, expect, it } from 'vitest'
import {
  array,
  DataBase,
  dataframe,
  folder as files,
  json,
  ndarray,
  shared,
  text,
} from '../../../src/index.js'
import { smallest } from '../../../src/show/glance.js'
import { scratch } from '../scratch.js'
import { expectSafe, expectSafeHtml, HOSTILE } from './hostile.js'
import { bundleOf, htmlOf } from './looks.js'

const folder = scratch()
let db: DataBase
let number = 0

beforeEach(async () => {
  db = await DataBase.open(`${folder}/${number++}`, { durability: 'relaxed' })
})

/** Keys as their directories alone. */
function makeKeys(count: number): void {
  for (let i = 0; i < count; i++) mkdirSync(`${db.directory}/key${String(i).padStart(5, '0')}`)
}

it('shows its keys', async () => {
  await db.set('b', 1)
  await db.set('a', 1)
  await db.set('nested/x', 1)
  expect(inspect(db)).toBe(`DataBase ${db.directory} { a, b, nested }`)
  expect(inspect(await db.sub('nested'))).toBe(`DataBase ${db.directory}/nested/db { x }`)
  expect(`${db}`).toBe(`DataBase ${db.directory}`)
  expect(inspect([[[db]]], { depth: 1 })).toBe('[ [ [Array] ] ]')
  expect(inspect([db], { depth: 0 })).toBe(`[ [DataBase ${db.directory}] ]`)
})

it('of many keys the first are shown, and the others counted', () => {
  makeKeys(1000)
  const shown = inspect(db)
  expect(shown).toMatch(/\{\n {2}key00000, key00001, .*\n[\s\S]*key00019,? *\n? *… 980 more\n\}$/)
  expect(shown).not.toContain('key00020')
  for (const line of shown.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80)
  expect(inspect(db, { breakLength: Number.POSITIVE_INFINITY })).toContain('… 980 more')
  expect(inspect(db).length).toBeLessThan(400)
})

it('files beside the keys are not taken for keys', async () => {
  await db.set('b', 1)
  writeFileSync(`${db.directory}/a`, '')
  expect(inspect(db)).toBe(`DataBase ${db.directory} { b }`)
})

it('the first names are those that sorting gives', () => {
  const names = Array.from({ length: 500 }, (_, i) => `k${(i * 7919) % 500}`)
  for (const most of [0, 1, 20, 499, 600])
    expect(smallest(names, most)).toEqual([...names].sort().slice(0, most))
})

it('says that it is gone, and why it cannot be listed', async () => {
  await db.set('a', 1)
  const { directory } = db
  rmSync(directory, { recursive: true })
  expect(inspect(db)).toBe(`DataBase ${directory} (gone)`)
  expect(bundleOf(db)['text/plain']).toBe(`DataBase ${directory} (gone)`)
  expect(htmlOf(db)).toContain('(gone)')
  writeFileSync(directory, '')
  expect(inspect(db)).toBe('DataBase (cannot be shown: ENOTDIR)')
  expectSafeHtml(htmlOf(db))
})

it.skipIf(process.getuid?.() === 0)(
  'says that it may not be listed (skipped for root, who may)',
  async () => {
    chmodSync(db.directory, 0)
    expect(inspect(db)).toBe('DataBase (cannot be shown: EACCES)')
    chmodSync(db.directory, 0o700)
  },
)

it('as HTML it is a tree with dumpers, shapes and sizes', async () => {
  await db.set('trace', array(new Float64Array(6), [2, 3]), ndarray)
  await db.set('rates', [{ a: 1 }, { a: 2 }], dataframe)
  await db.set('nested/deep/note', 'words', text)
  const html = htmlOf(db)
  expect(html.match(/<details/g)).toHaveLength(3)
  expect(html).toContain(`<details open><summary style="cursor:pointer">DataBase ${db.directory}</summary>`)
  expect(html.replace(/<[^>]*>/g, '|')).toMatch(/\|trace\|+ \|ndarray · float64 \[2, 3\] · 176 B\|/)
  expect(html.replace(/<[^>]*>/g, '|')).toMatch(/\|rates\|+ \|dataframe · 2 rows · [\d.]+ kB\|/)
  expect(html.replace(/<[^>]*>/g, '|')).toMatch(/\|note\|+ \|text · 5 B\|/)
  expectSafeHtml(html)
})

it('the tree of a large database ends with a count', async () => {
  makeKeys(3000)
  await db.sub('zzz', { create: true })
  const html = htmlOf(db)
  expect(html).toContain('… and 2901 more')
  expect(html.match(/<li>/g)).toHaveLength(101)
  expect(html.length).toBeLessThan(40_000)
})

it('the printed tree says the same', async () => {
  await db.set('trace', array(new Float64Array(6), [2, 3]), ndarray)
  async function* blocks() {
    yield array(new Float32Array(4), [2, 2])
    yield array(new Float32Array(2), [1, 2])
  }
  await db.set('stream', blocks(), ndarray)
  await db.set('rates', [{ a: 1 }], dataframe)
  await db.set('n', 1)
  const lines = (await db.tree()).split('\n').slice(1)
  expect(lines).toEqual([
    '├── n       json  1 B',
    expect.stringMatching(/^├── rates {3}dataframe {2}1 row {2}[\d.]+ kB$/),
    '├── stream  ndarray  float32 [3, 2]  152 B',
    '└── trace   ndarray  float64 [2, 3]  176 B',
  ])
})

it('what a record says of the shape is not believed blindly', async () => {
  for (const args of [
    { shape: 'x' },
    { shape: [-1] },
    { shape: [1.5] },
    { rows: '1' },
    { shape: [1], dtype: '<b>\u001b' },
  ]) {
    mkdirSync(`${db.directory}/k`, { recursive: true })
    const record = { format: 1, dumper: 'ndarray', arguments: args, files: [], provenance: {} }
    writeFileSync(`${db.directory}/k/dirdict.json`, JSON.stringify(record))
    expectSafe(await db.tree())
    expectSafeHtml(htmlOf(db))
    if (!('dtype' in args)) expect((await db.tree()).split('\n')[1]).toBe('└── k  ndarray')
  }
})

it('keys and records of strangers are escaped', async () => {
  for (const [i, name] of HOSTILE.entries()) {
    if (/[/\0]/.test(name)) continue
    mkdirSync(`${db.directory}/${name}`)
    const record = { format: 1, dumper: name, arguments: {}, files: [], provenance: {} }
    writeFileSync(
      `${db.directory}/${name}/${i % 2 === 0 ? 'dirdict.json' : 'Loader.json'}`,
      JSON.stringify({ ...record, Loader: name }),
    )
  }
  expectSafe(inspect(db, { breakLength: 1000 }))
  expectSafe(inspect(await db.entries()))
  expectSafe(await db.tree())
  expectSafeHtml(htmlOf(db))
  for (const entry of await db.entries()) expectSafeHtml(htmlOf(entry))
})

it('entries show key and dumper, managed folders their files', async () => {
  await db.set('n/x', 1, json)
  const notes = await db.createFolder('notes')
  await notes.write('b.txt', 'x')
  await notes.write('a.txt', 'x')
  expect((await db.entries({ recurse: true })).map(entry => inspect(entry))).toEqual([
    'Entry "n" (subdb)',
    'Entry "n/x" (json)',
    'Entry "notes" (folder)',
  ])
  expect((await db.find({ dumper: json })).map(String)).toEqual(['Entry "n/x" (json)'])
  expect(inspect(notes)).toBe(`ManagedFolder ${notes.path} { a.txt, b.txt }`)
  expect(inspect(await db.get('notes', files))).toBe(inspect(notes))
  for (const text of HOSTILE) if (!/[/\0]/.test(text)) writeFileSync(`${notes.path}/${text}`, '')
  expectSafe(inspect(notes))
  expectSafeHtml(htmlOf(notes))
  await db.delete('notes')
  expect(inspect(notes)).toBe('ManagedFolder (cannot be shown: ENOENT)')
})

it('shows a store of shared arrays by its files, whose names say shape and dtype', async () => {
  await db.set('traces', { v: array([1, 2], [1, 2]), n: new Int8Array(3) }, shared)
  const traces = await db.get('traces', shared)
  expect(inspect(traces)).toBe(`SharedArrays ${traces.path} { n__3__int8, v__1_2__float64 }`)
  expect(`${traces}`).toBe(`SharedArrays ${traces.path}`)
  expect(bundleOf(traces)['text/plain']).toBe(inspect(traces))
  for (const text of HOSTILE) if (!/[/\0]/.test(text)) writeFileSync(`${traces.path}/${text}`, '')
  expectSafe(inspect(traces))
  expectSafeHtml(htmlOf(traces))
})
