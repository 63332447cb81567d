/** The partitioned frame that Python's ISF wrote, and what DuckDB and pandas find in the parts that we write. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'
import * as arrow from 'apache-arrow'
import { afterAll, describe, expect, test } from 'vitest'
import { DataBase, type PartitionedTable, partitions } from '../../src/index.js'
import { canImport, python } from './python.js'

const isf = fileURLToPath(new URL('../../../shared/data/isf-database', import.meta.url))
const expected = fileURLToPath(new URL('../../../shared/data/isf-database.expected.json', import.meta.url))
const able = canImport('pandas', 'pyarrow')
const root = mkdtempSync(join(tmpdir(), 'dirdict-partitions-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe.skipIf(!existsSync(isf))(
  `the partitioned frame of ISF${existsSync(isf) ? '' : ' (skipped: ../shared/data is absent)'}`,
  () => {
    const opened = async (): Promise<PartitionedTable> =>
      (await DataBase.open(isf, { readonly: true })).get('frame_partitioned', partitions)

    test('has its parts in order, its divisions and its columns, the index among them', async () => {
      const table = await opened()
      const { rows } = JSON.parse(readFileSync(expected, 'utf8')).frame_partitioned
      expect(table.numRows).toBe(rows)
      expect(table.partitions.length).toBe(11)
      expect(table.partitions[10]?.file).toBe('pandas_to_parquet.11.10.parquet')
      expect(table.divisions).toEqual(
        JSON.parse(readFileSync(join(isf, 'frame_partitioned', 'divisions.json'), 'utf8')),
      )
      expect([...table.schema.names].sort()).toEqual(
        ['0.0', '0.025', 'active', 'cell_type', 'n', 'sim_trial_index'].sort(),
      )
    })

    test('has the values that Python saw, by columns and by batches', async () => {
      const table = await opened()
      const { sums, non_null, true_count, distinct } = JSON.parse(
        readFileSync(expected, 'utf8'),
      ).frame_partitioned
      const found = new Map<string, number>()
      for await (const batch of table.batches({ columns: ['0.0', '0.025', 'n'] })) {
        for (const [i, { name }] of batch.schema.fields.entries()) {
          const values = [...batch.getChildAt(i)!].map(Number)
          found.set(
            name,
            values.reduce((sum, value) => sum + value, found.get(name) ?? 0),
          )
        }
      }
      for (const [name, sum] of Object.entries<number>(sums)) expect(found.get(name)).toBeCloseTo(sum, 6)
      const rest = await table.columns(['n', 'active', 'cell_type'])
      expect(rest.numRows - (rest.getChild('n')?.nullCount ?? 0)).toBe(non_null.n)
      expect([...rest.getChild('active')!].filter(Boolean).length).toBe(true_count.active)
      expect(new Set(rest.getChild('cell_type')!).size).toBe(distinct.cell_type)
    })

    test('is searched by its index and by other columns', async () => {
      const table = await opened()
      const whole = await table.toTable()
      const ids = [...whole.getChild('sim_trial_index')!]
      expect([ids[0], ids.at(-1)]).toEqual(['trial/000000', 'trial/001006'])
      const some = await table.where({ sim_trial_index: { gte: 'trial/000180', lte: 'trial/000190' } })
      expect([...some.getChild('sim_trial_index')!]).toEqual(
        ids.filter(id => id >= 'trial/000180' && id <= 'trial/000190'),
      )
      const active = await table.where({ active: true }, { columns: ['sim_trial_index'] })
      expect(active.numRows).toBe([...whole.getChild('active')!].filter(Boolean).length)
      expect((await table.where({ sim_trial_index: 'trial/009999' })).numRows).toBe(0)
    })

    test('is the same frame when it is stored again: parts, divisions, labels and index', async () => {
      const table = await opened()
      const db = await DataBase.open(join(root, 'again'))
      async function* parts(): AsyncGenerator<arrow.Table> {
        let start = 0
        for (const { rows } of table.partitions) {
          yield table.toTable({ rows: [start, start + rows] })
          start += rows
        }
      }
      await db.set('frame', parts(), partitions, { partitionSize: 4000 })
      const read = (directory: string, file: string): unknown =>
        JSON.parse(readFileSync(join(directory, file), 'utf8'))
      const again = await db.get('frame', partitions)
      expect(again.divisions[0]).toBe('trial/000000')
      expect(again.divisions.at(-1)).toBe('trial/001006')
      const meta = read(join(isf, 'frame_partitioned'), 'object_meta.json')
      expect(read(db.path('frame'), 'object_meta.json')).toEqual(meta)
      expect((await again.toTable()).toArray().map(String)).toEqual(
        (await table.toTable()).toArray().map(String),
      )
    })
  },
)

const rows = 100_000
const sample = (): arrow.Table =>
  new arrow.Table({
    trial: arrow.makeVector(Int32Array.from({ length: rows }, (_, i) => i)),
    rate: arrow.makeVector(Float64Array.from({ length: rows }, (_, i) => i / 4)),
    id: arrow.makeVector(BigInt64Array.from({ length: rows }, (_, i) => 2n ** 60n + BigInt(i))),
    cell: arrow.vectorFromArray(
      Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? null : `L${i % 7} ü`)),
      new arrow.Utf8(),
    ),
  })

async function written(name: string, index?: string): Promise<DataBase> {
  const db = await DataBase.open(join(root, name))
  await db.set('table', sample(), partitions, {
    partitionSize: 2 ** 19,
    ...(index === undefined ? {} : { index }),
  })
  return db
}

async function query(sql: string): Promise<Record<string, DuckDBValue>[]> {
  const connection = await DuckDBConnection.create()
  try {
    return (await connection.runAndReadAll(sql)).getRowObjects()
  } finally {
    connection.closeSync()
  }
}

test('DuckDB reads all parts together, and finds the same values', async () => {
  const db = await written('duckdb')
  const [found] = await query(`select count(*) as rows, count(distinct filename) as parts, sum(rate) as rate,
    sum(id)::hugeint as id, count(cell) as cells, count(distinct cell) as kinds
    from read_parquet('${db.path('table')}/*.parquet', filename = true)`)
  const sum = (rows * (rows - 1)) / 2
  const { partitions: parts } = await db.get('table', partitions)
  expect(parts.length).toBeGreaterThan(4)
  expect(found).toEqual({
    rows: BigInt(rows),
    parts: BigInt(parts.length),
    rate: sum / 4,
    id: 2n ** 60n * BigInt(rows) + BigInt(sum),
    cells: BigInt((rows * 4) / 5),
    kinds: 7n,
  })
})

test('DuckDB finds by a condition what `where` finds', async () => {
  const db = await written('where', 'trial')
  const table = await db.get('table', partitions)
  const [found] = await query(`select count(*) as rows, sum(rate) as rate
    from read_parquet('${db.path('table')}/*.parquet') where trial >= 33000 and trial < 66000 and cell = 'L3 ü'`)
  const ours = await table.where({ trial: { gte: 33_000, lt: 66_000 }, cell: 'L3 ü' }, { columns: ['rate'] })
  expect(BigInt(ours.numRows)).toBe(found?.rows)
  expect([...ours.getChild('rate')!].reduce((sum: number, x) => sum + x, 0)).toBe(found?.rate)
})

describe.skipIf(!able)(
  `pandas${able ? '' : ` (skipped: ${python} cannot import pandas and pyarrow)`}`,
  () => {
    const ask = (program: string, ...args: string[]): unknown => {
      const { status, stdout, stderr } = spawnSync(
        python,
        ['-c', `import json, sys, glob, os\nimport pandas as pd\n${program}`, ...args],
        { encoding: 'utf8' },
      )
      expect(status, stderr).toBe(0)
      return JSON.parse(stdout)
    }
    const load = `
folder = sys.argv[1]
n = len(glob.glob(os.path.join(folder, '*.parquet')))
parts = [pd.read_parquet(os.path.join(folder, f'pandas_to_parquet.{n}.{i}.parquet')) for i in range(n)]
divisions = json.load(open(os.path.join(folder, 'divisions.json')))
`

    test('has the index of every part between its divisions', async () => {
      const db = await written('pandas', 'trial')
      const found = ask(
        `${load}
assert len(divisions) == n + 1
inside = all(divisions[i] == p.index[0] and p.index[-1] <= divisions[i + 1] for i, p in enumerate(parts))
df = pd.concat(parts)
print(json.dumps([inside, df.index.name, list(df.columns), len(df), float(df.rate.sum()), bool(df.index.is_unique)]))`,
        db.path('table'),
      )
      expect(found).toEqual([true, 'trial', ['rate', 'id', 'cell'], rows, (rows * (rows - 1)) / 8, true])
    })

    test('numbers the rows through all parts where there is no index', async () => {
      const db = await written('range')
      const found = ask(
        `${load}
df = pd.concat(parts)
print(json.dumps([type(parts[1].index).__name__, int(df.index[0]), int(df.index[-1]), bool(df.index.is_unique), list(set(divisions))]))`,
        db.path('table'),
      )
      expect(found).toEqual(['RangeIndex', 0, rows - 1, true, [null]])
    })

    test('writes parts as Dask would, of which we read the same frame', async () => {
      const db = await written('python', 'trial')
      ask(
        `${load}
for i, p in enumerate(parts):
    p = p.assign(note=None if i == 0 else f'part {i}', small=i)
    p.to_parquet(os.path.join(folder, f'pandas_to_parquet.{n}.{i}.parquet'))
os.remove(os.path.join(folder, 'dirdict.json'))
os.remove(os.path.join(folder, 'object_meta.json'))
print('null')`,
        db.path('table'),
      )
      const table = await db.get('table', partitions)
      expect(table.numRows).toBe(rows)
      const notes = await table.columns(['note'], { where: { trial: { in: [0, rows - 1] } } })
      expect([...notes.getChild('note')!]).toEqual([null, `part ${table.partitions.length - 1}`])
    })
  },
)
