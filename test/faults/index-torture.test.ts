/** The torture of the index, bounded by a number of rounds; `npm run torture:index` is the long one. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const TORTURE = fileURLToPath(new URL('index-torture.mjs', import.meta.url))

it('searches by index find what the records say, beside writers that are killed', () => {
  const seed = process.env.DIRDICT_SEED ?? '1'
  const run = spawnSync(process.execPath, [TORTURE, '--rounds', '8', '--seed', seed], { encoding: 'utf8' })
  expect(run.status, run.stdout + run.stderr).toBe(0)
  const summary: Record<string, number> = JSON.parse(run.stdout)
  expect(summary.errors).toBe(0)
  for (const count of ['kills', 'annotate', 'set', 'delete', 'rename', 'nested set', 'find', 'comparisons'])
    expect(summary[count], count).toBeGreaterThan(0)
}, 300_000)
