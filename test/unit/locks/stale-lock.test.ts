/**
 * Many processes meet the lock of one that is dead, round after round: one takes it over, or several share it, and
 * never is anybody inside beside one who holds it alone. `DIRDICT_ROUNDS=1000` for the long run.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DatabaseDirectory } from '../../../src/entry/database-directory.js'
import { ownersOf } from '../../../src/locks/owners.js'
import { awaits, deadToken, holds, lockedPlace, removePlace } from './scene.js'

const ROUNDS = Number(process.env.DIRDICT_ROUNDS ?? 30)
const CONTENDER = fileURLToPath(new URL('../../faults/children/contender.mjs', import.meta.url))

let directory: DatabaseDirectory
let contenders: ChildProcess[]

beforeEach(() => {
  directory = lockedPlace()
  mkdirSync(`${directory.path}/inside`)
  contenders = Array.from({ length: 8 }, () => fork(CONTENDER, [directory.path]))
})

afterEach(() => {
  for (const contender of contenders) contender.kill()
  removePlace(directory)
})

/** As a writer leaves it that was killed after it had staged its value. */
function leaveStaleLock(): void {
  mkdirSync(`${holds(directory, deadToken())}/new`)
}

/** As one leaves it who shared the lock, and as a writer who waited for him. */
function leaveStaleShare(): void {
  holds(directory, `${deadToken()}.r`)
  awaits(directory, deadToken())
}

it.each([
  ['one who held it alone', 'alone', leaveStaleLock, () => false],
  ['one who held it alone', 'alone or shared', leaveStaleLock, (at: number) => at % 2 === 0],
  ['one who shared it', 'alone or shared', leaveStaleShare, (at: number) => at % 2 === 0],
] as const)(
  `8 processes take the lock of %s, %s, ${ROUNDS} rounds: never two who may not be together`,
  async (_, __, leave, isShared) => {
    for (let round = 0; round < ROUNDS; round++) {
      rmSync(directory.lock('k'), { recursive: true, force: true })
      leave()
      const reports = await Promise.all(
        contenders.map((contender, at) => contend(contender, isShared(at), 1)),
      )
      expect(reports.flat(), `round ${round}`).toEqual([])
    }
    expect(readdirSync(directory.work(''))).toEqual([])
    expect(ownersOf(directory, 'k')).toEqual([])
  },
  600_000,
)

it('6 processes that share it over and over let 2 writers in', async () => {
  const writers = contenders.slice(0, 2).map(writer => contend(writer, false, 20))
  let waiting = true
  const share = async (reader: ChildProcess): Promise<void> => {
    while (waiting) expect(await contend(reader, true, 10)).toEqual([])
  }
  const readers = contenders.slice(2).map(share)
  expect((await Promise.all(writers)).flat()).toEqual([])
  waiting = false
  await Promise.all(readers)
  expect(ownersOf(directory, 'k')).toEqual([])
  expect(readdirSync(directory.waiting('')).flatMap(name => readdirSync(directory.waiting(name)))).toEqual([])
}, 120_000)

async function contend(contender: ChildProcess, shared: boolean, rounds: number): Promise<string[]> {
  const answer = once(contender, 'message')
  contender.send({ shared, rounds })
  const [{ wrong }] = (await answer) as [{ wrong: string[] }]
  return wrong
}
