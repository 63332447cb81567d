/** dataframe: some columns are those of the whole table. */
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import type { TableInput } from '../../../dumpers/dataframe.js'
import { child, codeOf, store } from './stored.js'

describe('columns', () => {
  const rows = 300_000
  const table = (): TableInput => [
    ['f', Float64Array.from({ length: rows }, (_, i) => i / 3)],
    ['s', Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : `name ${i}`))],
    [
      'd',
      arrow.vectorFromArray(
        Array.from({ length: rows }, (_, i) => `c${i % 9}`),
        new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16()),
      ),
    ],
    [
      'l',
      arrow.vectorFromArray(
        Array.from({ length: rows }, (_, i) => (i % 5 ? [i, null] : null)),
        new arrow.List(child(new arrow.Int32())),
      ),
    ],
    ['i', Int32Array.from({ length: rows }, (_, i) => i % 11)],
  ]

  const ipc = (table: arrow.Table, name: string): Uint8Array => arrow.tableToIPC(table.select([name]))

  test('are those of the whole table, in the order that was asked for', async () => {
    const { load } = await store(table())
    const whole = await load()
    expect([whole.numRows, whole.batches.length]).toEqual([rows, 3])
    for (const columns of [['d'], ['l', 'f'], ['i', 's', 'd'], ['i', 'l', 'd', 's', 'f']]) {
      const part = await load({ columns })
      expect(part.schema.names).toEqual(columns)
      for (const name of columns) {
        expect(String(part.getChild(name)!.type)).toBe(String(whole.getChild(name)!.type))
        expect(Buffer.from(ipc(part, name)).equals(ipc(whole, name))).toBe(true)
      }
    }
  }, 60_000)

  test.each<[string, readonly string[], RegExp]>([
    ['unknown', ['Rate'], /There is no column "Rate"\. There is: "rate", "cell"\./],
    ['named twice', ['rate', 'rate'], /twice/],
    ['empty', [], /is empty/],
  ])('that are %s are refused', async (_name, columns, message) => {
    const { load } = await store([
      ['cell', [1]],
      ['rate', [2]],
    ])
    await expect(load({ columns })).rejects.toThrow(message)
    expect(await codeOf(load({ columns }))).toBe('OPTION_INVALID')
  })

  test('an unknown compression is refused', async () => {
    // @ts-expect-error not among the choices
    expect(await codeOf(store([['a', [1]]], { compression: 'gzip' }))).toBe('OPTION_INVALID')
  })
})
