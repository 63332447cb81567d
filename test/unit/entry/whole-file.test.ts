/** Whole files, read stripe by stripe. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readWhole } from '../../../src/entry/whole-file.js'

const MIB = 2 ** 20

/** A descriptor of a file of so many bytes, no two stripes of which are the same, and its content. */
function fileOf(bytes: number): { fd: number; content: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'dirdict-whole-'))
  const content = Buffer.alloc(bytes)
  for (let at = 0; at + 4 <= bytes; at += 4093) content.writeUInt32LE(at, at)
  writeFileSync(join(folder, 'file'), content)
  const fd = openSync(join(folder, 'file'), 'r')
  onTestFinished(() => {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  })
  return { fd, content }
}

describe('a whole file', () => {
  it.each([0, 1, 128 * 1024, 128 * 1024 + 1, 2 * MIB, 2 * MIB + 1, 8 * MIB, 21 * MIB + 7])(
    'of %i bytes is read in order, with its checksum',
    async bytes => {
      const { fd, content } = fileOf(bytes)
      const { data, sum } = await readWhole(fd, new Uint8Array(bytes), true)
      expect(content.equals(data)).toBe(true)
      expect(sum).toBe(crc32(content))
      expect((await readWhole(fd, new Uint8Array(bytes), false)).sum).toBe(0)
    },
  )

  it.each([3 * MIB, 4 * MIB])('that ends after %i bytes gives those, and their checksum', async bytes => {
    const { fd, content } = fileOf(bytes)
    const { data, sum } = await readWhole(fd, new Uint8Array(20 * MIB), true)
    expect(content.equals(data)).toBe(true)
    expect(sum).toBe(crc32(content))
  })

  it('stops with the reason of an abort', async () => {
    const { fd } = fileOf(40 * MIB)
    const controller = new AbortController()
    const read = readWhole(fd, new Uint8Array(40 * MIB), true, controller.signal)
    setImmediate(() => controller.abort(new Error('enough')))
    await expect(read).rejects.toThrow('enough')
  })

  it('that cannot be read fails once, after all reads have ended', async () => {
    const fd = openSync(tmpdir(), 'r')
    onTestFinished(() => closeSync(fd))
    await expect(readWhole(fd, new Uint8Array(20 * MIB), true)).rejects.toMatchObject({ code: 'EISDIR' })
  })
})
