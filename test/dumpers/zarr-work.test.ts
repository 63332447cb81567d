/** The memory and the time that zarr takes: whose memory is read into, and that others have their turn. */
import { describe, expect, it } from 'vitest'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { array, toNested, view, zarr } from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'
import { entryOf, int32, load, v2, v3 } from './zarr-entry.js'

const numbers = array(
  Float64Array.from({ length: 10_000 }, (_, i) => i),
  [100, 100],
)

describe('out', () => {
  it('is the memory that is read into', async () => {
    const db = await temporaryDatabase()
    await db.set('a', numbers, zarr, { chunks: [50, 30] })
    const out = new Float64Array(10_001)
    const whole = await db.get('a', zarr, { out })
    expect(whole.data).toHaveLength(10_000)
    expect((whole.data as Float64Array).buffer).toBe(out.buffer)
    expect(toNested(whole)).toEqual(toNested(numbers))
    const middle = out.subarray(100, 300)
    const part = await db.get('a', zarr, {
      slice: [
        [null, null, -1],
        [1, 3],
      ],
      out: middle,
    })
    expect(part.data).toBe(middle)
    expect(toNested(part)).toEqual(
      toNested(
        view(numbers, [
          [null, null, -1],
          [1, 3],
        ]),
      ),
    )
  })

  it.each([
    ['shorter', '<f8', new Float64Array(3)],
    ['of another class', '<f8', new Float32Array(4)],
    ['for strings', '<U1', new Float64Array(4)],
    ['for strings of any length', '|O', new Float64Array(4)],
  ])('is refused %s', async (_why, dtype, out) => {
    const meta = v2({ dtype, filters: dtype === '|O' ? [{ id: 'vlen-utf8' }] : null })
    await expect(load({ '.zarray': meta }, { out })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option: 'out', dumper: 'zarr' },
    })
  })
})

describe('others have their turn', () => {
  /** The work, aborted by a timer, which fires only where the work lets it. */
  async function aborted(work: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
    const controller = new AbortController()
    setImmediate(() => controller.abort(new Error('enough')))
    return work(controller.signal).catch((error: unknown) => error)
  }

  it('while many small chunks are written', async () => {
    const outcome = await aborted(signal => {
      const folder = new EntryWriteFolder(entryOf({}), 'key', { durable: false, signal })
      return zarr.dump(array(new Float64Array(20_000)), folder, { chunks: 1, compression: 'none' })
    })
    expect(outcome).toEqual(new Error('enough'))
  })

  it('while many small chunks are read from one shard', async () => {
    const count = 200_000
    const bytes = { name: 'bytes', configuration: { endian: 'little' } }
    const configuration = { chunk_shape: [1], codecs: [bytes], index_codecs: [bytes] }
    const meta = v3({
      shape: [count],
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [count] } },
      codecs: [{ name: 'sharding_indexed', configuration }],
    })
    const index = BigUint64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? 0n : 4n))
    const shard = Buffer.concat([int32(7), new Uint8Array(index.buffer)])
    const entry = entryOf({ 'zarr.json': meta, 'c/0': shard })
    const outcome = await aborted(signal => zarr.load(new EntryReadFolder(entry, 'key', { signal }), {}, {}))
    expect(outcome).toEqual(new Error('enough'))
  })
})

it('ends with the reason of the signal', async () => {
  const controller = new AbortController()
  const meta = v2({ shape: [1_000_000], chunks: [1] })
  const folder = new EntryReadFolder(entryOf({ '.zarray': meta }), 'key', { signal: controller.signal })
  const reading = zarr.load(folder, {}, {})
  setImmediate(() => controller.abort(new Error('enough')))
  await expect(reading).rejects.toThrow('enough')
})
