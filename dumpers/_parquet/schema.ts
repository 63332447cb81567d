/**
 * The Arrow schema of a Parquet file, and the choice of some columns out of the one that Arrow's writers keep in the
 * footer. It is parquet-wasm that reads it: apache-arrow trusts it, and a damaged one fills the memory.
 */
import type { Schema } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import type { ParquetWasm } from './codec.js'
import { MAGIC } from './footer.js'
import { fileWith } from './project.js'

/** The schema of the file whose footer is `encoded`. */
export function readSchema(arrow: Arrow, wasm: ParquetWasm, encoded: Uint8Array): Schema {
  const ipc = wasm.readSchema(fileWith(encoded, MAGIC.byteLength)).intoIPCStream()
  // Not `tableFromIPC`: an empty batch of thousands of columns takes a tenth of a second.
  return arrow.RecordBatchReader.from(ipc).open().schema
}

/**
 * The note that a footer with `columns` alone has, in base64; `notes` lie beside it and are not said again. RangeError
 * where `schema` lacks one of the columns.
 */
export function projectedSchema(
  arrow: Arrow,
  schema: Schema,
  columns: readonly string[],
  notes: ReadonlyMap<string, string>,
): string {
  const byName = new Map(schema.fields.map(field => [field.name, field]))
  const fields = columns.map(name => {
    const field = byName.get(name)
    if (field === undefined) throw new RangeError(`its Arrow schema lacks column ${JSON.stringify(name)}`)
    return field
  })
  const metadata = new Map([...schema.metadata].filter(([name]) => !notes.has(name)))
  return Buffer.from(
    arrow.tableToIPC(new arrow.Table(new arrow.Schema(fields, metadata)), 'stream'),
  ).toString('base64')
}
