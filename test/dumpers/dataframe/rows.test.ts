/** dataframe: some rows, by number or by condition, are those of the whole table, and no more is read than they need. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import type { DataframeGetOptions, TableInput } from '../../../dumpers/dataframe.js'
import { codeOf, contents, FILE, oneColumn, plain, store, types } from './stored.js'

const count = 5000
const table = (): TableInput => [
  ['n', Float64Array.from({ length: count }, (_, i) => i)],
  ['s', Array.from({ length: count }, (_, i) => (i % 7 === 0 ? null : `name ${i}`))],
  ['d', arrow.vectorFromArray(Array.from({ length: count }, (_, i) => `c${Math.floor(i / 100)}`))],
  ['i', BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 100))],
]
const groups = { rowGroupSize: 1000 }
const rowsOf = (part: arrow.Table): unknown[] => part.toArray().map(row => plain(row))

describe('rows', () => {
  test.each<[string, readonly [number, number], number, number]>([
    ['from the beginning', [0, 10], 0, 10],
    ['across row groups', [990, 3010], 990, 3010],
    ['of one row group', [1000, 2000], 1000, 2000],
    ['from the end', [-5, count], count - 5, count],
    ['up to before the end', [4000, -900], 4000, count - 900],
    ['beyond the ends', [-2 * count, 2 * count], 0, count],
    ['of an empty stretch', [10, 10], 0, 0],
    ['that end before they start', [20, 10], 0, 0],
    ['after the last', [count, count + 1], 0, 0],
  ])('%s are cut out of the whole', async (_name, rows, start, stop) => {
    const { load } = await store(table(), groups)
    const whole = await load()
    const part = await load({ rows })
    expect(String(part.schema)).toBe(String(whole.schema))
    expect(rowsOf(part)).toEqual(rowsOf(whole.slice(start, stop)))
    const columns = ['d', 'n']
    expect(rowsOf(await load({ rows, columns }))).toEqual(rowsOf(whole.select(columns).slice(start, stop)))
  })

  test.each(types)('of %s keep type and values', async (_name, type, values) => {
    const whole = oneColumn(type, [...values, ...values])
    const { load } = await store(whole, { rowGroupSize: 2 })
    expect(contents(await load({ rows: [1, -1] }))).toEqual(contents(whole.slice(1, 2 * values.length - 1)))
  })

  test.each([[[1]], [[1, 2, 3]], [[0.5, 2]], [['0', '1']], ['01'], [null], [{}]])(
    '%j are refused',
    async rows => {
      const { load } = await store([['a', [1]]])
      // @ts-expect-error none of them is two numbers
      expect(await codeOf(load({ rows }))).toBe('OPTION_INVALID')
    },
  )
})

describe('where', () => {
  const filtered = async (options: DataframeGetOptions): Promise<unknown[]> =>
    rowsOf(await (await store(table(), groups)).load(options))

  test('gives the rows for which all conditions hold, of the columns that were asked for', async () => {
    expect(await filtered({ where: { n: { gte: 1998, lt: 2002 } }, columns: ['s'] })).toEqual(
      [1998, 1999, 2000, 2001].map(i => ({ s: i % 7 === 0 ? null : `name ${i}` })),
    )
    expect(await filtered({ where: { d: 'c31', i: { in: [1, 99n] } }, columns: ['n', 'i'] })).toEqual([
      { n: 3101, i: 1n },
      { n: 3199, i: 99n },
    ])
    expect(await filtered({ where: { s: null, n: { lt: 15 } }, columns: ['n'] })).toEqual([
      { n: 0 },
      { n: 7 },
      { n: 14 },
    ])
  })

  test('filters among `rows`, which are counted in the stored table', async () => {
    const where = { i: 5 }
    expect(await filtered({ where, rows: [1000, 1300], columns: ['n'] })).toEqual([
      { n: 1005 },
      { n: 1105 },
      { n: 1205 },
    ])
    expect(await filtered({ where, rows: [6, 105], columns: ['n'] })).toEqual([])
  })

  test('without any match gives an empty table of the same types', async () => {
    const { load } = await store(table(), groups)
    for (const where of [{ n: -1 }, { s: 'no such name' }]) {
      const none = await load({ where, columns: ['d', 's'] })
      expect(none.slice(0, 1).toArray()).toEqual([])
      expect([none.numRows, String(none.schema)]).toEqual([
        0,
        String((await load({ columns: ['d', 's'] })).schema),
      ])
    }
  })

  test.each(types)('that nothing matches keeps an empty column of %s usable', async (_name, type, values) => {
    const schema = new arrow.Schema([
      new arrow.Field('x', type, true),
      new arrow.Field('n', new arrow.Int8(), true),
    ])
    const x = oneColumn(type, values).getChildAt(0)!.data[0]!
    const n = arrow.makeData({
      type: new arrow.Int8(),
      length: values.length,
      data: new Int8Array(values.length),
    })
    const struct = {
      type: new arrow.Struct(schema.fields),
      length: values.length,
      nullCount: 0,
      children: [x, n],
    }
    const { load } = await store(
      new arrow.Table(schema, [new arrow.RecordBatch(schema, arrow.makeData(struct))]),
    )
    const none = await load({ where: { n: 5 } })
    expect(contents(none)).toEqual(contents(oneColumn(type, []).assign(none.select(['n']))))
    expect(contents(await (await store(none)).load())).toEqual(contents(none))
  })

  test('of nothing is all rows', async () => {
    expect(await filtered({ where: {} })).toHaveLength(count)
  })

  test('the answer can be stored again', async () => {
    const { load } = await store(table(), groups)
    const part = await load({ where: { i: { lt: 3 } } })
    expect(contents(await (await store(part)).load())).toEqual(contents(part))
  })

  test.each<[string, unknown]>([
    ['an unknown column', { m: 1 }],
    ['a value of another type', { n: 'one' }],
    ['no object', [1]],
  ])('with %s is refused', async (_name, where) => {
    const { load } = await store(table(), groups)
    // @ts-expect-error it may be anything
    expect(await codeOf(load({ where }))).toBe('OPTION_INVALID')
  })
})

test('row groups that have no wanted row are not read', async () => {
  const { directory, bytes, load } = await store(table(), groups)
  const broken = Buffer.from(bytes)
  // The pages of the first row group, up to where its third column has surely begun.
  broken.fill(0xff, 4, 2000)
  writeFileSync(join(directory, FILE), broken)
  expect((await load({ rows: [1000, count] })).numRows).toBe(count - 1000)
  expect((await load({ where: { n: { gte: 4999 } } })).numRows).toBe(1)
  expect(await codeOf(load({ rows: [999, count] }))).toBe('CORRUPT_ENTRY')
  expect(await codeOf(load({ where: { n: 0 } }))).toBe('CORRUPT_ENTRY')
})
