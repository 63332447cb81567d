/**
 * Frames that Python pickled, stored again with `dataframe`: the same table, and the words by which Python makes its frame
 * of it, beside what pandas itself says of the frame. Where pyarrow is there, Python reads it, too.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import type { Table } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataBase, dataframe, pickle } from '../../src/index.js'
import { type Recorded, type Stored, textOfTable } from '../dumpers/pickle-pandas-text.js'
import { canImport, python } from './python.js'

const able = canImport('pandas')
const withParquet = canImport('pandas', 'pyarrow')
const script = fileURLToPath(new URL('pickles/cases.py', import.meta.url))

/** For which Parquet has no form: no columns, and categories that are intervals. */
const NOT_STORED: ReadonlySet<string> = new Set(['no columns', 'intervals'])
/** Objects that pandas itself rounds to microseconds. */
const ROUNDED: ReadonlySet<string> = new Set([
  "objects: numpy's times",
  'objects: timestamps',
  'objects: timedeltas',
])
/** Where our words are not those of pandas. */
const OTHER_WORDS: Readonly<Record<string, unknown>> = {
  'big-endian: dtypes': ['float64'],
  'instants in UTC-03:30: dtypes': ['datetime64[ns, -03:30]', 'int64'],
  'datetime index in UTC-03:30: index_dtype': 'datetime64[ns, -03:30]',
  // pandas would read both as true, and knows no categories here.
  'labels that are booleans: levels': [[null, 'object']],
  'labels that are categories: levels': [['kind', 'object']],
}

describe.skipIf(!able)(
  `frames stored again${able ? '' : ` (skipped: ${python} cannot import pandas)`}`,
  () => {
    const root = mkdtempSync(join(tmpdir(), 'dirdict-pickle-again-'))
    const path = join(root, 'db')
    const frames: { readonly name: string; readonly key: string; readonly stored: Stored }[] = []
    let db: DataBase

    beforeAll(async () => {
      db = await DataBase.open(path, { durability: 'relaxed' })
      const args = [script, 'kinds', '0', '0', '4']
      const { stdout } = spawnSync(python, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
      const { cases }: Recorded = JSON.parse(stdout)
      for (const { name, pickles, stored } of cases) {
        const key = name.replaceAll(/[^a-zA-Z0-9]/g, '_')
        const Loader = 'data_base.isf_data_base.IO.LoaderDumper.pandas_to_pickle'
        mkdirSync(join(path, key))
        writeFileSync(join(path, key, 'Loader.json'), JSON.stringify({ Loader }))
        writeFileSync(join(path, key, 'pandas_to_pickle.pickle'), Buffer.from(pickles[4]!, 'hex'))
        const table = (await db.get(key, pickle)) as Table
        if (NOT_STORED.has(name)) {
          await expect(db.set(`again-${key}`, table, dataframe), name).rejects.toMatchObject({
            code: 'VALUE_REJECTED',
          })
          continue
        }
        await db.set(`again-${key}`, table, dataframe)
        frames.push({ name, key, stored: stored! })
      }
    }, 60_000)

    afterAll(async () => {
      await db.close()
      rmSync(root, { recursive: true })
    })

    test('are the tables that they were', async () => {
      expect(frames.length).toBeGreaterThan(100)
      for (const { name, key } of frames) {
        const [before, after] = [
          (await db.get(key, pickle)) as Table,
          await db.get(`again-${key}`, dataframe),
        ]
        expect(textOfTable(after), name).toEqual(textOfTable(before))
        expect(noteOf(after), name).toEqual(noteOf(before))
      }
    })

    test('say of columns, labels and index what pandas says', async () => {
      const different: Record<string, unknown> = {}
      for (const { name, key, stored } of frames) {
        const ours = storedOf(path, `again-${key}`, await db.get(`again-${key}`, dataframe))
        for (const [member, value] of Object.entries(stored)) {
          const own = ours[member as keyof Stored]
          if (!isDeepStrictEqual(own, value)) different[`${name}: ${member}`] = own
        }
      }
      expect(different).toEqual(OTHER_WORDS)
    })

    test.skipIf(!withParquet)(
      `are the frames that Python wrote${withParquet ? '' : ` (skipped: ${python} cannot import pyarrow)`}`,
      () => {
        const pairs = frames.map(({ name, key }) => [
          join(path, key, 'pandas_to_pickle.pickle'),
          join(path, `again-${key}`, 'pandas_to_parquet.parquet'),
          ROUNDED.has(name),
        ])
        const input = JSON.stringify(pairs)
        const args = ['-W', 'ignore', '-c', COMPARE, script, join(root, 'own.parquet')]
        const { stdout, stderr } = spawnSync(python, args, { encoding: 'utf8', input })
        expect(stderr).toBe('')
        expect(JSON.parse(stdout)).toEqual([])
      },
      60_000,
    )
  },
)

/** What the entry says of the frame: its `object_meta.json`, and of the labels of columns the note in the file. */
function storedOf(path: string, key: string, table: Table): Stored {
  const meta = JSON.parse(readFileSync(join(path, key, 'object_meta.json'), 'utf8'))
  const { columns, dtypes, index_dtype, index_name = null } = meta
  const levels = noteOf(table).column_indexes.map((level): [string | null, string] => [
    level.name,
    level.numpy_type,
  ])
  return { columns, dtypes, index_dtype, index_name, levels }
}

function noteOf(table: Table): Record<string, unknown> & { readonly column_indexes: readonly Level[] } {
  const { creator, pandas_version, ...note } = JSON.parse(table.schema.metadata.get('pandas') ?? '{}')
  return note
}

interface Level {
  readonly name: string | null
  readonly numpy_type: string
}

/** Every file has to be read; where pandas writes one of its own, what is in both is the same. */
const COMPARE = `
import json, os, sys, pickle
import pandas as pd
sys.path.insert(0, os.path.dirname(sys.argv[1]))
import cases
bad = []
for path, parquet, rounded in json.load(sys.stdin):
    try:
        ours = pd.read_parquet(parquet)
    except Exception as error:
        bad.append([path, str(error)])
        continue
    try:
        cases.frame_of(pickle.load(open(path, 'rb'))).to_parquet(sys.argv[2])
        own = pd.read_parquet(sys.argv[2])
    except Exception:
        continue
    try:
        if not rounded:
            pd.testing.assert_frame_equal(ours, own, check_dtype=False, check_categorical=False)
    except Exception as error:
        bad.append([path, str(error)])
print(json.dumps(bad))`
