/** Entries of partitioned tables as another program leaves them. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type DataBase,
  dataframe,
  type PartitionedTable,
  partitions,
  type TableInput,
} from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'

/** An entry with a file for each table, and no record of ours. */
export async function foreign(
  tables: readonly TableInput[],
  divisions?: unknown,
): Promise<{ readonly db: DataBase; readonly directory: string; get(): Promise<PartitionedTable> }> {
  const db = await temporaryDatabase()
  const directory = join(db.directory, 'foreign')
  mkdirSync(directory)
  for (const [i, table] of tables.entries()) {
    await db.set('one', table, dataframe)
    const file = join(db.path('one'), 'pandas_to_parquet.parquet')
    cpSync(file, join(directory, `pandas_to_parquet.${tables.length}.${i}.parquet`))
  }
  const loader = { Loader: 'data_base.isf_data_base.IO.LoaderDumper.dask_to_parquet' }
  writeFileSync(join(directory, 'Loader.json'), JSON.stringify(loader))
  if (divisions !== undefined) writeFileSync(join(directory, 'divisions.json'), JSON.stringify(divisions))
  return { db, directory, get: () => db.get('foreign', partitions) }
}
