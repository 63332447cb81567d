/** verify: what it takes, what it tells beside sums, in which order, how it ends early, and that live writers alarm nobody. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { DataBase, json, type Progress, type VerifyReport } from '../../src/index.js'
import { newToken } from '../../src/locks/token.js'
import { scratch } from './scratch.js'

const root = scratch()
/** Of a process that is not there. */
const DEAD = newToken().replace(/\.\d+\./, '.999999999.')
/** Long enough for several threads: two parts of a file and a rest. */
const LARGE = new Uint8Array(70 * 2 ** 20).map((_, i) => i % 251)
let count = 0
let db: DataBase

beforeEach(async () => {
  db = await DataBase.open(`${root}/db${count++}`, { durability: 'relaxed' })
  await db.set('b', [1, 2])
  await db.set('a/x', 'deep')
  await db.set('a-b', 'text')
})

const at = (...parts: readonly string[]): string => [db.directory, ...parts].join('/')

function change(file: string, members: object): void {
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...members }))
}

function flipByte(path: string, position: number): void {
  const content = readFileSync(path)
  content[position]! ^= 1
  writeFileSync(path, content)
}

const keysOf = ({ problems }: VerifyReport): readonly string[] => problems.map(({ key }) => key)

describe('what it tells', () => {
  it('in the order of the keys, whatever ends first', async () => {
    await db.set('0-large', LARGE)
    flipByte(at('0-large', 'value.bin'), 40 * 2 ** 20)
    for (const path of [at('b'), at('a/db/x'), at('a-b')]) truncateSync(`${path}/value.json`, 1)
    const report = await db.verify()
    const order = (await db.keys({ recurse: true })).filter(key => key !== 'a')
    expect(keysOf(report)).toEqual(order)
    expect(report.problems[0]?.message).toContain('CRC-32 differs')
  })

  it('large files, in parts by several threads, as small ones', async () => {
    await db.set('large', LARGE)
    await db.set('medium', LARGE.subarray(0, 3 * 2 ** 20))
    const seen: Progress[] = []
    const report = await db.verify({ onProgress: progress => seen.push(progress), concurrency: 2 })
    expect(report).toMatchObject({ checked: 5, unchecked: ['a'], problems: [], unrecorded: [], repairs: [] })
    expect(seen.at(-1)).toMatchObject({ done: 6, total: 6 })
    expect(seen.at(-1)?.bytes).toBeGreaterThan(73 * 2 ** 20)
    truncateSync(at('large', 'value.bin'), 2 ** 20)
    expect((await db.verify()).problems).toMatchObject([{ key: 'large', code: 'CORRUPT_ENTRY' }])
  })

  it('files that no record lists, which are no problem', async () => {
    mkdirSync(at('b', 'more'))
    writeFileSync(at('b', 'more', 'notes.txt'), '')
    symlinkSync('/etc', at('b', 'link'))
    const { problems, unrecorded } = await db.verify()
    expect(problems).toEqual([])
    expect(unrecorded).toEqual([
      { key: 'b', file: 'link' },
      { key: 'b', file: 'more/notes.txt' },
    ])
  })

  it('records that Python replaced, and a loader that is not that of the dumper, which repair restores', async () => {
    change(at('b/metadata.json'), { metadata_creation_time: 'post_hoc' })
    change(at('a-b/Loader.json'), { Loader: 'data_base.isf_data_base.IO.LoaderDumper.to_pickle' })
    const { problems, repairs } = await db.verify()
    expect(problems).toEqual([])
    expect(repairs).toEqual([
      { key: 'a-b', action: 'restored', detail: 'Loader.json' },
      { key: 'b', action: 'restored', detail: 'metadata.json' },
    ])
    expect(await db.repair()).toEqual(repairs)
    expect((await db.verify()).repairs).toEqual([])
  })

  it('what the dead have left', async () => {
    mkdirSync(at('.deleting.dirdict/work', DEAD))
    expect((await db.verify()).repairs).toEqual([{ key: '', action: 'collected', detail: `work/${DEAD}` }])
    expect(existsSync(at('.deleting.dirdict/work', DEAD))).toBe(true)
  })

  it('a nested database without its db_state.json, whose keys nobody finds', async () => {
    renameSync(at('a/db/db_state.json'), at('state'))
    expect((await db.verify()).problems).toMatchObject([{ key: 'a', code: 'NOT_A_DATABASE' }])
    expect(await db.repair()).toMatchObject([{ key: 'a', action: 'reported' }])
  })

  it('a db_state.json without an id', async () => {
    writeFileSync(at('db_state.json'), '{}')
    expect((await db.verify()).problems).toMatchObject([{ key: '', code: 'CORRUPT_ENTRY' }])
  })

  it('metadata.json of Python that nobody can read', async () => {
    mkdirSync(at('theirs'))
    writeFileSync(at('theirs/Loader.json'), '{"Loader": "data_base.isf_data_base.IO.LoaderDumper.to_pickle"}')
    expect((await db.verify()).unchecked).toEqual(['a', 'theirs'])
    writeFileSync(at('theirs/metadata.json'), '{"time": ')
    expect((await db.verify()).problems).toMatchObject([{ key: 'theirs', code: 'CORRUPT_ENTRY' }])
  })

  it('one broken nested database among many, and goes on', async () => {
    await db.batch(async batch => {
      for (let i = 0; i < 2000; i++) await batch.set(`many/k${i}`, i)
    })
    rmSync(at('a/db/x/dirdict.json'))
    rmSync(at('a/db/x/Loader.json'))
    writeFileSync(at('many/db/k7/dirdict.json'), '{')
    const report = await db.verify()
    expect(keysOf(report)).toEqual(['a/x', 'many/k7'])
    expect(report.checked).toBe(1999 + 2)
  })
})

describe('what it takes', () => {
  it('keys, with what is nested below them', async () => {
    expect(await db.verify({ keys: ['a', 'b'] })).toMatchObject({ checked: 2, unchecked: ['a'] })
    expect(await db.verify({ keys: ['a'], recurse: false })).toMatchObject({ checked: 0, unchecked: ['a'] })
    expect(await db.verify({ keys: ['a/x'] })).toMatchObject({ checked: 1, unchecked: [] })
    await expect(db.verify({ keys: ['c'] })).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  })

  it.each([
    { key: 'a' },
    { keys: 'a' },
    { concurrency: 0 },
    { concurrency: 1.5 },
    { recurse: 1 },
    { signal: 'now' },
    { onProgress: 1 },
  ])('not %j', async options => {
    await expect(db.verify(options as object)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })

  it('a signal: it rejects with its reason, and leaves no descriptor open', async () => {
    await db.set('large', LARGE)
    const reason = new Error('enough')
    await expect(db.verify({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const verified = db.verify({ signal: controller.signal })
    setImmediate(() => controller.abort(reason))
    await expect(verified).rejects.toBe(reason)
    expect((await db.verify()).problems).toEqual([])
  })

  it('onProgress, whose error ends it', async () => {
    const error = new Error('from the callback')
    const onProgress = (): void => {
      throw error
    }
    await expect(db.verify({ onProgress })).rejects.toBe(error)
  })
})

it('writers, deleters and renamers beside it alarm nobody', async () => {
  const other = await DataBase.open(db.directory, { durability: 'relaxed' })
  let running = true
  const churn = async (key: string): Promise<void> => {
    for (let i = 0; running; i++) {
      await other.set(key, 'v'.repeat(i % 50), json)
      await other.annotate(key, { tags: [String(i)] })
      if (i % 5 === 0) await other.rename(key, `${key}-moved`)
      if (i % 5 === 0) await other.delete(`${key}-moved`)
      if (i % 7 === 0) await other.set(`nest-${key}/deep/k`, i)
      if (i % 14 === 0) await other.delete(`nest-${key}`)
    }
  }
  const writers = ['c', 'd', 'e'].map(churn)
  const alarms: unknown[] = []
  for (let round = 0; round < 40; round++) {
    const { problems, repairs, unrecorded } = await db.verify()
    alarms.push(...problems, ...repairs, ...unrecorded, ...(await db.repair({ dryRun: true })))
  }
  running = false
  await Promise.all(writers)
  expect(alarms).toEqual([])
  await other.close()
})
