/**
 * Thousands of damaged files of each format: every change to a recorded entry is noticed, files of others give a value
 * or an error with a code, and no file ends the process, hangs it or fills its memory. DIRDICT_SEED chooses others.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'

const FUZZER = fileURLToPath(new URL('children/fuzz.mjs', import.meta.url))
/** `DIRDICT_FAULTS=all` tries more. */
const MUTATIONS = process.env.DIRDICT_FAULTS === 'all' ? 5000 : 1500
/** MiB that a process may hold at its peak: Node.js, apache-arrow and parquet-wasm alone take about 200. */
const MOST_MEMORY = 900

interface Summary {
  readonly corrupt: number
  readonly read: number
  readonly peak: number
  readonly left: readonly string[]
  readonly failures: readonly unknown[]
}

describe.each(['npy', 'npz', 'parquet', 'arrow', 'csv', 'pickle'])(
  `${MUTATIONS} damaged files of %s`,
  format => {
    it('are noticed, and harm nothing', () => {
      const folder = mkdtempSync(join(tmpdir(), 'dirdict-fuzz-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const progress = join(folder, 'progress')
      const seed = process.env.DIRDICT_SEED ?? '1'
      const run = spawnSync(
        process.execPath,
        [FUZZER, '--format', format, '--mutations', `${MUTATIONS}`, '--seed', seed, '--progress', progress],
        { encoding: 'utf8', timeout: 280_000 },
      )
      const where = `mutation ${readFileSync(progress, 'utf8')} of seed ${seed}, exit ${run.status ?? run.signal}`
      expect(run.status, `${where}\n${run.stdout}${run.stderr}`).toBe(0)
      const summary = JSON.parse(run.stdout) as Summary
      expect(summary.failures).toEqual([])
      expect(summary.left).toEqual([])
      expect(summary.corrupt).toBeGreaterThan(MUTATIONS)
      expect(summary.peak).toBeLessThan(MOST_MEMORY)
    }, 300_000)
  },
)
