/**
 * Holders of a lock that stand still, are killed, or live where the table of processes does not show them: in another
 * namespace, or on another host. A clock that is handed in stands for the minute of silence.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { utimesSync, writeFileSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DatabaseDirectory } from '../../src/entry/database-directory.js'
import { acquireFileLock } from '../../src/locks/file.js'
import { ownersOf, Watch } from '../../src/locks/owners.js'
import { isDead, newToken } from '../../src/locks/token.js'
import { foreignToken, holds, lockedPlace, removePlace, tokenWith } from '../unit/locks/scene.js'

const HOLDER = fileURLToPath(new URL('children/holder.mjs', import.meta.url))
const NAMESPACE = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']
const MINUTE = 60_000

let directory: DatabaseDirectory
let now: number
let watch: Watch
let holder: ChildProcess | undefined
let lines: AsyncIterator<string>

beforeEach(() => {
  directory = lockedPlace()
  now = 0
  watch = new Watch(() => now)
})

afterEach(() => {
  holder?.kill('SIGKILL')
  holder = undefined
  removePlace(directory)
})

/** Why there is no second host here, or undefined. */
function noNamespaces(): string | undefined {
  const { status, stderr } = spawnSync('unshare', ['--net', ...NAMESPACE.slice(1), 'true'], {
    encoding: 'utf8',
  })
  return status === 0 ? undefined : `no namespaces: ${stderr ?? 'unshare is not installed'}`
}

const none = noNamespaces()
const unless = none === undefined ? '' : ` (skipped: ${none})`

/** Starts a holder by this command, and gives its token. */
async function hold(command: readonly string[], mode = 'alone'): Promise<string> {
  const [program = '', ...args] = [...command, process.execPath, HOLDER, directory.path, mode]
  holder = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const output: Interface = createInterface({ input: holder.stdout! })
  lines = output[Symbol.asyncIterator]()
  return said()
}

async function said(): Promise<string> {
  return String((await lines.next()).value)
}

/** A command on a machine of its own: other processes, other network, started another time. */
function otherHost(): string[] {
  const boot = `${directory.path}/boot_id`
  writeFileSync(boot, '11111111-2222-3333-4444-555555555555\n')
  const script = `mount --bind ${boot} /proc/sys/kernel/random/boot_id && exec "$@"`
  return [...NAMESPACE, '--net', 'sh', '-c', script, 'sh']
}

/** What an observer can do whose clock says `time`: "taken", or the code of the error. */
async function attemptAt(time: number, shared = false): Promise<string> {
  now = time
  try {
    await (await acquireFileLock(directory, 'k', { shared, timeout: 30 }, watch)).release()
    return 'taken'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('on this host', () => {
  it.each(['alone', 'shared'])(
    'a holder (%s) whose event loop stands still is not robbed, however long',
    async mode => {
      await hold([], mode)
      holder?.stdin?.write('block\n')
      await said()
      for (const time of [0, MINUTE + 1, 1e9]) expect(await attemptAt(time)).toBe('LOCKED')
    },
  )

  it('a holder that is stopped is not robbed', async () => {
    await hold([])
    holder?.kill('SIGSTOP')
    for (const time of [0, MINUTE + 1, 1e9]) expect(await attemptAt(time)).toBe('LOCKED')
  })

  it.each(['alone', 'shared'])(
    'a holder (%s) that is killed frees it at once, without any silence',
    async mode => {
      await hold([], mode)
      expect(await attemptAt(0)).toBe('LOCKED')
      const ended = once(holder!, 'exit')
      holder?.kill('SIGKILL')
      await ended
      expect(await attemptAt(0)).toBe('taken')
    },
  )

  it('the id of a holder that has ended frees it, though another process has that id now', async () => {
    const token = await hold([])
    const [, pid = '', start = '', thread = ''] = token.split('.')
    const reused = tokenWith({ 1: pid, 2: String(Number(start) - 1), 3: thread })
    expect([isDead(token), isDead(reused)]).toEqual([false, true])
  })
})

describe(`in another namespace of process ids${unless}`, () => {
  it.skipIf(none)(
    'a holder that lives is not robbed, nor is one that nobody can see any more, before a minute',
    async () => {
      const token = await hold(NAMESPACE)
      expect(token.split('.')[0]).not.toBe(newToken().split('.')[0])
      expect(await attemptAt(0)).toBe('LOCKED')
      // The heartbeat of one that lives.
      utimesSync(`${directory.lock('k')}/${token}`, new Date(), new Date(1e12))
      expect(await attemptAt(MINUTE + 1)).toBe('LOCKED')
      const ended = once(holder!, 'exit')
      holder?.stdin?.write('end\n')
      await ended
      // Its namespace has gone with it.
      expect(await attemptAt(2 * MINUTE)).toBe('LOCKED')
      expect(await attemptAt(2 * MINUTE + 2)).toBe('taken')
    },
  )
})

describe(`on another host${unless}`, () => {
  it.skipIf(none).each(['alone', 'shared'])(
    'a holder (%s) is left alone for a minute of silence',
    async mode => {
      const token = await hold(otherHost(), mode)
      expect(token.slice(0, 8)).toBe('11111111')
      holder?.stdin?.write('block\n')
      await said()
      expect(await attemptAt(0)).toBe('LOCKED')
      expect(await attemptAt(MINUTE)).toBe('LOCKED')
      expect(await attemptAt(MINUTE + 1)).toBe('taken')
      expect(ownersOf(directory, 'k')).toEqual([])
    },
  )
})

describe('a clock that jumps', () => {
  it('does not matter: times on the disk are only compared with each other', async () => {
    const path = holds(directory, foreignToken())
    const touched = (time: number): void => utimesSync(path, new Date(time), new Date(time))
    touched(Date.now() - 1e10)
    expect(await attemptAt(0)).toBe('LOCKED')
    expect(await attemptAt(MINUTE - 1)).toBe('LOCKED')
    touched(Date.now() + 1e10)
    expect(await attemptAt(MINUTE + 1)).toBe('LOCKED')
    touched(Date.now() - 2e10)
    expect(await attemptAt(2 * MINUTE)).toBe('LOCKED')
    expect(await attemptAt(3 * MINUTE)).toBe('LOCKED')
    expect(await attemptAt(3 * MINUTE + 1)).toBe('taken')
  })

  it('a writer on another host who waits holds those who share off for a minute, and no longer', async () => {
    directory.makeWithin(directory.waiting('k'), foreignToken())
    expect(await attemptAt(0, true)).toBe('LOCKED')
    expect(await attemptAt(MINUTE, true)).toBe('LOCKED')
    expect(await attemptAt(MINUTE + 1, true)).toBe('taken')
  })
})
