/**
 * Locks under odd circumstances: other things in their place, long names, thousands at once.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DatabaseDirectory } from '../../../src/entry/database-directory.js'
import { emptyTrash } from '../../../src/entry/trash.js'
import { DataBase } from '../../../src/index.js'
import { acquireFileLock } from '../../../src/locks/file.js'
import { ownersOf } from '../../../src/locks/owners.js'
import { newToken } from '../../../src/locks/token.js'
import { deadToken, leftIn, lockedPlace, removePlace } from './scene.js'

let directory: DatabaseDirectory

beforeEach(() => {
  directory = lockedPlace()
})

afterEach(() => removePlace(directory))

describe.each(['lock', 'waiting'] as const)('what is no directory in the place of a %s', place => {
  it.each([false, true])('is refused, and nothing is touched behind it (shared: %s)', async shared => {
    const outside = mkdtempSync(`${tmpdir()}/dirdict-outside-`)
    try {
      mkdirSync(`${outside}/${deadToken()}`)
      const before = readdirSync(outside)
      // A writer looks at those who wait only when he waits himself.
      if (place === 'waiting' && !shared)
        mkdirSync(`${directory.lock('k')}/${`${newToken()}.r`}`, { recursive: true })
      for (const make of [
        () => symlinkSync(outside, directory[place]('k')),
        () => writeFileSync(directory[place]('k'), ''),
      ]) {
        make()
        await expect(acquireFileLock(directory, 'k', { shared, timeout: 1_000 })).rejects.toMatchObject({
          code: 'CORRUPT_ENTRY',
          message: expect.stringContaining(directory[place]('k')),
        })
        rmSync(directory[place]('k'))
      }
      expect(readdirSync(outside)).toEqual(before)
    } finally {
      rmSync(outside, { recursive: true })
    }
  })
})

it('repair sets aside what is no directory in the place of a lock', async () => {
  const db = await DataBase.open(directory.path)
  await db.set('k', 1)
  rmSync(directory.lock('k'), { recursive: true, force: true })
  writeFileSync(directory.lock('k'), '')
  expect((await db.repair()).map(({ action, key }) => `${action} ${key}`)).toEqual(['set aside '])
  await db.set('k', 2)
  await db.close()
})

it('a name of 255 bytes is locked both ways, and can be waited for', async () => {
  const name = `${'ä'.repeat(127)}k`
  const reader = await acquireFileLock(directory, name, { shared: true })
  const waiting = acquireFileLock(directory, name, { timeout: 50 })
  await expect(waiting).rejects.toMatchObject({ code: 'LOCKED' })
  await reader.release()
  await (await acquireFileLock(directory, name)).release()
})

it('a lock is given back though somebody has removed the trash', async () => {
  const lock = await acquireFileLock(directory, 'k')
  rmSync(directory.trash(''), { recursive: true })
  lock.releaseSync()
  expect(ownersOf(directory, 'k')).toEqual([])
})

it('who gives up keeps the place in the queue of those he waited for', async () => {
  const first = await acquireFileLock(directory, 'k')
  await expect(acquireFileLock(directory, 'k', { timeout: 10 })).rejects.toMatchObject({ code: 'LOCKED' })
  const order: string[] = []
  const next = ['second', 'third'].map(async who => {
    const lock = await acquireFileLock(directory, 'k')
    order.push(who)
    await lock.release()
  })
  expect(readdirSync(directory.work(''))).toEqual([])
  await first.release()
  await Promise.all(next)
  expect(order).toEqual(['second', 'third'])
})

it('1,000 waiters on one signal warn of nothing, and all of them end with it', async () => {
  const warnings: Error[] = []
  const warned = (warning: Error): void => void warnings.push(warning)
  process.on('warning', warned)
  const lock = await acquireFileLock(directory, 'k')
  const controller = new AbortController()
  const waiters = Array.from({ length: 1_000 }, () =>
    acquireFileLock(directory, 'k', { signal: controller.signal }),
  )
  const ends = Promise.allSettled(waiters)
  controller.abort(new Error('enough'))
  const reasons = (await ends).map(end => (end.status === 'rejected' ? end.reason.message : 'held'))
  expect(new Set(reasons)).toEqual(new Set(['enough']))
  await lock.release()
  process.off('warning', warned)
  expect(warnings).toEqual([])
})

it('300 locks are held at once, and 300 that want one have it in turn', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `k${i}`)
  const held = await Promise.all(names.map(name => acquireFileLock(directory, name)))
  for (const lock of held) await lock.release()
  let inside = 0
  await Promise.all(
    names.map(async () => {
      const lock = await acquireFileLock(directory, 'k')
      expect(++inside).toBe(1)
      await null
      inside--
      await lock.release()
    }),
  )
  await emptyTrash(directory)
  expect(leftIn(directory)).toEqual([])
})
