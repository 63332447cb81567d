/** Partitioned tables with parts that are missing, of another table or changed, and records that say what is not so. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as arrow from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { partitions, type TableInput } from '../../src/index.js'
import { foreign } from './partitions-entry.js'

const column = (type: arrow.DataType, values: readonly unknown[]): TableInput =>
  new arrow.Table({ x: arrow.vectorFromArray(values, type) })

describe('an entry is CORRUPT_ENTRY', () => {
  const three = [1, 2, 3].map(i => column(new arrow.Int8(), [i]))

  it('where a part is missing', async () => {
    const { get, directory } = await foreign(three)
    rmSync(join(directory, 'pandas_to_parquet.3.1.parquet'))
    await expect(get()).rejects.toThrow('lacks pandas_to_parquet.3.1.parquet')
  })

  it('where the last part is missing', async () => {
    const { get, directory } = await foreign(three)
    rmSync(join(directory, 'pandas_to_parquet.3.2.parquet'))
    await expect(get()).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it('where there are parts of two tables', async () => {
    const { get, directory } = await foreign(three)
    cpSync(join(directory, 'pandas_to_parquet.3.1.parquet'), join(directory, 'pandas_to_parquet.2.1.parquet'))
    await expect(get()).rejects.toThrow('has parts of')
  })

  it('where there is a part too many, whatever its number', async () => {
    for (const number of ['3', '4294967295', '99999999999999999999']) {
      const { get, directory } = await foreign(three)
      const extra = join(directory, `pandas_to_parquet.3.${number}.parquet`)
      cpSync(join(directory, 'pandas_to_parquet.3.1.parquet'), extra)
      await expect(get()).rejects.toThrow('has 4 parts of 3')
    }
  })

  it('where there is none', async () => {
    const { get } = await foreign([])
    await expect(get()).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it('but not where Python wrote a division that JSON does not have', async () => {
    const { get, directory } = await foreign(three)
    writeFileSync(join(directory, 'divisions.json'), '["NaN \\" -Infinity", -Infinity, Infinity, NaN]')
    expect((await get()).divisions).toEqual(['NaN " -Infinity', null, null, null])
  })

  it.each([[[0, 1]], [{}], [null], [[0, 1, 2, {}]]])('where the divisions are %j', async divisions => {
    const { get } = await foreign(three, divisions)
    await expect(get()).rejects.toMatchObject({ code: 'CORRUPT_ENTRY', details: { file: 'divisions.json' } })
  })

  it('where a part of ours has other bytes than were written, once they are read', async () => {
    const { db } = await foreign([])
    await db.set('t', [['x', Float64Array.from({ length: 4000 }, Math.sin)]], partitions, {
      partitionSize: 8000,
    })
    const file = join(db.path('t'), 'pandas_to_parquet.4.2.parquet')
    const bytes = readFileSync(file)
    bytes[200]! ^= 1
    writeFileSync(file, bytes)
    const table = await db.get('t', partitions)
    expect((await table.toTable({ rows: [0, 2000] })).numRows).toBe(2000)
    await expect(table.toTable()).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    expect((await db.verify()).problems.length).toBe(1)
  })

  it('but not where the record says what cannot be: then the footers count', async () => {
    const { db } = await foreign([])
    await db.set('t', [['x', new Float64Array(2000)]], partitions, { partitionSize: 8000 })
    const file = join(db.path('t'), 'dirdict.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"rows":[1000,1000]', '"rows":[1000,-1000]'))
    const table = await db.get('t', partitions)
    expect([table.numRows, (await table.toTable()).numRows]).toEqual([2000, 2000])
  })
})
