/** The torture run, bounded by a number of operations; `npm run torture -- --seconds 60` is the long one. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const TORTURE = fileURLToPath(new URL('torture.mjs', import.meta.url))

it('readers beside writers that are killed see whole values and never go back; no update is lost', () => {
  const seed = process.env.DIRDICT_SEED ?? '1'
  const run = spawnSync(process.execPath, [TORTURE, '--operations', '600', '--seed', seed], {
    encoding: 'utf8',
  })
  expect(run.status, run.stdout + run.stderr).toBe(0)
  const summary: Record<string, number> = JSON.parse(run.stdout)
  expect(summary.errors).toBe(0)
  for (const count of ['kills', 'update', 'set', 'delete', 'read', 'list'])
    expect(summary[count], count).toBeGreaterThan(0)
}, 300_000)
