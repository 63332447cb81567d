/** Partitioned tables as they are written: what lies on disk, and the index. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as arrow from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { partitions } from '../../dumpers/partitions.js'
import { type DataBase, dataframe, isDirdictError, type PartitionsSetOptions } from '../../src/index.js'
import { dataFiles } from '../../src/testing/raw-disk.js'
import { temporaryDatabase } from './temporary.js'

const numbers = (from: number, to: number): Float64Array =>
  Float64Array.from({ length: to - from }, (_, i) => from + i)
const table = (from: number, to: number): arrow.Table =>
  new arrow.Table({ x: arrow.makeVector(numbers(from, to)) })

function json<T>(db: DataBase, key: string, file: string): T {
  return JSON.parse(readFileSync(join(db.path(key), file), 'utf8'))
}

async function divisionsOf(value: unknown, options: PartitionsSetOptions): Promise<unknown> {
  const db = await temporaryDatabase()
  await db.set('t', value as arrow.Table, partitions, options)
  expect((await db.get('t', partitions)).divisions).toEqual(json(db, 't', 'divisions.json'))
  return json(db, 't', 'divisions.json')
}

describe('on disk', () => {
  it('lies what ISF expects, and nothing else', async () => {
    const db = await temporaryDatabase()
    await db.set('t', table(0, 12_000), partitions, { partitionSize: 8000 })
    const files = dataFiles(db.path('t'))
    const parts = Array.from({ length: 12 }, (_, i) => `pandas_to_parquet.12.${i}.parquet`)
    expect(files).toEqual(['divisions.json', 'object_meta.json', ...parts].sort())
    expect(json(db, 't', 'Loader.json')).toEqual({
      Loader: 'data_base.isf_data_base.IO.LoaderDumper.dask_to_parquet',
    })
    expect(json(db, 't', 'divisions.json')).toEqual(new Array(13).fill(null))
    expect(json(db, 't', 'object_meta.json')).toEqual({
      columns: ['x'],
      column_name_dtypes: ['<U1'],
      index_dtype: 'int64',
      dtypes: ['float64'],
    })
    const recorded = (await db.metadata('t')).files.map(({ name }) => name)
    expect([...recorded].sort()).toEqual(files)
    expect((await db.verify()).problems).toEqual([])
  })

  it('survives full durability, under the names that the parts have at last', async () => {
    const db = await temporaryDatabase()
    await db.set('t', table(0, 3000), partitions, { partitionSize: 8000, durability: 'full' })
    expect(readdirSync(db.path('t'))).toContain('pandas_to_parquet.3.2.parquet')
    expect((await db.get('t', partitions)).numRows).toBe(3000)
  })

  it('says what pandas has to make of a column whose nulls are in one part alone', async () => {
    const db = await temporaryDatabase()
    const column = (values: readonly (bigint | null)[]): arrow.Table =>
      new arrow.Table({ n: arrow.vectorFromArray(values, new arrow.Int64()) })
    await db.set('t', [column([1n, 2n]), column([3n, null])], partitions, { partitionSize: 16 })
    expect(json<{ dtypes: unknown }>(db, 't', 'object_meta.json').dtypes).toEqual(['float64'])
  })
})

describe('the index', () => {
  const ids = ['a', 'b', 'b', 'c', 'c', 'd', 'é', '漢', '🧠']
  const rows = ids.map((id, i) => ({ i, id }))

  it('becomes that of the frames, and gives the divisions', async () => {
    const db = await temporaryDatabase()
    await db.set('t', rows, partitions, { partitionSize: 40, index: 'id' })
    const meta = json<Record<string, unknown>>(db, 't', 'object_meta.json')
    expect(meta).toMatchObject({
      columns: ['i'],
      index_name: 'id',
      index_name_dtype: '<U2',
      index_dtype: 'object',
    })
    const found = await db.get('t', partitions)
    const parts = found.partitions.length
    expect(parts).toBeGreaterThan(2)
    expect(found.divisions.length).toBe(parts + 1)
    expect([found.divisions[0], found.divisions.at(-1)]).toEqual(['a', '🧠'])
    expect(JSON.parse(found.schema.metadata.get('pandas') ?? '')).toMatchObject({ index_columns: ['id'] })
  })

  it('keeps rows with the same value in one part', async () => {
    const runs = [0, 0, 1, 1, 1, 2, 2, 3, 3].map(i => ({ i }))
    expect(await divisionsOf(runs, { partitionSize: 24, index: 'i' })).not.toContain(null)
    // Where one value alone has more rows than a part holds, nobody could say where it is.
    expect(await divisionsOf(new Array(9).fill({ i: 1 }), { partitionSize: 24, index: 'i' })).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('may be integers, floats and times, whose divisions JSON does not hold', async () => {
    const bigints = (values: readonly bigint[]): unknown => [['i', BigInt64Array.from(values)]]
    expect(await divisionsOf(bigints([1n, 2n, 3n]), { partitionSize: 16, index: 'i' })).toEqual([1, 3, 3])
    const large = bigints([1n, 2n ** 60n])
    expect(await divisionsOf(large, { partitionSize: 8, index: 'i' })).toEqual([null, null, null])
    const times = [['i', [new Date(0), new Date(1)]]]
    expect(await divisionsOf(times, { partitionSize: 8, index: 'i' })).toEqual([null, null, null])
    expect(await divisionsOf([['i', [0.5, 1.5]]], { partitionSize: 8, index: 'i' })).toEqual([0.5, 1.5, 1.5])
  })

  it.each([
    ['is not sorted', [1, 3, 2], 'is not sorted: 2 in row 2 (part 2) comes after 3'],
    ['has a null', [1, null], 'has no value in row 1'],
    ['has NaN', [Number.NaN, 1], 'has no value in row 0'],
    ['is of categories', arrow.vectorFromArray(['a', 'b']), 'is Dictionary<Int32, Utf8>. Make it numbers'],
    [
      'is of another type',
      [true, false],
      'is Bool. Make it numbers, times or text (Utf8), or leave the option index out.',
    ],
  ])('that %s is refused, naming the row', async (_, values, message) => {
    const db = await temporaryDatabase()
    const set = db.set('t', [['i', values]], partitions, { index: 'i', partitionSize: 8 })
    await expect(set).rejects.toThrow(message)
    expect(existsSync(db.path('t'))).toBe(false)
  })

  it('that is no column is OPTION_INVALID', async () => {
    const db = await temporaryDatabase()
    const failed = await db.set('t', rows, partitions, { index: 'nobody' }).catch((error: unknown) => error)
    expect(isDirdictError(failed, 'OPTION_INVALID')).toBe(true)
  })

  it('of a table that came from pandas stays its index, sorted or not', async () => {
    const db = await temporaryDatabase()
    await db.set('sorted', rows, partitions, { index: 'id', partitionSize: 40 })
    const again = await db.get('sorted', partitions)
    await db.set('again', again.batches(), partitions, { partitionSize: 40 })
    expect(json(db, 'again', 'divisions.json')).toEqual(json(db, 'sorted', 'divisions.json'))
    expect(json(db, 'again', 'object_meta.json')).toEqual(json(db, 'sorted', 'object_meta.json'))
    const backwards = [...rows].reverse()
    await db.set('frame', await again.toTable(), dataframe)
    const { schema } = await db.get('frame', dataframe)
    await db.set('backwards', backwards, dataframe)
    const { batches } = await db.get('backwards', dataframe)
    await db.set('unsorted', new arrow.Table(schema, batches), partitions, { partitionSize: 40 })
    expect(new Set(json<unknown[]>(db, 'unsorted', 'divisions.json'))).toEqual(new Set([null]))
  })

  it('of a table that came from pandas has its divisions, however the table is cut', async () => {
    const db = await temporaryDatabase()
    const runs = [0, 0, 1, 1, 1, 2, 2, 3, 3].map(i => ({ i }))
    await db.set('t', runs, partitions, { index: 'i' })
    const whole = await (await db.get('t', partitions)).toTable()
    expect(await divisionsOf(whole, { partitionSize: 24 })).toEqual([0, 1, 2, 3, 3])
  })

  it('that nobody named numbers the rows through all parts', async () => {
    const db = await temporaryDatabase()
    await db.set('t', table(0, 3000), partitions, { partitionSize: 8000 })
    const found = await db.get('t', partitions)
    expect(JSON.parse(found.schema.metadata.get('pandas') ?? '').index_columns).toEqual([
      { kind: 'range', name: null, start: 0, stop: 1000, step: 1 },
    ])
  })
})

it.each<[object, string]>([
  [{ partitionSize: 0 }, 'partitionSize'],
  [{ partitionSize: 1.5 }, 'partitionSize'],
  [{ index: 1 }, 'index'],
  [{ compression: 'lz4' }, 'compression'],
  [{ rowGroupSize: 0 }, 'rowGroupSize'],
])('the option %j is OPTION_INVALID', async (options, name) => {
  const db = await temporaryDatabase()
  await expect(db.set('t', table(0, 1), partitions, options)).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    details: { option: name, dumper: 'partitions' },
  })
})
