/**
 * Databases in which a stranger has put links, devices and other things in place of what belongs there: every operation
 * ends, with a result or an error of ours, and touches nothing outside. DIRDICT_HOSTILE=all goes through all of them.
 */
import { mkdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { scratch } from '../unit/scratch.js'
import { child, DEAD, lines, noDevices, PACKAGE } from './scene.js'

interface Told {
  readonly name: string
  readonly path: string
  readonly reading: Readonly<Record<string, string>>
  readonly writing: Readonly<Record<string, string>>
  readonly changes: readonly string[]
  readonly unhandled: readonly string[]
}

const root = scratch()
const isWhole = process.env.DIRDICT_HOSTILE === 'all'
const SEED = Number(process.env.DIRDICT_SEED ?? 6)
const SCENES = 509
const SECONDS = 3_000

/** Numbers of scenes, spread over all of them from the seed on. */
function sample(count: number): readonly string[] {
  const step = isWhole ? 1 : 101
  return Array.from({ length: isWhole ? SCENES : count }, (_, index) =>
    String((SEED + index * step) % SCENES),
  )
}

function toldBy(output: readonly string[]): readonly Told[] {
  return output.slice(0, -1).map(line => JSON.parse(line) as Told)
}

/** What no operation may come to: anything but a result or an error with a code. */
function faults({ name, reading, writing }: Told): readonly string[] {
  const outcomes = [...Object.entries(reading), ...Object.entries(writing)]
  return outcomes
    .filter(([, outcome]) => outcome !== 'ok' && !/^[A-Z_]+$/.test(outcome))
    .map(([operation, outcome]) => `${operation}, ${name}: ${outcome}`)
}

it.skipIf(noDevices !== '')(
  `whatever lies there, every operation ends and leaves alone what lies outside${noDevices}`,
  { timeout: SECONDS * 1000 },
  async () => {
    mkdirSync(`${root}/sample`)
    const args = [child('tampered.mjs'), PACKAGE, `${root}/sample`, DEAD, ...sample(20)]
    const output = await lines(process.execPath, args, SECONDS)
    const told = toldBy(output)
    expect(told).toHaveLength(sample(20).length)
    expect(told.flatMap(faults)).toEqual([])
    expect(
      told.filter(({ changes }) => changes.length > 0).map(({ name, changes }) => [name, changes]),
    ).toEqual([])
    expect(told.flatMap(({ unhandled }) => unhandled)).toEqual([])
    const { scenes, memory } = JSON.parse(output.at(-1) ?? '') as { scenes: number; memory: number }
    expect(scenes).toBe(SCENES)
    expect(memory).toBeLessThan(2 ** 30)
  },
)
