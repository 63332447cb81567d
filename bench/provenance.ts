/**
 * What provenance adds to a `set`: a loop over tiny keys with it, and one with a constant in its place, in turn.
 */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { DataBase } from '../src/index.js'
import { currentProvenance, useProvenance } from '../src/provenance/provenance.js'
import { median, type Row } from './measure.js'

const COUNT = 5000
/** Milliseconds that may be added to each `set`. */
const ALLOWED = 0.05
const value = { delay: 12.5, airport: 'SEA', hours: [1, 2, 3] }

export async function provenance(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/provenance-`)
  const source = `${path}/constant`
  mkdirSync(source)
  const constant = await currentProvenance()
  useProvenance(source, { current: () => constant })
  const databases = {
    with: await DataBase.open(`${path}/with`, { durability: 'relaxed' }),
    without: await DataBase.open(`${path}/without`, { durability: 'relaxed', source }),
  }
  const times = { with: [] as number[], without: [] as number[] }
  for (let i = -COUNT / 10; i < COUNT; i++) {
    const sides = i % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const)
    for (const side of sides) {
      const start = performance.now()
      await databases[side].set(`k${i}`, value)
      if (i >= 0) times[side].push(performance.now() - start)
    }
  }
  for (const db of Object.values(databases)) await db.remove()
  const added = median(times.with) - median(times.without)
  const [late, lateWithout] = [percentile99(times.with), percentile99(times.without)]
  return [
    row('provenance of a set of a tiny key, added', added, ALLOWED, 'what it may add'),
    row('the same, asked for alone', await timeOfCall(), ALLOWED, 'what it may add'),
    { ...row('99th percentile of a set of a tiny key', late, lateWithout, 'without it'), reach: undefined },
  ]
}

async function timeOfCall(): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < COUNT; i++) {
    const start = performance.now()
    const answer = currentProvenance()
    if (answer instanceof Promise) await answer
    times.push(performance.now() - start)
  }
  return median(times)
}

function percentile99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!
}

function row(work: string, ours: number, theirs: number, limit: string): Row {
  return {
    work,
    limit,
    ratio: ours / theirs,
    reach: 1,
    ours: microseconds(ours),
    theirs: microseconds(theirs),
    rounds: COUNT,
  }
}

const microseconds = (milliseconds: number): string => `${(milliseconds * 1000).toFixed(1)} µs`
