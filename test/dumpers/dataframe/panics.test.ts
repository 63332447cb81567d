/** dataframe: where WebAssembly panics in this thread, what is stored and loaded after it is not touched by it. */
import * as arrow from 'apache-arrow'
import * as wasm from 'parquet-wasm'
import { expect, test } from 'vitest'
import { runnerFor } from '../../../dumpers/_parquet/runner.js'
import { codeOf, store } from './stored.js'

/** A batch of so many row groups that the encoder calls itself until there is no stack left. */
function deep(): Promise<Uint8Array> {
  const table = arrow.tableFromArrays({ x: Float64Array.from({ length: 30_000 }, (_, i) => i) })
  const bytes = arrow.tableToIPC(table, 'stream')
  const settings = { compression: 'snappy', rowGroupSize: 1 } as const
  return runnerFor(wasm, 0, undefined).run({ kind: 'encode', bytes, settings })
}

test('after a panic tables are stored and loaded as before, whole and in parts', async () => {
  const before = await store([['x', [1, 2, 3]]])
  await expect(deep()).rejects.toMatchObject({ name: 'CodecError', panic: true })
  expect([...(await before.load()).getChild('x')!]).toEqual([1, 2, 3])
  expect([...(await before.load({ where: { x: { gt: 1 } } })).getChild('x')!]).toEqual([2, 3])
  const after = await store([
    ['x', [4, 5]],
    ['y', ['a', 'b']],
  ])
  expect([...(await after.load({ columns: ['y'] })).getChild('y')!]).toEqual(['a', 'b'])
  expect([...(await after.load()).getChild('x')!]).toEqual([4, 5])
})

test('a table that makes it panic is refused each time, and no other', async () => {
  const type = new arrow.FixedSizeBinary(0)
  const data = arrow.makeData({ type, length: 2, nullCount: 0, data: new Uint8Array(0) })
  for (let i = 0; i < 5; i++) {
    expect(await codeOf(store([['x', new arrow.Vector([data])]]))).toBe('VALUE_REJECTED')
    expect((await (await store([['x', [i]]])).load()).getChild('x')!.get(0)).toBe(i)
  }
})
