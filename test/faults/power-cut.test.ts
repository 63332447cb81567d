/**
 * The power goes after any system call of an operation, and the disk may have kept anything that its journal allows. What
 * was acknowledged is there; what was not is there whole or not at all.
 */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import type { Durability } from '../../src/index.js'
import { type CrashState, crashStates, type Journal } from './power-cut/crash-states.js'
import { judge } from './power-cut/judge.js'
import { record } from './power-cut/record.js'
import type { Recording } from './power-cut/recording.js'
import { layOut } from './power-cut/restart.js'
import { prepare, SCENES, type Scene } from './power-cut/scenes.js'
import { seeded, spread } from './power-cut/seeded.js'
import { noStrace } from './strace.js'
import { Table } from './sweep.js'

const EVERYTHING = process.env.DIRDICT_FAULTS === 'all'
const SEED = Number(process.env.DIRDICT_SEED ?? 1)
const JOURNAL: Journal = process.env.DIRDICT_JOURNAL === 'scattered' ? 'scattered' : 'prefix'
/** States that are judged of each operation and durability. */
const MOST = Number(process.env.DIRDICT_STATES ?? (EVERYTHING ? Number.POSITIVE_INFINITY : 8))
const PLAIN: readonly string[] = [
  'create',
  'fresh set',
  'overwrite',
  'nested set',
  'append of shared',
  'repair',
]
/** Long runs name the first of what they find. */
const MOST_FAILURES = 8

/** What statfs(2) tells of an overlay, as containers have it: repair cannot know that nobody else has mounted it. */
const OVERLAY = 0x794c7630

const reason = noStrace()
const table = new Table('power cut in')
const root = mkdtempSync(`${place()}/dirdict-power-`)
let made = 0

describe.skipIf(reason !== undefined)(`the power cut after any system call (${reason ?? 'strace'})`, () => {
  for (const [index, scene] of SCENES.entries()) {
    for (const durability of durabilities(scene, index)) {
      it(`leaves what was promised: ${scene.operation}, ${durability}`, async () => {
        await sweep(scene, durability)
      }, 3_600_000)
    }
  }

  afterAll(() => {
    table.print()
    rmSync(root, { recursive: true, force: true })
  })
})

/** A file system that this machine alone has mounted. */
function place(): string {
  return statfsSync(tmpdir()).type === OVERLAY ? '/dev/shm' : tmpdir()
}

/** Where not everything is asked for, those that are made of others take turns. */
function durabilities(scene: Scene, index: number): readonly Durability[] {
  if (EVERYTHING || PLAIN.includes(scene.operation)) return ['full', 'relaxed']
  return [(index + SEED) % 2 === 0 ? 'relaxed' : 'full']
}

async function sweep(scene: Scene, durability: Durability): Promise<void> {
  const row = `${scene.operation}, ${durability}`
  const start = `${root}/${made++}`
  await prepare(scene, start)
  const recording = await record(scene.operation, start, durability)
  rmSync(start, { recursive: true })
  const random = seeded(SEED)
  const states = [...crashStates(recording, JOURNAL, random)]
  const chosen = spread(states, MOST, ({ cut }) => cut, random)
  table.count(row, 'cuts', recording.cuts.length)
  table.count(row, 'states', states.length)
  table.count(row, 'judged', chosen.length)
  const failures: string[] = []
  for (const state of chosen) {
    for (const outcome of await tryState(scene, durability, recording, state, failures))
      table.count(row, outcome)
    if (failures.length >= MOST_FAILURES) break
  }
  expect(failures.join('\n\n')).toBe('')
}

async function tryState(
  scene: Scene,
  durability: Durability,
  recording: Recording,
  state: CrashState,
  failures: string[],
): Promise<readonly string[]> {
  const directory = `${root}/${made++}`
  try {
    layOut(state.tree, directory, Date.now() / 1000)
    return await judge(scene, durability, state, `${directory}/db`)
  } catch (error) {
    const last = recording.cuts[state.cut]
    failures.push(
      `cut ${state.cut + 1} of ${recording.cuts.length}, after ${last?.text}\n${state.origin}\n${explain(error)}`,
    )
    return ['WRONG']
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** An assertion's message holds only a part of what was found. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'actual' in error ? `${error.message}, found ${JSON.stringify(error.actual)}` : `${error.stack}`
}
