/**
 * When the owner of a lock counts as dead: by the process table, never by silence.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { DatabaseDirectory } from '../../../src/entry/database-directory.js'
import { acquireFileLock } from '../../../src/locks/file.js'
import { ownersOf } from '../../../src/locks/owners.js'
import { isDead, newToken } from '../../../src/locks/token.js'
import { tokenWith } from './scene.js'

const linux = process.platform === 'linux'

function statOf(pid: number): { state: string; start: string } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', start: fields[19] ?? '' }
}

describe('the owner of a token', () => {
  it('is alive while its thread runs', () => {
    expect(isDead(newToken())).toBe(false)
  })

  it('is dead where no process has its id', () => {
    const { pid } = spawnSync('true')
    expect(isDead(tokenWith({ 1: String(pid), 3: String(pid) }))).toBe(true)
  })

  it.runIf(linux)('is dead where another process has got its id since', () => {
    expect(isDead(tokenWith({ 2: '1' }))).toBe(true)
  })

  it.runIf(linux)('is dead when it was killed and nobody has asked for its end yet', async () => {
    // The shell becomes a `sleep`, which never reaps the child that the shell had started.
    const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'])
    try {
      const [line] = await once(parent.stdout, 'data')
      const pid = Number(String(line))
      const token = tokenWith({ 1: String(pid), 2: statOf(pid).start, 3: String(pid) })
      expect(isDead(token)).toBe(false)
      process.kill(pid, 'SIGKILL')
      while (statOf(pid).state !== 'Z') await nextTurn()
      expect(process.kill(pid, 0)).toBe(true)
      expect(isDead(token)).toBe(true)
    } finally {
      parent.kill('SIGKILL')
    }
  })

  it.runIf(linux)('counts as alive in another namespace of process ids, and on another machine', () => {
    const [boot] = newToken().split('-')
    const { pid } = spawnSync('true')
    expect(isDead(tokenWith({ 0: `${boot}-1`, 1: String(pid) }))).toBe(false)
    expect(isDead(tokenWith({ 0: '00000000-1', 1: String(pid) }))).toBe(false)
  })

  it.runIf(linux)('that is a process of another user is alive', () => {
    expect(isDead(tokenWith({ 1: '1', 2: statOf(1).start, 3: '1' }))).toBe(false)
  })

  it('that is no token counts as alive', () => {
    for (const name of ['', 'lock', '.', 'a.b.c', tokenWith({ 1: '-1' })]) expect(isDead(name)).toBe(false)
  })
})

describe('a worker thread', () => {
  it.runIf(linux)('that ends with a lock held frees it', async () => {
    const path = mkdtempSync(`${tmpdir()}/dirdict-thread-`)
    try {
      const worker = new Worker(new URL('../../faults/children/lock-and-end.mjs', import.meta.url), {
        workerData: path,
      })
      await once(worker, 'exit')
      const directory = new DatabaseDirectory(path)
      const [owner] = ownersOf(directory, 'k')
      expect(owner?.split('.')[1]).toBe(String(process.pid))
      const lock = await acquireFileLock(directory, 'k', { timeout: 10_000 })
      await lock.release()
    } finally {
      rmSync(path, { recursive: true, force: true })
    }
  })
})
