/**
 * Tables: a million rows and eight columns through the store against parquet-wasm and a plain file.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import {
  Bool,
  Float64,
  Int32,
  Int64,
  makeData,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  Vector,
  vectorFromArray,
} from 'apache-arrow'
import { DataBase, dataframe } from 'dirdict'
import * as wasm from 'parquet-wasm'
import { measure, type Row } from './measure.js'

const ROWS = 1_000_000

export async function dataframes(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/table-`)
  const db = await DataBase.open(`${path}/db`, { durability: 'relaxed' })
  const table = makeTable()
  const columns = table.schema.fields.map(field => field.name)
  const file = `${path}/alone.parquet`
  const rows = [
    await measure({
      work: 'dataframe 1M x 8, write',
      limit: 'parquet-wasm alone, to a file',
      reach: 1.1,
      rounds: 7,
      operations: 1,
      ours: () => db.set('table', table, dataframe),
      theirs: () => writeFileSync(file, encode(table)),
    }),
    await measure({
      work: 'dataframe 1M x 8, read',
      limit: 'parquet-wasm alone, from a file',
      reach: 1.1,
      rounds: 9,
      operations: 1,
      ours: () => db.get('table', dataframe),
      theirs: () => decode(readFileSync(file)),
    }),
    await measure({
      work: '1 of 8 columns, warm process',
      limit: 'all 8 columns through the store',
      reach: 0.2,
      rounds: 16,
      operations: 1,
      ours: round => db.get('table', dataframe, { columns: [columns[(round + 8) % 8]!] }),
      theirs: () => db.get('table', dataframe),
    }),
  ]
  await db.remove()
  rmSync(path, { recursive: true })
  return rows
}

function encode(table: Table): Uint8Array {
  const properties = new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression.ZSTD)
    .setMaxRowGroupSize(131_072)
    .build()
  return wasm.writeParquet(wasm.Table.fromIPCStream(tableToIPC(table, 'stream')), properties)
}

function decode(bytes: Uint8Array): Table {
  return tableFromIPC(wasm.readParquet(bytes, { batchSize: 131_072 }).intoIPCStream())
}

/** Numbers, times as numbers, few and many distinct strings, and nulls, from a generator with a fixed seed. */
function makeTable(): Table {
  let state = 1
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff
  }
  const numbers = Float64Array.from({ length: ROWS }, next)
  const holes = Array.from({ length: ROWS }, (_, i) => (i % 10 === 0 ? null : i * 0.5))
  const columns: Record<string, Vector> = {
    delay: new Vector([makeData({ type: new Float64(), data: numbers })]),
    gate: new Vector([
      makeData({ type: new Int32(), data: Int32Array.from({ length: ROWS }, () => next() * 1000) }),
    ]),
    id: new Vector([
      makeData({
        type: new Int64(),
        data: BigInt64Array.from({ length: ROWS }, (_, i) => 2n ** 53n + BigInt(i)),
      }),
    ]),
    late: vectorFromArray(
      Array.from({ length: ROWS }, () => next() > 0.5),
      new Bool(),
    ),
    time: new Vector([
      makeData({
        type: new Int64(),
        data: BigInt64Array.from({ length: ROWS }, (_, i) => BigInt(i) * 1000n),
      }),
    ]),
    carrier: vectorFromArray(
      Array.from({ length: ROWS }, () => `carrier-${Math.floor(next() * 10)}`),
      new Utf8(),
    ),
    flight: vectorFromArray(
      Array.from({ length: ROWS }, (_, i) => `flight-${i}`),
      new Utf8(),
    ),
    gaps: vectorFromArray(holes, new Float64()),
  }
  return new Table(columns)
}
