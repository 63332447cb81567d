/** Frames that Python's ISF wrote load with the values that Python saw, and stay the same frames when stored again. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Table } from 'apache-arrow'
import { afterAll, describe, expect, test } from 'vitest'
import { dataframe } from '../../dumpers/dataframe.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import type { ExpectedTable } from './isf-expected.js'

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url))
const entry = join(data, 'isf-database/frame_parquet')
const present = existsSync(entry)
const reason = present ? '' : ' (skipped: shared/data is not here)'

const root = mkdtempSync(join(tmpdir(), 'dirdict-isf-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const load = (columns?: readonly string[]): Promise<Table> =>
  dataframe.load(new EntryReadFolder(entry, 'frame_parquet'), {}, columns === undefined ? {} : { columns })

async function rewrite(table: Table): Promise<{ table: Table; meta: unknown }> {
  const directory = mkdtempSync(join(root, 'entry-'))
  const args = await dataframe.dump(table, new EntryWriteFolder(directory, 'k', { durable: false }), {})
  const meta: unknown = JSON.parse(readFileSync(join(directory, 'object_meta.json'), 'utf8'))
  return { table: await dataframe.load(new EntryReadFolder(directory, 'k'), args ?? {}, {}), meta }
}

const pandasOf = (table: Table): Record<string, unknown> =>
  JSON.parse(table.schema.metadata.get('pandas') ?? '{}')
const values = (table: Table, name: string): unknown[] => [...(table.getChild(name) ?? [])]

describe.skipIf(!present)(`a frame of ISF${reason}`, () => {
  const expected: ExpectedTable = present
    ? JSON.parse(readFileSync(join(data, 'isf-database.expected.json'), 'utf8')).frame_parquet
    : undefined

  test('holds what Python wrote', async () => {
    const table = await load()
    expect(table.numRows).toBe(expected.rows)
    expect(table.schema.names).toEqual([...expected.columns, expected.index])
    for (const [name, sum] of Object.entries(expected.sums)) {
      const numbers = values(table, name).map(value => Number(value ?? 0))
      expect(numbers.reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 9)
    }
    for (const [name, count] of Object.entries(expected.non_null)) {
      expect(values(table, name).filter(value => value !== null)).toHaveLength(count)
    }
    for (const [name, count] of Object.entries(expected.distinct)) {
      expect(new Set(values(table, name)).size).toBe(count)
    }
    for (const [name, count] of Object.entries(expected.true_count)) {
      expect(values(table, name).filter(value => value === true)).toHaveLength(count)
    }
    const index = values(table, expected.index)
    expect([index[0], index.at(-1)]).toEqual([expected.index_first, expected.index_last])
  })

  test('gives single columns, the index among them', async () => {
    const whole = await load()
    const part = await load(['sim_trial_index', 'n'])
    expect(part.schema.names).toEqual(['sim_trial_index', 'n'])
    for (const name of ['sim_trial_index', 'n']) expect(values(part, name)).toEqual(values(whole, name))
  })

  test('is the same frame when it is stored again', async () => {
    const before = await load()
    const { table, meta } = await rewrite(before)
    expect(meta).toEqual(JSON.parse(readFileSync(join(entry, 'object_meta.json'), 'utf8')))
    const [old, now] = [pandasOf(before), pandasOf(table)]
    for (const member of ['index_columns', 'column_indexes', 'columns'])
      expect(now[member]).toEqual(old[member])
    expect(String(table.schema)).toBe(String(before.schema))
    expect(table.toArray().map(row => row.toJSON())).toEqual(before.toArray().map(row => row.toJSON()))
    expect((await rewrite(table)).meta).toEqual(meta)
  })

  test('without its index has a range index', async () => {
    const { table, meta } = await rewrite(await load(['0.025', 'cell_type']))
    expect(pandasOf(table).index_columns).toEqual([
      { kind: 'range', name: null, start: 0, stop: 1007, step: 1 },
    ])
    expect(meta).toEqual({
      columns: ['0.025', 'cell_type'],
      column_name_dtypes: ['float64', '<U9'],
      index_dtype: 'int64',
      dtypes: ['float64', 'object'],
    })
  })
})
