/**
 * Many processes meet the lock of one that is dead, round after round: one takes it over, and there are never two
 * holders. `DIRDICT_ROUNDS=1000` for the long run.
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DatabaseDirectory } from '../../../src/entry/database-directory.js'
import { newToken } from '../../../src/locks/token.js'

const ROUNDS = Number(process.env.DIRDICT_ROUNDS ?? 100)
const CONTENDER = fileURLToPath(new URL('../../faults/children/contender.mjs', import.meta.url))

let path: string
let contenders: ChildProcess[]

beforeEach(() => {
  path = mkdtempSync(`${tmpdir()}/dirdict-stale-`)
  contenders = Array.from({ length: 8 }, () => fork(CONTENDER, [path]))
})

afterEach(() => {
  for (const contender of contenders) contender.kill()
  rmSync(path, { recursive: true, force: true })
})

it(`8 processes and a stale lock, ${ROUNDS} rounds: never two holders`, async () => {
  const directory = new DatabaseDirectory(path)
  directory.ensureService()
  for (let round = 0; round < ROUNDS; round++) {
    leaveStaleLock(directory)
    const reports = await Promise.all(contenders.map(contend))
    expect(reports.flat(), `round ${round}`).toEqual([])
  }
  expect(readdirSync(`${directory.service}/work`)).toEqual([])
  const [owner] = readdirSync(`${directory.service}/locks`).map(name => readdirSync(directory.lock(name)))
  expect(owner ?? []).toEqual([])
}, 600_000)

/** As a writer leaves it that was killed after it had staged its value. */
function leaveStaleLock(directory: DatabaseDirectory): void {
  const parts = newToken().split('.')
  const { pid } = spawnSync('true')
  const dead = parts.map((part, index) => (index === 1 || index === 3 ? String(pid) : part)).join('.')
  mkdirSync(`${directory.lock('k')}/${dead}/new`, { recursive: true })
}

async function contend(contender: ChildProcess): Promise<string[]> {
  const answer = once(contender, 'message')
  contender.send('go')
  const [{ wrong }] = (await answer) as [{ wrong: string[] }]
  return wrong
}
