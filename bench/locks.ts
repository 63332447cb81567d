/**
 * Eight processes that take a lock, and set a key under it, on one key and on a key each; beside proper-lockfile with
 * retries that suit locks which are held briefly. Every holder looks whether another is inside.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Order, Report } from './locks-worker.js'
import { measure, type Row } from './measure.js'

const PROCESSES = 8
const ROUNDS = 5
/** Of each process in one round. */
const TIMES = 20
const WORKER = fileURLToPath(new URL('locks-worker.js', import.meta.url))

export async function locks(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/locks-`)
  const workers = Array.from({ length: PROCESSES }, () => fork(WORKER, [path]))
  try {
    const rows: Row[] = []
    for (const work of ['lock', 'set'] as const) {
      for (const keys of [1, PROCESSES]) rows.push(await besideTheirs(workers, work, keys))
    }
    return rows
  } finally {
    for (const worker of workers) worker.kill()
    rmSync(path, { recursive: true, force: true })
  }
}

function besideTheirs(workers: readonly ChildProcess[], work: Order['work'], keys: number): Promise<Row> {
  const round = async (side: Order['side']): Promise<void> => {
    const reports = await Promise.all(
      workers.map((worker, at) => ask(worker, { side, work, key: `k${at % keys}`, times: TIMES })),
    )
    const doubles = reports.reduce((sum, report) => sum + report.doubles, 0)
    if (doubles > 0) throw new Error(`${side}: ${doubles} times two processes held one lock`)
  }
  return measure({
    work: `${work === 'lock' ? 'lock and unlock' : 'set of a tiny key'}, ${PROCESSES} processes, ${keys} key${keys === 1 ? '' : 's'}`,
    limit: work === 'lock' ? 'proper-lockfile' : 'proper-lockfile, 4 files, 2 renames',
    rounds: ROUNDS,
    operations: PROCESSES * TIMES,
    ours: () => round('ours'),
    theirs: () => round('theirs'),
  })
}

async function ask(worker: ChildProcess, order: Order): Promise<Report> {
  const answer = once(worker, 'message')
  worker.send(order)
  const [report] = (await answer) as [Report]
  return report
}
