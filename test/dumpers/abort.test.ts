/** An aborted write leaves nothing, an aborted read gives the signal's reason, in every format that takes its time. */
import { describe, expect, it } from 'vitest'
import { type AnyDumper, array, arrow, csv, type DataBase, dataframe, ndarray, npz } from '../../src/index.js'
import { listFiles, snapshot } from '../../src/testing/raw-disk.js'
import { temporaryDatabase } from './temporary.js'

const COUNT = 3_000_000
const numbers = Float64Array.from({ length: COUNT }, (_, i) => i / 7)
const matrix = array(numbers, [COUNT / 1000, 1000])
const columns = [
  ['x', numbers],
  ['y', numbers],
]

async function* blocks(): AsyncGenerator<Float64Array> {
  for (let i = 0; i < 100; i++) yield numbers.subarray(0, 100_000)
}

const CASES: readonly { name: string; dumper: AnyDumper; value: () => unknown; parts: readonly object[] }[] =
  [
    {
      name: 'ndarray',
      dumper: ndarray,
      value: () => matrix,
      parts: [{}, { slice: [null, [null, null, 3]] }],
    },
    { name: 'ndarray from blocks', dumper: ndarray, value: blocks, parts: [{}] },
    { name: 'npz', dumper: npz, value: () => ({ matrix }), parts: [{}] },
    {
      name: 'dataframe',
      dumper: dataframe,
      value: () => columns,
      parts: [{}, { columns: ['x'] }, { where: { x: { gt: 10 } } }],
    },
    { name: 'arrow', dumper: arrow, value: () => columns, parts: [{}, { columns: ['x'] }] },
    {
      name: 'csv',
      dumper: csv,
      value: () => columns.map(([name]) => [name, numbers.subarray(0, 200_000)]),
      parts: [{}],
    },
  ]

describe.each(CASES)('$name', ({ dumper, value, parts }) => {
  it('aborted before it begins, a write changes nothing', async () => {
    const db = await temporaryDatabase()
    await db.set('kept', 1)
    const before = snapshot(db.path('kept'))
    const signal = AbortSignal.abort(new Error('not now'))
    await expect(db.set('new', value(), dumper, { signal })).rejects.toThrow('not now')
    await onlyHolds(db, 'kept', before)
  })

  it('aborted in the middle, a write keeps the old value and leaves nothing', async () => {
    const db = await temporaryDatabase()
    await db.set('key', 'old')
    const before = snapshot(db.path('key'))
    const controller = new AbortController()
    const reason = new Error('enough')
    const onProgress = (): void => controller.abort(reason)
    await expect(db.set('key', value(), dumper, { signal: controller.signal, onProgress })).rejects.toBe(
      reason,
    )
    expect(await db.get('key')).toBe('old')
    await onlyHolds(db, 'key', before)
  })

  it.each(parts)('aborted in the middle, a read of %j gives the reason', async part => {
    const db = await temporaryDatabase()
    await db.set('key', value(), dumper)
    const controller = new AbortController()
    const reason = new Error('enough')
    const read = db.get('key', dumper, { ...part, signal: controller.signal })
    setImmediate(() => controller.abort(reason))
    await expect(read).rejects.toBe(reason)
    await expect(db.get('key', dumper, part)).resolves.toBeDefined()
  })
})

/** Nothing but the entry of `key`, with these files, lies on disk once the background work has ended. */
async function onlyHolds(db: DataBase, key: string, files: ReturnType<typeof snapshot>): Promise<void> {
  await db.close()
  expect(snapshot(db.path(key))).toEqual(files)
  expect(listFiles(db.directory).filter(file => !file.startsWith(`${key}/`))).toEqual(['db_state.json'])
}
