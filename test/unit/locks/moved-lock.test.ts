/** A lock in a nested database that is renamed while it is held: its holder fails, and nobody waits for him. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DataBase } from '../../../src/index.js'

let root: string
let db: DataBase

beforeEach(async () => {
  root = mkdtempSync(`${tmpdir()}/dirdict-moved-`)
  db = await DataBase.open(root, { durability: 'relaxed' })
})

afterEach(async () => {
  await db.close()
  rmSync(root, { recursive: true, force: true })
})

it.each(['nested', 'nested/deeper'])(
  'an update below %s that is renamed meanwhile gets LOCK_LOST',
  async name => {
    const nested = await db.sub(name, { create: true })
    await nested.set('key', 1)
    const update = nested.update('key', async () => {
      await db.rename('nested', 'moved')
      return 2
    })
    await expect(update).rejects.toMatchObject({ code: expect.stringMatching(/LOCK_LOST|STALE_HANDLE/) })
    const moved = await db.sub(name.replace('nested', 'moved'))
    expect(await moved.get('key')).toBe(1)
    // Its holder lives, so that nobody could take the lock over.
    await moved.set('key', 3, { timeout: 10_000 })
    expect(await moved.get('key')).toBe(3)
  },
)
