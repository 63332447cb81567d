/**
 * The system refuses one call of a write: no space, an I/O error, no permission, too many files. The writer gives an
 * error that says so, the old value stands or the new one does, whole, and the living process leaves nothing over.
 */
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import type { Durability } from '../../src/index.js'
import { Copies } from './copies.js'
import { leftovers, observe, openScene, type Scene, strays, writeAgain } from './scene.js'
import { SCENES } from './scenes.js'
import { isOn, noStrace, type Run, runWithFault, type Step, stepsIn } from './strace.js'
import { each, oneOf, sample, Table } from './sweep.js'

/** What each call may be refused with, and the code that a user is to see. */
const REFUSALS: Readonly<Record<string, readonly string[]>> = {
  mkdir: ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'ENOMEM'],
  openat: ['EMFILE', 'ENFILE', 'EIO', 'ENOSPC', 'EROFS', 'EINTR'],
  write: ['ENOSPC', 'EDQUOT', 'EIO', 'EINTR'],
  pwrite64: ['ENOSPC', 'EDQUOT', 'EIO', 'EINTR', 'EAGAIN'],
  pwritev: ['ENOSPC', 'EDQUOT', 'EIO', 'EINTR', 'EAGAIN'],
  copy_file_range: ['ENOSPC', 'EIO'],
  ftruncate: ['EIO', 'EINTR'],
  fsync: ['EIO', 'ENOSPC', 'EDQUOT', 'EINTR'],
  rename: ['EIO', 'ENOSPC', 'EDQUOT', 'EACCES', 'EROFS'],
  link: ['EIO', 'ENOSPC', 'EDQUOT'],
  chmod: ['EIO', 'EROFS'],
  unlink: ['EIO', 'EROFS'],
  rmdir: ['EIO', 'EROFS'],
}

/** The code that a user is to see; IO_FAILED for the others. */
const CODES: Readonly<Record<string, string>> = {
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EACCES: 'NOT_PERMITTED',
  EROFS: 'NOT_PERMITTED',
}

interface Refusal extends Step {
  readonly error: string
}

const reason = noStrace()
const table = new Table('refused in')
const copies = new Copies('errors')

describe.skipIf(reason !== undefined)(`a writer whose system calls fail (${reason ?? 'strace'})`, () => {
  for (const [number, scene] of SCENES.entries()) {
    it(`gives a clear error and leaves nothing: ${scene.operation}`, async () => {
      for (const durability of oneOf(['relaxed', 'full'] as const, number)) {
        const refusals = await refusalsOf(scene, durability)
        await each(sample(refusals, 120, 2), refusal => refuse(scene, durability, refusal))
      }
    }, 7_200_000)
  }

  afterAll(() => {
    table.print()
    copies.removeAll()
  })
})

async function refusalsOf(scene: Scene, durability: Durability): Promise<Refusal[]> {
  const directory = await copies.of(scene)
  const run = await runWithFault(scene.operation, directory, durability, { thread: 'all' })
  // Calls on other files than ours (the report on stdout) are not at stake.
  const steps = stepsIn(run, isOn(directory))
  rmSync(directory, { recursive: true, force: true })
  return steps.flatMap(step => (REFUSALS[step.calls] ?? []).map(error => ({ ...step, error })))
}

async function refuse(scene: Scene, durability: Durability, refusal: Refusal): Promise<void> {
  const directory = await copies.of(scene)
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
  rmSync(directory, { recursive: true, force: true })
}

async function outcome(scene: Scene, directory: string, run: Run, refusal: Refusal): Promise<string> {
  expect(run.survived).toBe(true)
  const isTold = run.reported.length > 0
  const isOpen = isTold || (run.failure !== undefined && scene.operation.startsWith('repair'))
  // Emptying the trash may fail, with a warning that says so; a repair tells what it left undone. A swap that could not
  // be ended is not left over: its value stands, and the next writer ends it.
  const left = leftovers(directory).filter(
    name => !(name.startsWith('trash/') && run.warnings.length > 0) && !name.startsWith('ready/'),
  )
  if (!isOpen) expect(left.join('\n'), 'left over by the living process').toBe('')
  if (run.failure !== undefined) expect(run.failure.code).toBe(CODES[refusal.error] ?? 'IO_FAILED')
  else expect(run.acknowledged).toBe(true)
  const db = await openScene(directory)
  const state = await observe(db)
  expect(scene.states).toContain(state)
  if (run.failure === undefined && !isTold) expect(state).toBe(scene.states.at(-1))
  await writeAgain(db, scene)
  if (scene.wreck === undefined) expect(strays(directory).join('\n'), 'strays').toBe('')
  await db.repair()
  await db.close()
  expect(strays(directory).join('\n'), 'strays after repair').toBe('')
  expect(leftovers(directory).join('\n'), 'left over after repair').toBe('')
  const kept = state === scene.states.at(-1) ? 'new' : 'old'
  if (isTold) return `reported, ${kept}`
  return run.failure === undefined ? 'no error, new' : `${run.failure.code}, ${kept}`
}
