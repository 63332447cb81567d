/**
 * Tables in files of other formats, and parts of tables, beside DuckDB on the same files.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import {
  Float64,
  Int64,
  makeData,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  Vector,
  vectorFromArray,
} from 'apache-arrow'
import { arrow, csv, DataBase, dataframe } from 'dirdict'
import { measure, type Row } from './measure.js'

const ROWS = 1_000_000

export async function files(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/files-`)
  const db = await DataBase.open(`${path}/db`, { durability: 'relaxed' })
  const instance = await DuckDBInstance.create(':memory:')
  const duckdb = await instance.connect()
  const table = makeTable()
  await db.set('table', table, dataframe)
  // DuckDB takes relative names from here, so that no path becomes part of a statement.
  const before = process.cwd()
  process.chdir(path)
  await duckdb.run("CREATE TABLE t AS SELECT * FROM read_parquet('db/table/pandas_to_parquet.parquet')")
  const rows = [
    ...(await besideArrow(db, table, path)),
    ...(await besideDuckDB(db, table, duckdb)),
    await wide(db),
  ]
  process.chdir(before)
  duckdb.closeSync()
  instance.closeSync()
  await db.remove()
  return rows
}

async function besideArrow(db: DataBase, table: Table, path: string): Promise<Row[]> {
  const file = `${path}/alone.arrow`
  const write = await measure({
    work: 'arrow 1M x 4, write',
    limit: 'tableToIPC and one write',
    reach: 1.5,
    rounds: 7,
    operations: 1,
    ours: () => db.set('arrow', table, arrow),
    theirs: () => writeFileSync(file, tableToIPC(table, 'file')),
  })
  const read = await measure({
    work: 'arrow 1M x 4, read',
    limit: 'readFileSync and tableFromIPC',
    reach: 1.5,
    rounds: 9,
    operations: 1,
    ours: () => db.get('arrow', arrow),
    theirs: () => tableFromIPC(readFileSync(file)),
  })
  return [write, read]
}

async function besideDuckDB(db: DataBase, table: Table, duckdb: DuckDBConnection): Promise<Row[]> {
  const beside = (work: string, limit: string, ours: () => unknown, sql: string): Promise<Row> =>
    measure({ work, limit, rounds: 5, operations: 1, ours, theirs: () => duckdb.run(sql) })
  await db.set('csv', table, csv)
  return [
    await beside(
      'dataframe 1M x 4, write',
      'DuckDB COPY',
      () => db.set('again', table, dataframe),
      "COPY t TO 't.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 131072)",
    ),
    await beside(
      'dataframe 1M x 4, read',
      'DuckDB, into a table of its own',
      () => db.get('table', dataframe),
      "CREATE OR REPLACE TEMP TABLE copy AS SELECT * FROM read_parquet('db/table/pandas_to_parquet.parquet')",
    ),
    await beside(
      '1,000 of 1M rows by where',
      'DuckDB, the same WHERE',
      () => db.get('table', dataframe, { where: { time: { gte: 500_000n, lt: 501_000n } } }),
      "CREATE OR REPLACE TEMP TABLE part AS SELECT * FROM read_parquet('db/table/pandas_to_parquet.parquet') WHERE time >= 500000 AND time < 501000",
    ),
    await beside(
      'csv 1M x 4, write',
      'DuckDB COPY',
      () => db.set('csv', table, csv),
      "COPY t TO 't.csv' (FORMAT csv, HEADER)",
    ),
    await beside(
      'csv 1M x 4, read',
      'DuckDB read_csv',
      () => db.get('csv', csv),
      "CREATE OR REPLACE TEMP TABLE lines AS SELECT * FROM read_csv('db/csv/value.csv')",
    ),
  ]
}

/** As simulations write them: a column for each synapse, few rows. */
async function wide(db: DataBase): Promise<Row> {
  const columns = Array.from({ length: 10_000 }, (_, i): [string, Float64Array] => [
    `synapse ${i}`,
    Float64Array.from({ length: 6 }, (_, row) => Math.sin(i + row)),
  ])
  await db.set('wide', columns, dataframe)
  return measure({
    work: '1 of 10,000 columns x 6 rows',
    limit: 'all of them',
    reach: 0.5,
    rounds: 9,
    operations: 1,
    ours: round => db.get('wide', dataframe, { columns: [`synapse ${round + 100}`] }),
    theirs: () => db.get('wide', dataframe),
  })
}

function makeTable(): Table {
  const numbers = Float64Array.from({ length: ROWS }, (_, i) => Math.sin(i) * 1000)
  return new Table({
    time: new Vector([
      makeData({ type: new Int64(), data: BigInt64Array.from({ length: ROWS }, (_, i) => BigInt(i)) }),
    ]),
    delay: new Vector([makeData({ type: new Float64(), data: numbers })]),
    carrier: vectorFromArray(
      Array.from({ length: ROWS }, (_, i) => `carrier-${i % 10}`),
      new Utf8(),
    ),
    gaps: vectorFromArray(
      Array.from({ length: ROWS }, (_, i) => (i % 10 === 0 ? null : i * 0.5)),
      new Float64(),
    ),
  })
}
