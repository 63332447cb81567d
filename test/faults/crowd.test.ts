/** Ten thousand calls at the same time in a process that may open 256 files. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const CROWD = fileURLToPath(new URL('children/crowd.mjs', import.meta.url))
const noProc = process.platform === 'linux' ? '' : ' (skipped: counts descriptors in /proc)'

it.skipIf(noProc !== '')(
  `10,000 calls at once wait for their turn instead of failing${noProc}`,
  () => {
    const root = mkdtempSync(`${tmpdir()}/dirdict-crowd-`)
    try {
      const command = `ulimit -n 256 && exec "${process.execPath}" "${CROWD}" "${root}/db"`
      const run = spawnSync('sh', ['-c', command], { encoding: 'utf8' })
      expect(run.status, run.stderr).toBe(0)
      const { outcomes, before, after } = JSON.parse(run.stdout)
      expect(Object.keys(outcomes)).toHaveLength(9)
      expect(new Set(Object.values(outcomes))).toEqual(new Set(['none failed']))
      expect(after).toBeLessThanOrEqual(before)
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  },
  300_000,
)
