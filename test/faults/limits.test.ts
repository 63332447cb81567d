/**
 * Processes at their limits: hardly any descriptors, and files that may not grow, so that a write is cut short. No value is
 * ever wrong; an error says what the matter is.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataBase, ndarray } from '../../src/index.js'
import { leftovers } from './scene.js'

const CHILD = new URL('children/limited.mjs', import.meta.url).href

let directory: string

beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/dirdict-limits-`)
})

afterEach(() => rmSync(directory, { recursive: true }))

const absent = spawnSync('prlimit', ['--version']).error === undefined ? '' : ' (skipped: needs prlimit)'

/** What a process says that gets this limit when it has started. */
function limited(limit: string, work: string): Record<string, number> {
  const args = ['-e', `import(${JSON.stringify(CHILD)})`, work, directory, limit]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: '/', encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout)
}

describe.skipIf(absent !== '')(`a process at its limits${absent}`, () => {
  it('with 64 descriptors reads and writes 1,000 keys at once, or says IO_FAILED', async () => {
    const said = limited('--nofile=64', 'crowd')
    expect(Object.keys(said).filter(code => code !== 'IO_FAILED' && code !== 'right')).toEqual([])
    expect(said.right).toBeGreaterThan(1000)
    const db = await DataBase.open(directory)
    expect((await db.verify()).problems).toEqual([])
    // To list what has to be removed takes a descriptor, too: some of it may be left to the next repair.
    await db.repair()
    await db.close()
    expect(leftovers(directory)).toEqual([])
  }, 120_000)

  it('with no descriptor left says IO_FAILED, by handles that it has, too', () => {
    expect(limited('--nofile=64', 'exhausted')).toEqual({ IO_FAILED: 9 })
    expect(leftovers(directory)).toEqual([])
  }, 120_000)

  // Such a write is cut at the limit, and the next one gives EFBIG.
  for (const [work, size] of Object.entries({ small: 50_000, large: 1_300_000, rows: 1_300_000 })) {
    it(`whose files may not exceed ${size} bytes keeps the old value, and leaves nothing: ${work}`, async () => {
      expect(limited(`--fsize=${size}`, work)).toEqual({ IO_FAILED: 1 })
      expect(leftovers(directory)).toEqual([])
      const db = await DataBase.open(directory)
      expect((await db.get('key', ndarray)).data).toEqual(new Float64Array([1, 2, 3]))
      expect((await db.verify()).problems).toEqual([])
      await db.close()
    }, 120_000)
  }
})
