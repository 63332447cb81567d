/**
 * A process that is killed at each of the system calls by which it takes a lock and gives it back: whoever comes next has
 * the lock at once, alone or shared, and repair leaves nothing.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { emptyTrash } from '../../src/entry/trash.js'
import { DataBase } from '../../src/index.js'
import { acquireFileLock } from '../../src/locks/file.js'
import { isShared, ownersOf } from '../../src/locks/owners.js'
import { leaveShared } from '../../src/locks/shared.js'
import { isDead, newToken } from '../../src/locks/token.js'
import { awaits, deadToken, holds, leftIn, lockedPlace, removePlace } from '../unit/locks/scene.js'
import { noStrace } from './strace.js'

const CHILD = fileURLToPath(new URL('children/lock-steps.mjs', import.meta.url))
const none = noStrace()
const unless = none === undefined ? '' : ` (skipped: ${none})`
/** More calls of one kind than a process makes in one go. */
const MOST = 40

type Place = ReturnType<typeof lockedPlace>
const scenes: Record<string, (directory: Place) => unknown> = {
  'a free lock': () => {},
  'the lock of a dead writer': directory => holds(directory, deadToken()),
  'a lock that a dead one shared': directory => {
    holds(directory, `${deadToken()}.r`)
    awaits(directory, deadToken())
  },
  'a lock that one shares who lives': directory => holds(directory, `${newToken()}.r`),
}

it.skipIf(none).each(
  Object.keys(scenes).flatMap(scene => [
    [scene, 'alone'],
    [scene, 'shared'],
  ]),
)(`kills while %s is taken (%s)${unless}`, async (scene, mode) => {
  let kills = 0
  for (const call of ['mkdir', 'rename', 'rmdir']) {
    for (let when = 1; when <= MOST; when++) {
      const directory = lockedPlace()
      scenes[scene]?.(directory)
      const killed = killAt(call, when, directory.path, mode)
      if (killed) kills++
      await expectFree(directory, `${call} ${when}`)
      removePlace(directory)
      if (!killed) break
    }
  }
  expect(kills).toBeGreaterThan(0)
})

/** Whether the process was killed; false where it made fewer such calls. */
function killAt(call: string, when: number, path: string, mode: string): boolean {
  const inject = `inject=${call}:signal=SIGKILL:when=${when}`
  const args = ['-f', '--seccomp-bpf', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject]
  const { status, signal, stderr } = spawnSync('strace', [...args, process.execPath, CHILD, path, mode], {
    encoding: 'utf8',
  })
  if (status === 0) return false
  expect([signal, stderr]).toEqual(['SIGKILL', ''])
  return true
}

async function expectFree(directory: Place, step: string): Promise<void> {
  const [shared, alone] = [{ shared: true, timeout: 10_000 }, { timeout: 10_000 }]
  await (await acquireFileLock(directory, 'k', shared)).release()
  // The one of the scene who shares it, and lives, goes.
  for (const owner of ownersOf(directory, 'k').filter(owner => !isDead(owner))) {
    expect(leaveShared(directory, 'k', owner)).toBe(isShared(owner))
  }
  await (await acquireFileLock(directory, 'k', alone)).release()
  const db = await DataBase.open(directory.path)
  await db.repair()
  await db.close()
  await emptyTrash(directory)
  expect(leftIn(directory), step).toEqual([])
}
