/** Arrow files that are larger than memory or than one buffer. They have holes, and take no room on disk. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import * as apache from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { type ArrowEntry, storeArrow } from './arrow-entry.js'
import { type ForgedBlock, forge } from './arrow-forge.js'

const GIB = 2 ** 30
const schema = new apache.Schema([new apache.Field('x', new apache.LargeBinary(), true)])

/** A file of `size` bytes with one value, `body` bytes of the batch that the footer states, and a hole after it. */
async function withHole(size: number, body: number): Promise<ArrowEntry> {
  const entry = await storeArrow([['x', [1]]])
  const blocks = ([block]: readonly ForgedBlock[]): ForgedBlock[] => [
    { ...block!, body: Math.max(body, block!.body) },
  ]
  const value = BigInt64Array.of(0n, BigInt(Math.max(8, body - 24)))
  const buffers = [new Uint8Array(0), value, new Uint8Array(8).fill(7)]
  const regions = body === 0 ? undefined : [0, 0, 0, 16, 16, body - 24]
  const message = { rows: 1, nodes: [1, 0], buffers, ...(regions ? { regions, bodyLength: body } : {}) }
  const file = forge({ schema, messages: [message], blocks })
  const footer = file.readInt32LE(file.byteLength - 10) + 10
  const fd = openSync(join(entry.directory, 'value.arrow'), 'w')
  writeSync(fd, file.subarray(0, -footer), 0, file.byteLength - footer, 0)
  ftruncateSync(fd, size)
  writeSync(fd, file.subarray(-footer), 0, footer, size - footer)
  closeSync(fd)
  return entry
}

describe('a file', () => {
  test('of 3 GiB is read batch by batch, and only what is in them', async () => {
    const { loadBare } = await withHole(3 * GIB, 0)
    const before = process.memoryUsage().arrayBuffers
    expect((await loadBare()).getChild('x')?.toJSON()).toEqual([new Uint8Array(8).fill(7)])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(GIB)
  })

  test('that is larger than memory is refused as a whole, and read in parts', async () => {
    const { loadBare } = await withHole(totalmem() + GIB, 0)
    await expect(loadBare()).rejects.toThrow(
      /is too large: there is no memory for its \d+ bytes. Read fewer `columns`/,
    )
    await expect(loadBare()).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
    expect((await loadBare({ rows: [0, 1] })).numRows).toBe(1)
  })

  test('with a batch that is larger than memory is refused before it is read', async () => {
    const { loadBare } = await withHole(totalmem() + 2 * GIB, totalmem() + GIB)
    for (const options of [{}, { rows: [0, 1] as const }, { columns: ['x'] }]) {
      await expect(loadBare(options)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
    }
    await expect(loadBare({ rows: [0, 1] })).rejects.toThrow(/no memory for \d+ bytes of one batch/)
  })
})
