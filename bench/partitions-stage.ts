/**
 * One stage of the question `partitions` in a process of its own, which prints its seconds, its peak memory and what it
 * found: `node partitions-stage.js STAGE DIRECTORY ROUNDS`.
 */
import { join } from 'node:path'
import type { RecordBatch } from 'apache-arrow'
import { DataBase, type PartitionedTable, partitions } from 'dirdict'

/** What a stage prints as JSON. */
export interface Stage {
  readonly seconds: number
  /** Peak of the resident set of the process. */
  readonly mebibytes: number
  readonly rows: number
  readonly sum: number
}

const stages: Readonly<Record<string, (directory: string, rounds: number) => Promise<Found>>> = {
  write,
  batches,
  column,
}

interface Found {
  readonly rows: number
  readonly sum: number
}

/** The file of the entry `source`, row group by row group, `rounds` times. */
async function write(directory: string, rounds: number): Promise<Found> {
  const source = await (await DataBase.open(join(directory, 'source'))).get('flights', partitions)
  const db = await DataBase.open(join(directory, 'db'), { durability: 'relaxed' })
  await db.set('flights', repeated(source, rounds), partitions)
  await db.close()
  return { rows: source.numRows * rounds, sum: 0 }
}

async function* repeated(table: PartitionedTable, rounds: number): AsyncGenerator<RecordBatch> {
  for (let round = 0; round < rounds; round++) yield* table.batches()
}

async function batches(directory: string): Promise<Found> {
  const table = await stored(directory)
  let [rows, sum] = [0, 0]
  for await (const batch of table.batches({ columns: ['delay'] })) {
    rows += batch.numRows
    sum += sumOf(batch)
  }
  return { rows, sum }
}

async function column(directory: string): Promise<Found> {
  const table = await (await stored(directory)).columns(['delay'])
  return { rows: table.numRows, sum: table.batches.reduce((sum, batch) => sum + sumOf(batch), 0) }
}

async function stored(directory: string): Promise<PartitionedTable> {
  return (await DataBase.open(join(directory, 'db'), { readonly: true })).get('flights', partitions)
}

function sumOf(batch: RecordBatch): number {
  const values: unknown = batch.data.children[0]?.values
  let sum = 0
  if (values instanceof BigInt64Array) for (const value of values) sum += Number(value)
  return sum
}

async function main([name = '', directory = '', rounds = '0']: readonly string[]): Promise<void> {
  const stage = stages[name]
  if (stage === undefined) throw new Error(`There is no stage ${name}.`)
  const start = performance.now()
  const found = await stage(directory, Number(rounds))
  const seconds = (performance.now() - start) / 1000
  const mebibytes = process.resourceUsage().maxRSS / 1024
  process.stdout.write(JSON.stringify({ ...found, seconds, mebibytes }))
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
