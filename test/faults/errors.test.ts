/**
 * The system refuses one call of a write: no space, an I/O error, no permission, too many files. The writer gives an
 * error that says so, the old value stands or the new one does, whole, and the living process leaves nothing over.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import type { Durability } from '../../src/index.js'
import { leftovers, observe, openScene, prepare, SCENES, type Scene, strays, writeAgain } from './scene.js'
import { noStrace, type Run, runWithFault, type Step, stepsIn } from './strace.js'
import { each, sample, Table } from './sweep.js'

/** What each call may be refused with, and the code that a user is to see. */
const REFUSALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mkdir: { ENOSPC: 'NO_SPACE', EACCES: 'NOT_PERMITTED' },
  openat: { EMFILE: 'IO_FAILED', EIO: 'IO_FAILED', ENOSPC: 'NO_SPACE' },
  write: { ENOSPC: 'NO_SPACE' },
  pwrite64: { ENOSPC: 'NO_SPACE', EIO: 'IO_FAILED' },
  ftruncate: { EIO: 'IO_FAILED' },
  fsync: { EIO: 'IO_FAILED', ENOSPC: 'NO_SPACE' },
  rename: { EIO: 'IO_FAILED', ENOSPC: 'NO_SPACE', EACCES: 'NOT_PERMITTED' },
}

interface Refusal extends Step {
  readonly error: string
  readonly code: string
}

const reason = noStrace()
const table = new Table('refused in')
const root = mkdtempSync(`${tmpdir()}/dirdict-errors-`)
let made = 0

describe.skipIf(reason !== undefined)(`a writer whose system calls fail (${reason ?? 'strace'})`, () => {
  for (const scene of SCENES) {
    for (const durability of ['full', 'relaxed'] as const) {
      it(`gives a clear error and leaves nothing: ${scene.operation}, ${durability}`, async () => {
        const refusals = await refusalsOf(scene, durability)
        await each(sample(refusals, 40, 2), refusal => refuse(scene, durability, refusal))
      }, 900_000)
    }
  }

  afterAll(() => {
    table.print()
    rmSync(root, { recursive: true, force: true })
  })
})

async function refusalsOf(scene: Scene, durability: Durability): Promise<Refusal[]> {
  const refusals: Refusal[] = []
  for (const thread of ['main', 'pool'] as const) {
    const directory = fresh()
    await prepare(scene, directory)
    const run = await runWithFault(scene.operation, directory, durability, { thread })
    // Calls on other files than ours (git's, the report on stdout) are not at stake.
    const steps = stepsIn(thread, run.calls, line => /fsync|pwrite64/.test(line) || line.includes(directory))
    for (const step of steps) {
      for (const [error, code] of Object.entries(REFUSALS[step.calls] ?? {})) {
        refusals.push({ ...step, error, code })
      }
    }
    rmSync(directory, { recursive: true })
  }
  return refusals
}

async function refuse(scene: Scene, durability: Durability, refusal: Refusal): Promise<void> {
  const directory = fresh()
  await prepare(scene, directory)
  const inject = `error=${refusal.error}`
  const run = await runWithFault(scene.operation, directory, durability, { ...refusal, inject })
  try {
    table.count(`${scene.operation}, ${durability}`, await outcome(scene, directory, run, refusal))
  } catch (error) {
    const hit = run.calls.find(line => line.includes('INJECTED'))
    const found = error instanceof Error && 'actual' in error ? `, found ${error.actual}` : ''
    throw new Error(`refused ${hit}: ${String(error)}${found}; ${run.failure?.stack} ${run.warnings}`, {
      cause: error,
    })
  }
  rmSync(directory, { recursive: true })
}

async function outcome(scene: Scene, directory: string, run: Run, refusal: Refusal): Promise<string> {
  expect(run.survived).toBe(true)
  // Emptying the trash may fail, with a warning that says so. A swap that could not be ended is not left over: its
  // value stands, and the next writer ends it.
  const left = leftovers(directory).filter(
    name => !(name.startsWith('trash/') && run.warnings.length > 0) && !name.startsWith('ready/'),
  )
  expect(left.join('\n'), 'left over by the living process').toBe('')
  if (run.failure !== undefined) expect(run.failure.code).toBe(refusal.code)
  else expect(run.acknowledged).toBe(true)
  const db = await openScene(directory)
  const state = await observe(db)
  expect(scene.states).toContain(state)
  if (run.failure === undefined) expect(state).toBe(scene.states.at(-1))
  await writeAgain(db, scene)
  expect(strays(directory).join('\n'), 'strays').toBe('')
  await db.repair()
  await db.close()
  expect(leftovers(directory).join('\n'), 'left over after repair').toBe('')
  const kept = state === scene.states.at(-1) ? 'new' : 'old'
  return run.failure === undefined ? 'no error, new' : `${run.failure.code}, ${kept}`
}

function fresh(): string {
  return `${root}/${made++}`
}
