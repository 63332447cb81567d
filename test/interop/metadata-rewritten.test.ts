/**
 * ISF replaces the metadata.json of every key when it opens a database, in place. A program of Python does the same over
 * and over, slowly, beside readers of ours: a record of ours is always whole; one of ISF is waited for, or inferred.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DataBase, type Metadata } from '../../src/index.js'
import { scratch } from '../unit/scratch.js'
import { python } from './python.js'

const hasPython = spawnSync(python, ['-c', '']).status === 0
const root = scratch()

/** Truncates, writes in pieces and flushes each; says so after the first round, and rests for `rest` seconds. */
const REWRITE = `
import sys, time
path, text, rest = sys.argv[1], sys.argv[2], float(sys.argv[3])
first = True
while True:
    with open(path, 'w') as stream:
        for start in range(0, len(text), max(1, len(text) // 8)):
            stream.write(text[start:start + max(1, len(text) // 8)])
            stream.flush()
            time.sleep(0.0003)
    if first:
        print('rewritten', flush=True)
    first = False
    time.sleep(rest)
`
const ISF = {
  dumper: 'numpy_to_npy',
  time: [2026, 11, 20, 22, 41, 12, 4, 324, -1],
  module_list: '',
  module_versions: { numpy: '1.24.2', pandas: '1.5.3', é: '漢字' },
  history: null,
  hostname: 'recording-host\n',
  metadata_creation_time: 'together_with_new_key',
  version: 'heads/master',
  'full-revisionid': '9fd2c2a94cdc36ee806d4625e353cd289cd7ce16',
  dirty: false,
  error: null,
}

async function rewriting(path: string, content: object, rest: number): Promise<ChildProcess> {
  const child = spawn(python, ['-c', REWRITE, path, JSON.stringify(content), String(rest)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit')
  })
  await createInterface(child.stdout)[Symbol.asyncIterator]().next()
  return child
}

/** A database with one entry of ours, `ours`, and one as ISF leaves it, `isf`. */
async function database(name: string): Promise<DataBase> {
  const db = await DataBase.open(`${root}/${name}`, { durability: 'relaxed' })
  await db.set('ours', [1, 2, 3], { attributes: { trial: 7 }, tags: ['é'] })
  await db.set('isf', new Float64Array([1]))
  rmSync(`${db.path('isf')}/dirdict.json`)
  writeFileSync(`${db.path('isf')}/metadata.json`, JSON.stringify(ISF))
  return db
}

describe.skipIf(!hasPython)(
  `metadata.json rewritten in place${hasPython ? '' : ` (skipped: there is no ${python})`}`,
  () => {
    test('a record of ours is whole at every moment', async () => {
      const db = await database('ours')
      const before = await db.metadata('ours')
      const file = `${db.path('ours')}/metadata.json`
      const original = readFileSync(file, 'utf8')
      const inferred = { ...ISF, metadata_creation_time: 'post_hoc', history: null }
      const child = await rewriting(file, inferred, 0)
      for (let i = 0; i < 5000; i++) {
        const metadata = await db.metadata('ours')
        if (i % 50 === 0) expect(metadata).toEqual(before)
        else expect(metadata.time).toEqual(before.time)
      }
      expect((await db.find({ tags: ['é'] })).map(({ key }) => key)).toEqual(['ours'])
      expect(await db.get('ours')).toEqual([1, 2, 3])
      expect(child.exitCode).toBe(null)
      child.kill()
      await once(child, 'exit')
      expect(await db.repair()).toMatchObject([{ key: 'ours', action: 'restored' }])
      expect(readFileSync(file, 'utf8')).toBe(original)
    })

    test('one of ISF is waited for until it is whole, and nothing in between is believed', async () => {
      const db = await database('isf')
      const whole = await db.metadata('isf')
      const child = await rewriting(`${db.path('isf')}/metadata.json`, ISF, 0.001)
      let waited = 0
      for (let i = 0; i < 2000; i++) {
        const metadata: Metadata = await db.metadata('isf')
        // On a machine under load a writer may be away for longer than a reader waits.
        if (metadata.inferred) expect(metadata).toMatchObject({ dumper: 'ndarray', git: null })
        else {
          waited++
          expect(metadata).toEqual(whole)
        }
      }
      expect(waited).toBeGreaterThan(1000)
      expect(child.exitCode).toBe(null)
    })

    test('a writer that does not come back is not waited for', async () => {
      const db = await database('torn')
      const file = `${db.path('isf')}/metadata.json`
      for (const text of ['', '{', '{"dumper": "numpy_to', JSON.stringify(ISF).slice(0, -1)]) {
        writeFileSync(file, text)
        expect(await db.metadata('isf')).toMatchObject({ dumper: 'ndarray', inferred: true, runtime: null })
      }
      expect(await db.get('isf')).toMatchObject({ shape: [1] })
    })

    test('what is no file of JSON is not believed either', async () => {
      const db = await database('odd')
      const file = `${db.path('isf')}/metadata.json`
      const odd: Record<string, () => void> = {
        missing: () => {},
        'a directory': () => mkdirSync(file),
        'a link': () => symlinkSync('dirdict.json', file),
        'absurdly long': () => {
          writeFileSync(file, '')
          truncateSync(file, 17 * 1024 * 1024)
        },
        'a list': () => writeFileSync(file, '[]'),
      }
      for (const [what, make] of Object.entries(odd)) {
        rmSync(file, { recursive: true, force: true })
        make()
        expect({ [what]: (await db.metadata('isf')).inferred }).toEqual({ [what]: true })
      }
    })
  },
)
