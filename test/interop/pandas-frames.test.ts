/** pandas with pyarrow reads every dataframe that is written here: the same index, dtypes, columns, order and values. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as arrow from 'apache-arrow'
import { afterAll, describe, expect, test } from 'vitest'
import { DataBase, dataframe } from '../../src/index.js'
import { canImport, python } from './python.js'

const able = canImport('pandas', 'pyarrow')
const isf = fileURLToPath(new URL('../../../shared/data/isf-database', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'dirdict-pandas-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(
    python,
    ['-c', `import json, sys\nimport pandas as pd\n${program}`, ...args],
    { encoding: 'utf8' },
  )
  expect(status, stderr).toBe(0)
  return stdout
}

const fileOf = (db: DataBase, key: string): string => join(db.path(key), 'pandas_to_parquet.parquet')

describe.skipIf(!able)(
  `pandas${able ? '' : ` (skipped: ${python} cannot import pandas and pyarrow)`}`,
  () => {
    test.skipIf(!existsSync(isf))(
      'finds the frame that Python wrote equal to the one that was read and stored again',
      async () => {
        const source = await DataBase.open(isf, { readonly: true })
        const db = await DataBase.open(join(root, 'again'))
        await db.set('frame', await source.get('frame_parquet', dataframe), dataframe)
        const compare =
          'pd.testing.assert_frame_equal(pd.read_parquet(sys.argv[1]), pd.read_parquet(sys.argv[2]))'
        run(compare, fileOf(source, 'frame_parquet'), fileOf(db, 'frame'))
      },
    )

    test('has the dtypes, the order and the values of a table of many types, over several row groups', async () => {
      const rows = 3000
      const numbers = Float64Array.from({ length: rows }, (_, i) => i / 3)
      const table = new arrow.Table({
        z: arrow.makeVector(numbers),
        a: arrow.makeVector(BigInt64Array.from({ length: rows }, (_, i) => 2n ** 60n + BigInt(i))),
        s: arrow.vectorFromArray(
          Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : `cell ${i % 5}`)),
          new arrow.Utf8(),
        ),
        c: arrow.vectorFromArray(
          Array.from({ length: rows }, (_, i) => `kind ${i % 3}`),
          new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
        ),
        t: arrow.vectorFromArray(
          Array.from({ length: rows }, (_, i) => i * 1000),
          new arrow.TimestampMillisecond(),
        ),
        b: arrow.vectorFromArray(
          Array.from({ length: rows }, (_, i) => i % 2 === 0),
          new arrow.Bool(),
        ),
        f: arrow.makeVector(Float32Array.from(numbers)),
      })
      const db = await DataBase.open(join(root, 'types'))
      await db.set('table', table, dataframe, { rowGroupSize: 1000 })
      const found: unknown = JSON.parse(
        run(
          `df = pd.read_parquet(sys.argv[1])
print(json.dumps({
  'columns': list(df.columns), 'kinds': [dtype.kind for dtype in df.dtypes],
  'index': [type(df.index).__name__, len(df)],
  'z': float(df.z.sum()), 'a': str(df.a.astype(object).sum()), 'nulls': int(df.s.isna().sum()),
  'c': sorted(set(df.c)), 'b': int(df.b.sum()), 't': str(df.t.iloc[-1]), 'f': str(df.f.dtype)}))`,
          fileOf(db, 'table'),
        ),
      )
      expect(found).toEqual({
        columns: ['z', 'a', 's', 'c', 't', 'b', 'f'],
        kinds: ['f', 'i', 'O', 'O', 'M', 'b', 'f'],
        index: ['RangeIndex', rows],
        z: expect.closeTo(
          numbers.reduce((sum, x) => sum + x, 0),
          3,
        ),
        a: String(BigInt(rows) * 2n ** 60n + BigInt((rows * (rows - 1)) / 2)),
        nulls: Math.ceil(rows / 7),
        c: ['kind 0', 'kind 1', 'kind 2'],
        b: rows / 2,
        t: '1970-01-01 00:49:59',
        f: 'float32',
      })
    })

    test('sees an index as an index, by its name', async () => {
      const db = await DataBase.open(join(root, 'index'))
      const made = join(root, 'made.parquet')
      run(
        "pd.DataFrame({'v': [1.5, 2.5]}, index=pd.Index(['x', 'y'], name='cell')).to_parquet(sys.argv[1])",
        made,
      )
      await db.set('plain', [['v', [1.5, 2.5]]], dataframe)
      const copy = await DataBase.open(join(root, 'copy'))
      await copy.set('frame', [['v', [1.5]]], dataframe)
      rmSync(join(copy.path('frame'), 'dirdict.json'))
      rmSync(join(copy.path('frame'), 'object_meta.json'))
      cpSync(made, fileOf(copy, 'frame'))
      await db.set('frame', await copy.get('frame', dataframe), dataframe)
      run(
        'pd.testing.assert_frame_equal(pd.read_parquet(sys.argv[1]), pd.read_parquet(sys.argv[2]))',
        made,
        fileOf(db, 'frame'),
      )
      const plain = run(
        'df = pd.read_parquet(sys.argv[1]); print(type(df.index).__name__, list(df.columns))',
        fileOf(db, 'plain'),
      )
      expect(plain.trim()).toBe("RangeIndex ['v']")
    })
  },
)
