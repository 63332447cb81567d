/**
 * Tables larger than memory: 60 million rows (3 million flights, 20 times) streamed into parts and read back by columns,
 * in less than 1 GiB, beside DuckDB.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBConnection } from '@duckdb/node-api'
import { DataBase } from 'dirdict'
import type { Row } from './measure.js'
import type { Stage } from './partitions-stage.js'

const ROUNDS = 20
/** Of the whole process, the code of Node.js and WebAssembly among it. */
const MEBIBYTES = 1024

export async function partitioned(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/partitions-`)
  const source = await makeSource(path)
  // Before DuckDB: the peak of a process counts what its parent had in memory when it started it.
  const written = run('write', path)
  const summed = run('batches', path)
  const whole = run('column', path)
  const connection = await DuckDBConnection.create()
  const duck = async (sql: string): Promise<number> => {
    const start = performance.now()
    await connection.run(sql)
    return (performance.now() - start) / 1000
  }
  const copied = await duck(
    `COPY (SELECT f.* FROM range(${ROUNDS}), read_parquet('${source}') f) TO '${path}/duck.parquet' (COMPRESSION zstd)`,
  )
  const added = await duck(`SELECT sum(delay) FROM read_parquet('${path}/db/flights/*.parquet')`)
  connection.closeSync()
  rmSync(path, { recursive: true })
  if (written.rows !== whole.rows || summed.rows !== whole.rows || summed.sum !== whole.sum)
    throw new Error(`What was read is not what was written: ${JSON.stringify([written, summed, whole])}`)
  return [
    memory(`partitions, ${written.rows / 1e6}M rows written, memory`, written),
    time('the same, time', 'DuckDB, one file', written.seconds, copied),
    memory('sum of a column of them by batches, memory', summed),
    time('the same, time', 'DuckDB over our parts', summed.seconds, added),
    memory('a column of them as one Table, memory', whole),
    time('the same, time', 'by batches', whole.seconds, summed.seconds),
  ]
}

/** The file as it came, as the only part of a table that another program wrote. */
async function makeSource(path: string): Promise<string> {
  const flights = join(
    dirname(createRequire(import.meta.url).resolve('vega-datasets')),
    '../data/flights-3m.parquet',
  )
  const db = await DataBase.open(join(path, 'source'))
  const entry = join(db.directory, 'flights')
  mkdirSync(entry)
  cpSync(flights, join(entry, 'pandas_to_parquet.1.0.parquet'))
  const loader = { Loader: 'data_base.isf_data_base.IO.LoaderDumper.dask_to_parquet' }
  writeFileSync(join(entry, 'Loader.json'), JSON.stringify(loader))
  await db.close()
  return flights
}

function run(stage: string, path: string): Stage {
  const program = fileURLToPath(new URL('partitions-stage.js', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, stage, path, String(ROUNDS)], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The stage ${stage} failed: ${stderr}`)
  return JSON.parse(stdout)
}

function memory(work: string, { mebibytes }: Stage): Row {
  const ratio = mebibytes / MEBIBYTES
  const ours = `${Math.round(mebibytes)} MiB`
  return { work, limit: 'peak of the process', ratio, reach: 1, ours, theirs: `${MEBIBYTES} MiB`, rounds: 1 }
}

function time(work: string, limit: string, ours: number, theirs: number): Row {
  return {
    work,
    limit,
    ratio: ours / theirs,
    ours: `${ours.toFixed(2)} s`,
    theirs: `${theirs.toFixed(2)} s`,
    rounds: 1,
  }
}
