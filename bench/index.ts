/**
 * `npm run bench [-- WORD…]`: every question, or those whose name contains a word; prints a table and writes JSON.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { arrays } from './arrays.js'
import { dataframes } from './dataframes.js'
import { files } from './files.js'
import { listings } from './listings.js'
import { load } from './load.js'
import { locks } from './locks.js'
import type { Row } from './measure.js'
import { memo } from './memo.js'
import { partitioned } from './partitions.js'
import { partsOfArrays } from './parts-of-arrays.js'
import { provenance } from './provenance.js'
import { showing } from './showing.js'
import { stalls } from './stalls.js'
import { tinyKeys } from './tiny-keys.js'
import { verifying } from './verify.js'
import { zarrs } from './zarr.js'

const questions: Readonly<Record<string, (folder: string) => Promise<Row[]>>> = {
  tiny: tinyKeys,
  arrays,
  parts: partsOfArrays,
  listings,
  dataframes,
  files,
  stalls,
  showing,
  provenance,
  memo,
  partitions: partitioned,
  zarr: zarrs,
  load,
  verify: verifying,
  locks,
}

const wanted = process.argv.slice(2)
const folder = mkdtempSync(`${process.env.DIRDICT_BENCH_DIR ?? tmpdir()}/dirdict-bench-`)
const rows: Row[] = []
try {
  for (const [name, ask] of Object.entries(questions)) {
    if (wanted.length > 0 && !wanted.some(word => name.includes(word))) continue
    for (const row of await ask(folder)) {
      rows.push(row)
      print(row)
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const results = new URL('../../bench/results/', import.meta.url)
mkdirSync(results, { recursive: true })
const machine = { node: process.version, platform: process.platform, processors: cpus().length }
writeFileSync(new URL('latest.json', results), `${JSON.stringify({ machine, rows }, null, 2)}\n`)

function print({ work, limit, ratio, reach, ours, theirs }: Row): void {
  const verdict = reach === undefined ? '' : ratio <= reach ? 'reached' : 'NOT REACHED'
  const columns = [
    work.padEnd(44),
    `${ratio.toFixed(2)}`.padStart(6),
    (reach === undefined ? '' : `<= ${reach}`).padEnd(8),
    verdict.padEnd(12),
  ]
  process.stdout.write(
    `${columns.join(' ')} ${ours.padStart(10)} against ${theirs.padStart(10)}  (${limit})\n`,
  )
}
