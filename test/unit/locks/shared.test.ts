/**
 * A lock that many hold together, or one alone.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DatabaseDirectory } from '../../../src/entry/database-directory.js'
import { emptyTrash } from '../../../src/entry/trash.js'
import { DataBase } from '../../../src/index.js'
import { acquireFileLock, type FileLock } from '../../../src/locks/file.js'
import { namesWithin, ownersOf, touch } from '../../../src/locks/owners.js'
import { isDead, newToken } from '../../../src/locks/token.js'
import { holding } from '../../../src/locks/turnstile.js'
import { awaits, deadToken, holds, leftIn, lockedPlace, removePlace } from './scene.js'

/** Long past any wait that ends. */
const AMPLE = { timeout: 20_000 }
const SHARED = { ...AMPLE, shared: true }

let directory: DatabaseDirectory

beforeEach(() => {
  directory = lockedPlace()
})

afterEach(() => removePlace(directory))

const take = (shared: boolean, timeout = 20_000): Promise<FileLock> =>
  acquireFileLock(directory, 'k', { shared, timeout })

describe('those who share a lock', () => {
  it('hold it together, and keep a writer out until the last has left', async () => {
    const [one, two] = [await take(true), await take(true)]
    await expect(take(false, 20)).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining('is being read by process'),
    })
    let held = false
    const writer = take(false).then(lock => {
      held = true
      return lock
    })
    await one.release()
    for (let i = 0; i < 100; i++) await nextTurn()
    expect(held).toBe(false)
    await two.release()
    await (await writer).release()
    await emptyTrash(directory)
    expect(leftIn(directory)).toEqual([])
  })

  it('wait while one holds it alone', async () => {
    const writer = await take(false)
    await expect(take(true, 20)).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining('is being written by process'),
    })
    const readers = [take(true), take(true), take(true)]
    await writer.release()
    const held = await Promise.all(readers)
    expect(ownersOf(directory, 'k')).toHaveLength(3)
    for (const lock of held) await lock.release()
  })

  it('come after a writer who came before them, in one process', async () => {
    const order: string[] = []
    const first = await take(true)
    const writer = take(false).then(async lock => {
      order.push('writer')
      await lock.release()
    })
    const later = take(true).then(async lock => {
      order.push('reader')
      await lock.release()
    })
    await first.release()
    await Promise.all([writer, later])
    expect(order).toEqual(['writer', 'reader'])
  })

  it('wait while a writer of another process waits for them', async () => {
    const waiting = awaits(directory, newToken())
    await expect(take(true, 20)).rejects.toMatchObject({ code: 'LOCKED' })
    const reader = take(true)
    for (let i = 0; i < 20; i++) await nextTurn()
    rmdirSync(waiting)
    await (await reader).release()
    await emptyTrash(directory)
    expect(leftIn(directory)).toEqual([])
  })

  it('see a writer of another process announced, who takes it back when he gives up', async () => {
    holds(directory, `${newToken()}.r`)
    const controller = new AbortController()
    const writer = acquireFileLock(directory, 'k', { signal: controller.signal })
    while (namesWithin(directory.waiting('k')).length === 0) await nextTurn()
    controller.abort(new Error('enough'))
    await expect(writer).rejects.toThrow('enough')
    await emptyTrash(directory)
    expect(leftIn(directory).filter(name => !name.startsWith('locks/'))).toEqual([])
  })

  it('cannot take it alone in between: LOCKED at once, both ways', async () => {
    for (const [held, wanted] of [
      [true, false],
      [true, true],
      [false, true],
    ] as const) {
      const lock = await take(held)
      const nested = holding(directory.lock('k'), () => take(wanted, 1e9))
      await expect(nested).rejects.toMatchObject({ code: 'LOCKED', message: /waits for a lock/ })
      await lock.release()
    }
  })

  it('learn that it was taken from them', async () => {
    const lock = await take(true)
    lock.assertHeld()
    rmdirSync(lock.holder)
    expect(() => lock.assertHeld()).toThrow(expect.objectContaining({ code: 'LOCK_LOST' }))
    await expect(lock.release()).rejects.toMatchObject({ code: 'LOCK_LOST' })
    await (await take(false)).release()
  })
})

/** What a process can have left on the disk that was killed between any two steps, and who may hold the lock then. */
const states: Record<string, () => void> = {
  'an empty lock': () => mkdirSync(directory.lock('k')),
  'one who shared it': () => void holds(directory, `${deadToken()}.r`),
  'many who shared it': () => {
    for (let i = 0; i < 5; i++) holds(directory, `${deadToken()}.r`)
  },
  'a writer': () => void holds(directory, deadToken()),
  'a writer, with what he had moved aside': () => {
    mkdirSync(`${holds(directory, deadToken())}/old-0000`)
  },
  'a writer, and one who was about to share': () => {
    holds(directory, deadToken())
    holds(directory, `${deadToken()}.r`)
  },
  'a wait without a writer': () => mkdirSync(directory.waiting('k')),
  'a writer who waited': () => void awaits(directory, deadToken()),
  'a writer who waited for one who shared it': () => {
    holds(directory, `${deadToken()}.r`)
    awaits(directory, deadToken())
  },
  'a light write': () => {
    writeFileSync(`${holds(directory, deadToken())}/value`, 'staged')
  },
}

describe.each(Object.entries(states))('after the death of %s', (_, leave) => {
  it.each([false, true])('the lock is free at once (shared: %s)', async shared => {
    leave()
    const lock = await take(shared)
    // Of the dead who shared it, a writer removes the names.
    expect(ownersOf(directory, 'k').filter(owner => !shared || !isDead(owner))).toEqual([lock.token])
    await lock.release()
    await (await take(false)).release()
    expect(ownersOf(directory, 'k')).toEqual([])
  })

  it('repair leaves nothing', async () => {
    leave()
    const db = await DataBase.open(directory.path)
    await db.repair()
    await db.close()
    expect(leftIn(directory)).toEqual([])
  })
})

describe('beside one who shares the lock and lives', () => {
  it('repair collects one who is dead', async () => {
    const lock = await take(true)
    holds(directory, `${deadToken()}.r`)
    const db = await DataBase.open(directory.path)
    expect((await db.repair()).map(({ action }) => action)).toEqual(['collected'])
    expect(ownersOf(directory, 'k')).toEqual([lock.token])
    await lock.release()
    await db.close()
  })

  it('a writer takes over from a dead one, and waits all the same', async () => {
    const reader = holds(directory, `${newToken()}.r`)
    holds(directory, deadToken())
    await expect(take(false, 50)).rejects.toMatchObject({ code: 'LOCKED' })
    expect(existsSync(reader)).toBe(true)
    expect(ownersOf(directory, 'k')).toHaveLength(1)
    holds(directory, deadToken())
    const writer = take(false)
    for (let i = 0; i < 50; i++) await nextTurn()
    rmdirSync(reader)
    await (await writer).release()
    expect(ownersOf(directory, 'k')).toEqual([])
  })
})

it('the old value that a dead writer has moved aside outlives those who share the lock after him', async () => {
  const old = `old-0000.k`
  mkdirSync(`${holds(directory, deadToken())}/${old}`)
  await (await acquireFileLock(directory, 'k', SHARED)).release()
  await emptyTrash(directory)
  expect(leftIn(directory).filter(name => name.endsWith(old))).toHaveLength(1)
})

const root = process.getuid?.() === 0
const unless = root ? '' : ' (skipped: only root can be another user)'

it.skipIf(!root)(`a touch shows that an owner lives who has taken over from another user${unless}`, () => {
  const path = holds(directory, newToken())
  const { path: database, service } = directory
  for (const open of [database, service, directory.lock(''), directory.lock('k'), path])
    chmodSync(open, 0o777)
  const longAgo = new Date(0)
  utimesSync(path, longAgo, longAgo)
  const owners = new URL('../../../dist/src/locks/owners.js', import.meta.url).href
  const program = `import(${JSON.stringify(owners)}).then(({ touch }) => console.log(touch(${JSON.stringify(path)})))`
  const { stdout } = spawnSync(process.execPath, ['-e', program], { cwd: '/', uid: 65534, encoding: 'utf8' })
  expect(stdout).toBe('true\n')
  expect(statSync(path).mtimeMs).toBeGreaterThan(0)
  expect(readdirSync(path)).toEqual([])
})

it('a touch tells that the lock was taken away', () => {
  const path = holds(directory, newToken())
  expect(touch(path)).toBe(true)
  rmdirSync(path)
  expect(touch(path)).toBe(false)
})
