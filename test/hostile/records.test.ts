/**
 * Entries of every dumper with a hostile value in place of each member of their JSON files, or a hostile text in place of a
 * file: what comes of it is a value or an error of ours. DIRDICT_HOSTILE=all goes through all of them.
 */
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { scratch } from '../unit/scratch.js'
import { child, lines, PACKAGE } from './scene.js'

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url))
const SEED = process.env.DIRDICT_SEED ?? '6'
const CASES = process.env.DIRDICT_HOSTILE === 'all' ? 1e9 : 60
const SECONDS = CASES > 1000 ? 40_000 : 200

const root = scratch()

it('whatever a record says, it is read or refused, and no prototype changes', {
  timeout: SECONDS * 1000,
}, async () => {
  const args = [
    '--max-old-space-size=512',
    child('records.mjs'),
    PACKAGE,
    FIXTURES,
    root,
    String(CASES),
    SEED,
  ]
  const output = await lines(process.execPath, args, SECONDS)
  const { done, cases, memory } = JSON.parse(output.at(-1) ?? '') as Record<
    'done' | 'cases' | 'memory',
    number
  >
  expect(output.slice(0, -1)).toEqual([])
  expect(done).toBe(Math.min(CASES, cases))
  expect(memory).toBeLessThan(2 ** 30)
})
