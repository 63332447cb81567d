/** Metadata show what is known of where a value came from, a line for each fact. */
import { inspect } from 'node:util'
import { beforeEach, expect, it } from 'vitest'
import { DataBase, json, type Metadata, ndarray } from '../../../src/index.js'
import { shownMetadata } from '../../../src/show/metadata-face.js'
import { scratch } from '../scratch.js'
import { expectSafe, expectSafeHtml, HOSTILE } from './hostile.js'
import { htmlOf } from './looks.js'

const folder = scratch()
let db: DataBase
let number = 0

beforeEach(async () => {
  db = await DataBase.open(`${folder}/${number++}`, { durability: 'relaxed' })
})

const full: Metadata = {
  key: 'a/b',
  dumper: 'ndarray',
  loader: null,
  time: new Date(0),
  git: { commit: '0123456789abcdef', branch: 'main', dirty: true, remote: 'https://host/x', checkedAt: null },
  modules: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`package${i}`, '1.0.0'])),
  host: { name: 'cluster', platform: 'linux', arch: 'x64', user: 'me' },
  runtime: { name: 'node', version: '20.0.0', dirdict: '0.1.0' },
  script: { path: '/study/run.ts', sha256: 'ff' },
  history: { kind: 'repl', source: 'repl', complete: false, cells: [{ n: 1, code: 'secret()' }] },
  attributes: { animal: { id: 3 }, list: [1, 2, 3, 4] },
  tags: ['raw', 'checked'],
  note: 'second try',
  annotated: new Date(1000),
  files: [{ name: 'np.npy', bytes: 24_000, crc32: 0 }],
  inferred: false,
}

it('shows every fact that is known, aligned', () => {
  expect(inspect(shownMetadata({ ...full }))).toBe(
    [
      'Metadata of "a/b"',
      '  dumper      ndarray',
      '  written     1970-01-01T00:00:00.000Z',
      '  commit      0123456789ab (dirty)',
      '  branch      main',
      '  remote      https://host/x',
      '  host        cluster (linux x64), user me',
      '  runtime     node 20.0.0 with dirdict 0.1.0',
      '  script      /study/run.ts',
      '  modules     300: package0 1.0.0, package1 1.0.0, package2 1.0.0, package3 1.0.0, package4 1.0.0, ' +
        'package5 1.0.0, package6 1.0.0, package7 1.0.0, …',
      '  history     1 cell, partial (repl)',
      '  tags        raw, checked',
      '  attributes  {animal: {id: 3}, list: [1, 2, 3, … 1 more]}',
      '  note        second try',
      '  annotated   1970-01-01T00:00:01.000Z',
      '  files       np.npy, 24.0 kB',
    ].join('\n'),
  )
})

it('what is not known has no line', () => {
  const bare: Metadata = {
    ...full,
    git: null,
    modules: {},
    host: null,
    runtime: null,
    script: null,
    history: null,
    attributes: {},
    tags: [],
    note: null,
    annotated: null,
    files: [],
    inferred: true,
  }
  expect(inspect(shownMetadata(bare)).split('\n').slice(1)).toEqual([
    '  dumper   ndarray',
    '  written  1970-01-01T00:00:00.000Z (read off the files; there is no record)',
  ])
})

it('those of a database and of its entries do, as a small table in notebooks', async () => {
  await db.set('x', new Float64Array(3), ndarray, { tags: ['raw'], note: 'first try' })
  const [entry] = await db.entries()
  for (const metadata of [await db.metadata('x'), await entry?.metadata()]) {
    expect(inspect(metadata)).toMatch(/^Metadata of "x"\n {2}dumper +ndarray\n {2}written +\d{4}-/)
    const html = htmlOf(metadata ?? {})
    expect(html).toContain('>first try</td>')
    expectSafeHtml(html)
  }
})

it('escapes what strangers wrote, and is short', async () => {
  for (const text of HOSTILE) {
    const attributes = { [text]: { [text]: [text, text.repeat(1000)] } }
    await db.set('x', 1, json, { note: text + text.repeat(1000), tags: [text], attributes })
    const shown = await db.metadata('x')
    expectSafe(inspect(shown))
    expectSafeHtml(htmlOf(shown))
    expect(inspect(shown).length).toBeLessThan(4000)
    const forged = shownMetadata({ ...full, key: text, dumper: text, script: { path: text, sha256: text } })
    expectSafe(inspect(forged))
    expectSafeHtml(htmlOf(forged))
  }
})

it('deep and long attributes are cut', () => {
  let deep: unknown = 1
  for (let i = 0; i < 5000; i++) deep = { deep }
  const long = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`n${i}`, 'x'.repeat(1000)]))
  const shown = inspect(shownMetadata({ ...full, attributes: { deep, long, list: Array(1e6).fill(1) } }))
  expect(shown.length).toBeLessThan(2500)
})
