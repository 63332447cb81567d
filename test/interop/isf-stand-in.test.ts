/**
 * A database of ours with every dumper in it, opened by a stand-in of Python's ISF: all of it opens, the keys are exact,
 * shared formats have the values that were written, and what ISF overwrites is known all the same.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { DataBase } from '../../src/index.js'
import { toNDArray } from '../../src/ndarray.js'
import { BUILT_IN, FIXTURE_OPTIONS, FIXTURE_VALUES } from '../dumpers/samples/fixtures.js'
import { scratch } from '../unit/scratch.js'
import { describeArray, describeValue } from './described.js'
import { canImport, python } from './python.js'

const program = fileURLToPath(new URL('isf/stand_in.py', import.meta.url))
const hasNumpy = canImport('numpy')
const root = scratch()
const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
/** What is written: the dumper, the value and the options of each key. */
const SAMPLES = [...BUILT_IN].flatMap(([name, dumper]) =>
  Object.entries(FIXTURE_VALUES[name] ?? {}).map(([key, value]) => {
    const options = FIXTURE_OPTIONS[name]?.[key] ?? {}
    return { key: `${name}-${key}`, dumper, value, options }
  }),
)
type Sample = (typeof SAMPLES)[number]

async function write(db: DataBase, { key, dumper, value, options }: Sample): Promise<void> {
  if (dumper.name !== 'subdb') return db.set(key, value, dumper, options)
  const nested = await db.sub(key, { create: true })
  for (const [name, one] of Object.entries(Object(value))) await nested.set(name, one)
}

async function writeAll(path: string): Promise<DataBase> {
  const db = await DataBase.open(path, { durability: 'relaxed' })
  for (const sample of SAMPLES) {
    await write(db, sample)
    await write(db, { ...sample, key: `deep/two/three/${sample.key}` })
  }
  return db
}

/** What ISF's loader gives for the value; undefined where that is not compared. */
function expected({ dumper, value }: Sample, files: readonly string[]): unknown {
  switch (dumper.name) {
    case 'ndarray':
    case 'zarr':
      return describeArray(toNDArray(value))
    case 'npz':
      return 'arr_0' in Object(value)
        ? describeArray(toNDArray(Object(value).arr_0))
        : { error: expect.stringContaining('KeyError') }
    case 'shared':
      return { dict: arraysOf(value).sort() }
    case 'pickle':
      return describeValue(value)
    case 'dataframe':
      return { list: expect.arrayContaining(columnsOf(value)) }
    case 'partitions':
      return { list: expect.arrayContaining([expect.objectContaining({ list: expect.any(Array) })]) }
    case 'subdb':
      return { database: expect.any(Array) }
    default:
      return { dict: [['folder', { list: [...files].sort() }]] }
  }
}

function arraysOf(value: unknown): unknown[][] {
  return Object.entries(Object(value)).map(([name, array]) => [name, describeArray(toNDArray(array))])
}

function columnsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value.map(([name]) => name) : []
}

/** Top-level names of an entry's files. */
function filesOf(path: string): string[] {
  const list = execFileSync('ls', ['-A', path], { encoding: 'utf8' })
  return list.split('\n').filter(name => name !== '')
}

function standIn(command: string, path: string): Record<string, unknown> {
  const options = { encoding: 'utf8', env: environment, maxBuffer: 2 ** 28 } as const
  return JSON.parse(execFileSync(python, [program, command, path], options))
}

function failure(path: string): string {
  return spawnSync(python, [program, 'describe', path], { encoding: 'utf8', env: environment }).stderr
}

function metadataFile(path: string, key: string): Record<string, unknown> {
  return JSON.parse(readFileSync(`${path}/${key}/metadata.json`, 'utf8'))
}

describe.skipIf(!hasNumpy)(
  `a stand-in of ISF${hasNumpy ? '' : ` (skipped: ${python} cannot import numpy)`}`,
  () => {
    test('opens a database with every dumper, three deep, and finds what was written', async () => {
      const path = `${root}/every`
      const db = await writeAll(path)
      const found = standIn('describe', path)
      for (const prefix of ['', 'deep/two/three/']) {
        for (const sample of SAMPLES) {
          const key = prefix + sample.key
          if (isSkipped(found[key])) continue
          expect({ [key]: found[key] }).toEqual({ [key]: expected(sample, filesOf(db.path(key))) })
        }
      }
      expect(Object.keys(found).sort()).toEqual([...(await db.keys({ recurse: true }))].sort())
      await db.close()
    })

    test('replaces metadata.json of every key; our record is whole, and repair brings theirs back', async () => {
      const path = `${root}/replaced`
      const db = await writeAll(path)
      const keys = await db.keys()
      const records = new Map(keys.map(key => [key, metadataFile(path, key)]))
      const before = await Promise.all(keys.map(key => db.metadata(key)))
      standIn('describe', path)
      for (const key of keys) expect(metadataFile(path, key).metadata_creation_time).toBe('post_hoc')
      expect(await Promise.all(keys.map(key => db.metadata(key)))).toEqual(before)
      expect((await db.verify()).problems).toEqual([])
      await db.repair()
      for (const key of keys) expect({ [key]: metadataFile(path, key) }).toEqual({ [key]: records.get(key) })
      await db.close()
    })

    test('opens again and again while keys are set, replaced, renamed and deleted', async () => {
      const path = `${root}/beside`
      const db = await writeAll(path)
      const stable = await db.keys()
      const metadata = await Promise.all(stable.map(key => db.metadata(key)))
      const child = spawn(python, [program, 'beside', path, ...stable], { env: environment })
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
      let complaints = ''
      child.stderr.on('data', data => {
        complaints += data
      })
      expect((await lines.next()).value, complaints).toBe('open')
      for (let turn = 0; turn < 600 && child.exitCode === null; turn++) await churn(db, turn)
      child.stdin.end()
      const last = await lines.next()
      expect(last.done, complaints).toBe(false)
      const seen = JSON.parse(last.value) as Record<string, readonly string[]>
      expect(seen).toMatchObject({ missing: [], changed: [], rounds: expect.any(Number) })
      expect(Number(seen.rounds)).toBeGreaterThan(1)
      expect(seen.gone?.filter(key => !CHURNED.includes(key))).toEqual([])
      expect(seen.listed?.filter(key => !CHURNED.includes(key))).toEqual(stable)
      expect(await Promise.all(stable.map(key => db.metadata(key)))).toEqual(metadata)
      expect((await db.verify()).problems).toEqual([])
      for (const key of await db.keys({ recurse: true })) {
        await db.get(key)
        expect(await db.metadata(key)).toMatchObject({ key, inferred: false })
      }
      await db.repair()
      for (const key of await db.keys())
        expect(metadataFile(path, key).metadata_creation_time).toBe('together_with_new_key')
      await db.close()
    }, 120_000)

    test('is as unforgiving as ISF: one wrong entry, and nothing opens', async () => {
      const make = async (name: string): Promise<string> => {
        const db = await DataBase.open(`${root}/${name}`, { durability: 'relaxed' })
        await db.set('good', 1)
        await db.close()
        return `${root}/${name}`
      }
      const stray = await make('stray')
      writeFileSync(`${stray}/notes.txt`, '')
      expect(failure(stray)).toContain('NotADirectoryError')
      const unknown = await make('unknown')
      writeLoader(unknown, { Loader: 'dirdict.json' })
      expect(failure(unknown)).toContain('ImportError')
      const members = await make('members')
      writeLoader(members, { Loader: 'data_base.IO.LoaderDumper.numpy_to_npy', dtype: 'f8' })
      expect(failure(members)).toContain('TypeError')
      const registered = await make('registered')
      writeFileSync(
        `${registered}/db_state.json`,
        JSON.stringify({ _registeredDumpers: ['data_base.isf_data_base.IO.LoaderDumper.numpy_to_npy'] }),
      )
      expect(failure(registered)).toContain('throws')
      expect(failure(await make('good'))).toBe('')
    })
  },
)

const CHURNED: readonly string[] = Array.from({ length: 6 }, (_, i) => `churn-${i}`)

/** One change of a key that the stand-in does not rely on. */
async function churn(db: DataBase, turn: number): Promise<void> {
  const key = CHURNED[turn % CHURNED.length] ?? ''
  const values = SAMPLES.filter(({ dumper }) => dumper.name !== 'subdb')
  const sample = values[turn % values.length] as Sample
  if (turn % 7 === 3) await db.delete(key)
  else if (turn % 7 === 5 && (await db.has(key))) {
    const other = CHURNED[(turn + 1) % CHURNED.length] ?? ''
    await db.delete(other)
    await db.rename(key, other)
  } else await write(db, { ...sample, key })
}

function isSkipped(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'skipped' in value
}

function writeLoader(path: string, content: object): void {
  mkdirSync(`${path}/bad`)
  writeFileSync(`${path}/bad/Loader.json`, JSON.stringify(content))
}
