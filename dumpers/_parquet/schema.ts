/**
 * The Arrow schema of a Parquet file, and the choice of some columns out of the one that Arrow's writers keep in the
 * footer. It is parquet-wasm that reads it: apache-arrow trusts it, and a damaged one fills the memory.
 */
import type { Schema } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import { CodecError } from './codec.js'
import { damaged, intact } from './damage.js'
import { MAGIC, type TopColumn } from './footer.js'
import type { ParquetFile } from './open.js'
import { fileWith } from './project.js'
import type { Runner } from './runner.js'

/** CORRUPT_ENTRY where the footer of `file` does not describe one. */
export async function readSchema(arrow: Arrow, runner: Runner, file: ParquetFile): Promise<Schema> {
  const { name, encoded, footer } = file
  const bytes = fileWith(encoded, MAGIC.byteLength)
  const ipc = await runner.run({ kind: 'schema', bytes }).catch((error: unknown) => {
    throw error instanceof CodecError ? damaged(name, error) : error
  })
  // Not `tableFromIPC`: an empty batch of thousands of columns takes a tenth of a second.
  return intact(name, () => withNames(arrow, arrow.RecordBatchReader.from(ipc).open().schema, footer.columns))
}

/** apache-arrow takes a byte order mark off the start of a name: it is another column then. */
export function withNames(arrow: Arrow, schema: Schema, columns: readonly TopColumn[]): Schema {
  const { fields, metadata } = schema
  if (fields.length !== columns.length || fields.every(({ name }, i) => name === columns[i]?.name))
    return schema
  const named = columns.map(({ name }, i) => {
    const { type, nullable, metadata } = fields[i]!
    return new arrow.Field(name, type, nullable, metadata)
  })
  return new arrow.Schema(named, metadata, schema.dictionaries)
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
