/**
 * A writer is killed at each of its system calls. Whoever comes next finds the old value or the new one, whole, can
 * write at once, and `repair` leaves nothing over.
 */
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import type { Durability } from '../../src/index.js'
import { Copies } from './copies.js'
import { leftovers, observe, openScene, type Scene, strays, writeAgain } from './scene.js'
import { SCENES } from './scenes.js'
import { noStrace, type Run, runWithFault, type Step, stepsIn } from './strace.js'
import { each, oneOf, sample, Table } from './sweep.js'

const reason = noStrace()
const table = new Table('killed in')
const copies = new Copies('kill')
/** Of which all others are made. */
const PLAIN: readonly string[] = ['fresh set', 'overwrite', 'delete', 'append of shared']

describe.skipIf(reason !== undefined)(`a writer killed at any system call (${reason ?? 'strace'})`, () => {
  for (const [number, scene] of SCENES.entries()) {
    it(`leaves the old or the new state: ${scene.operation}`, async () => {
      for (const durability of oneOf(['full', 'relaxed'] as const, number)) {
        const steps = await stepsOf(scene, durability)
        const chosen = PLAIN.includes(scene.operation) ? sample(steps, 12, 5) : sample(steps, 60, 2)
        await each(chosen, step => killAt(scene, durability, step))
      }
    }, 3_600_000)
  }

  afterAll(() => {
    table.print()
    copies.removeAll()
  })
})

/** The calls of each thread when nothing hits it. */
async function stepsOf(scene: Scene, durability: Durability): Promise<Step[]> {
  const directory = await copies.of(scene)
  const run = await runWithFault(scene.operation, directory, durability, { thread: 'all' })
  expect(run, scene.operation).toMatchObject({
    acknowledged: true,
    survived: true,
    failure: undefined,
    reported: [],
  })
  const steps = stepsIn(run)
  rmSync(directory, { recursive: true, force: true })
  for (const { thread } of steps) table.count(`${scene.operation}, ${durability}`, `calls (${thread})`)
  return steps
}

async function killAt(scene: Scene, durability: Durability, step: Step): Promise<void> {
  const directory = await copies.of(scene)
  const run = await runWithFault(scene.operation, directory, durability, {
    ...step,
    inject: 'signal=SIGKILL',
  })
  try {
    const row = `${scene.operation}, ${durability}`
    table.count(row, run.survived ? 'missed' : 'killed')
    table.count(row, await stateAfter(scene, directory, run, step))
  } catch (error) {
    throw new Error(`killed at ${run.calls.at(-1)}: ${explain(error)}`, { cause: error })
  }
  rmSync(directory, { recursive: true, force: true })
}

async function stateAfter(scene: Scene, directory: string, run: Run, step: Step): Promise<string> {
  const db = await openScene(directory)
  const state = await observe(db)
  expect(scene.states).toContain(state)
  if (run.acknowledged) expect(state).toBe(scene.states.at(-1))
  // The next one on the scene is a writer or repair; what repair finishes may be newer, never older.
  if (Number(step.when) % 2 === 0) await db.repair()
  expect(scene.states.slice(scene.states.indexOf(state))).toContain(await observe(db))
  await writeAgain(db, scene)
  // An announcement that was there before is taken away by repair alone.
  if (scene.wreck === undefined) expect(strays(directory).join('\n'), 'strays').toBe('')
  await db.repair()
  await db.close()
  expect(strays(directory).join('\n'), 'strays after repair').toBe('')
  expect(leftovers(directory).join('\n'), 'left over').toBe('')
  return nameOf(scene, state)
}

/** An assertion's message holds only a part of what was found. */
function explain(error: unknown): string {
  return error instanceof Error && 'actual' in error
    ? `${error.message}, found ${error.actual}`
    : String(error)
}

function nameOf(scene: Scene, state: string): string {
  const index = scene.states.indexOf(state)
  if (scene.states.length === 1) return 'the same'
  if (index === scene.states.length - 1) return 'new'
  return index === 0 ? 'old' : 'between'
}
