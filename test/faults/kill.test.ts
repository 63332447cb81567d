/**
 * A writer is killed at each of its system calls. Whoever comes next finds the old value or the new one, whole, can
 * write at once, and `repair` leaves nothing over.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import type { Durability } from '../../src/index.js'
import { leftovers, observe, openScene, prepare, SCENES, type Scene, strays, writeAgain } from './scene.js'
import { noStrace, type Run, runWithFault, type Step, stepsIn } from './strace.js'
import { each, sample, Table } from './sweep.js'

const reason = noStrace()
const table = new Table('killed in')
const root = mkdtempSync(`${tmpdir()}/dirdict-kill-`)
let made = 0

describe.skipIf(reason !== undefined)(`a writer killed at any system call (${reason ?? 'strace'})`, () => {
  for (const scene of SCENES) {
    for (const durability of ['full', 'relaxed'] as const) {
      it(`leaves the old or the new state: ${scene.operation}, ${durability}`, async () => {
        const steps = await stepsOf(scene, durability)
        await each(sampled(scene, steps), step => killAt(scene, durability, step))
      }, 600_000)
    }
  }

  afterAll(() => {
    table.print()
    rmSync(root, { recursive: true, force: true })
  })
})

/** How many calls each thread makes when nothing hits it. */
async function stepsOf(scene: Scene, durability: Durability): Promise<Step[]> {
  const steps: Step[] = []
  for (const thread of ['main', 'pool'] as const) {
    const directory = fresh()
    await prepare(scene, directory)
    const run = await runWithFault(scene.operation, directory, durability, { thread })
    expect(run, scene.operation).toMatchObject({ acknowledged: true, survived: true, failure: undefined })
    const found = stepsIn(thread, run.calls)
    steps.push(...found)
    table.count(`${scene.operation}, ${durability}`, `calls (${thread})`, found.length)
    rmSync(directory, { recursive: true })
  }
  return steps
}

async function killAt(scene: Scene, durability: Durability, step: Step): Promise<void> {
  const directory = fresh()
  await prepare(scene, directory)
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
  rmSync(directory, { recursive: true })
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
  expect(strays(directory).join('\n'), 'strays').toBe('')
  await db.repair()
  await db.close()
  expect(leftovers(directory).join('\n'), 'left over').toBe('')
  return nameOf(scene, state)
}

/** The plain operations closely, those made of them now and then. */
function sampled(scene: Scene, steps: readonly Step[]): readonly Step[] {
  const plain = ['fresh set', 'overwrite', 'delete', 'append of shared'].includes(scene.operation)
  return plain ? sample(steps, 8, 8) : sample(steps, 40, 3)
}

/** An assertion's message holds only a part of what was found. */
function explain(error: unknown): string {
  return error instanceof Error && 'actual' in error
    ? `${error.message}, found ${error.actual}`
    : String(error)
}

function nameOf(scene: Scene, state: string): string {
  const index = scene.states.indexOf(state)
  if (index === scene.states.length - 1) return 'new'
  return index === 0 ? 'old' : 'between'
}

function fresh(): string {
  return `${root}/${made++}`
}
