/**
 * A Parquet file as an Arrow Table: the footer says what is needed, some row groups at a time become small files of
 * their own, which are decoded in this thread or in workers, and their record batches are put together, or given one by one.
 */
import type { RecordBatch, Schema, Table } from 'apache-arrow'
import type { ReadFolder } from '../../src/dumper.js'
import { makeBatch } from '../_arrow/batch.js'
import { emptyBatch } from '../_arrow/empty.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { takeRows } from '../_arrow/take.js'
import type { Predicate } from '../_arrow/where.js'
import { choose, MOST_ROWS, type Request } from './choose.js'
import type { ParquetWasm } from './codec.js'
import { intact, tooLarge } from './damage.js'
import { Decoder } from './decode.js'
import { inOrder } from './in-order.js'
import { openParquet, type ParquetFile, type Recorded } from './open.js'
import { runnerFor } from './runner.js'
import { SUMS } from './sums.js'
import { planUnits, type Unit } from './units.js'

/**
 * CORRUPT_ENTRY where `name` is not the Parquet file that was written; OPTION_INVALID for what it does not have;
 * UNSUPPORTED_FORMAT for more than can be held.
 */
export async function readParquet(
  arrow: Arrow,
  wasm: ParquetWasm,
  folder: ReadFolder,
  name: string,
  recorded: Recorded,
  request: Request,
): Promise<Table> {
  const whole = Object.values(request).every(option => option === undefined)
  const file = await openParquet(folder, name, recorded, whole)
  try {
    return await readTable(arrow, wasm, file, request, folder.signal)
  } finally {
    await file.source.close()
  }
}

async function readTable(
  arrow: Arrow,
  wasm: ParquetWasm,
  file: ParquetFile,
  request: Request,
  signal: AbortSignal | undefined,
): Promise<Table> {
  const answer = await answerTo(arrow, wasm, file, request, signal)
  let rows = 0
  const kept: RecordBatch[] = []
  for await (const batch of answer.batches()) {
    rows += batch.numRows
    if (rows > MOST_ROWS)
      throw tooLarge(
        file.name,
        `has more than ${MOST_ROWS} rows that \`where\` holds for. Read fewer with rows.`,
      )
    kept.push(batch)
  }
  const schema = await answer.schema()
  // Arrow cannot cut a table that has no batch at all.
  if (kept.length === 0) kept.push(emptyBatch(arrow, schema))
  return new arrow.Table(schema, kept)
}

/** What a request gives, as it is decoded: never more than a few units are in memory. */
export interface Answer {
  batches(): AsyncGenerator<RecordBatch, void, undefined>
  /** That of the batches. */
  schema(): Promise<Schema>
}

/** The errors are those of `readParquet`; the caller closes the file, after the batches. */
export async function answerTo(
  arrow: Arrow,
  wasm: ParquetWasm,
  file: ParquetFile,
  request: Request,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const choice = await choose(arrow, runnerFor(wasm, 0, signal), file, request)
  const units = planUnits(choice.parts, choice.columns)
  const decoded = units.reduce((sum, unit) => sum + unit.decoded, 0)
  const runner = runnerFor(wasm, decoded, signal)
  const decoder = await Decoder.of(arrow, file, choice, runner)
  const atOnce = units.some(unit => unit.subsets !== undefined) ? 1 : runner.atOnce
  let schema: Schema | undefined
  return {
    async *batches() {
      const decodedUnits = inOrder(units, atOnce, async unit => ({ unit, ...(await decoder.decode(unit)) }))
      for await (const { unit, batches, schema: read } of decodedUnits) {
        schema ??= answerSchema(arrow, read, choice.kept)
        for (const batch of wanted(arrow, batches, unit)) {
          const some = intact(file.name, () => filtered(arrow, batch, choice.predicate, schema!))
          if (some !== undefined) yield some
        }
      }
    },
    async schema() {
      schema ??= answerSchema(arrow, await decoder.schema(), choice.kept)
      return schema
    },
  }
}

/** The columns that were asked for, without those that were read for `where` alone. */
function answerSchema(arrow: Arrow, schema: Schema, kept: number): Schema {
  const metadata = new Map(schema.metadata)
  metadata.delete(SUMS)
  return new arrow.Schema(schema.fields.slice(0, kept), metadata)
}

/** The batches of a unit, cut to its wanted rows. */
function* wanted(arrow: Arrow, batches: readonly RecordBatch[], { from, to }: Unit): Generator<RecordBatch> {
  let start = 0
  for (const batch of batches) {
    const [first, last] = [Math.max(0, from - start), Math.min(batch.numRows, to - start)]
    start += batch.numRows
    if (first === 0 && last === batch.numRows) yield batch
    else if (first < last) yield takeRows(arrow, batch, Uint32Array.of(first, last))
  }
}

/** The rows for which the predicate holds, and of them the columns of `schema`; undefined where there are none. */
function filtered(
  arrow: Arrow,
  batch: RecordBatch,
  predicate: Predicate | undefined,
  schema: Schema,
): RecordBatch | undefined {
  const ranges = predicate?.matches(batch)
  if (ranges !== undefined && ranges.length === 0) return undefined
  const children = batch.data.children.slice(0, schema.fields.length)
  const narrow =
    children.length === batch.data.children.length ? batch : makeBatch(arrow, schema, children, batch.numRows)
  const all = ranges === undefined || (ranges.length === 2 && ranges[0] === 0 && ranges[1] === batch.numRows)
  return all ? narrow : takeRows(arrow, narrow, ranges)
}
