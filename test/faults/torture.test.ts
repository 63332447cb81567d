/** The torture run, bounded by a number of operations; `npm run torture -- --minutes 10` is the long one. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const TORTURE = fileURLToPath(new URL('torture.mjs', import.meta.url))

interface Summary {
  readonly errors: number
  readonly kills: number
  readonly stops: number
  readonly clockSteps: number
  readonly threadsEnded: number
  readonly killsInSteps: number | string
  readonly steps: Readonly<Record<string, number>>
  readonly operations: Readonly<Record<string, number>>
}

it('readers beside writers that are killed and stopped see whole values and never go back; no update is lost', () => {
  const seed = process.env.DIRDICT_SEED ?? '1'
  const run = spawnSync(process.execPath, [TORTURE, '--operations', '2500', '--seed', seed], {
    encoding: 'utf8',
  })
  expect(run.status, run.stdout + run.stderr).toBe(0)
  const summary: Summary = JSON.parse(run.stdout)
  expect(summary.errors).toBe(0)
  for (const [role, steps] of Object.entries(summary.steps)) expect(steps, role).toBeGreaterThan(0)
  for (const befell of ['kills', 'stops', 'clockSteps', 'threadsEnded'] as const)
    expect(summary[befell], befell).toBeGreaterThan(0)
  // A sentence where strace may not trace.
  expect(summary.killsInSteps).not.toBe(0)
  for (const operation of [
    'update',
    'set',
    'delete',
    'rename',
    'copy',
    'batch',
    'calculate',
    'append',
    'add',
  ])
    expect(summary.operations[operation], operation).toBeGreaterThan(0)
}, 300_000)
