/** One schema for all parts of a table, and their batches under it. */
import type { Field, RecordBatch, Schema } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import { makeBatch } from '../_arrow/batch.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { commonType, typeName } from './common-type.js'
import { converted } from './convert.js'

/** A schema, and the first part that has it. */
export interface PartSchema {
  readonly schema: Schema
  readonly file: string
}

/** In the order and with the notes of the first. UNSUPPORTED_FORMAT names a part and a column that do not go with it. */
export function unified(arrow: Arrow, all: readonly [PartSchema, ...PartSchema[]]): Schema {
  const [first, ...others] = all
  const fields = new Map(first.schema.fields.map(field => [field.name, field]))
  for (const { schema, file } of others) {
    const own = new Map(schema.fields.map(field => [field.name, field]))
    const [more] = schema.fields.filter(({ name }) => !fields.has(name))
    if (more !== undefined) throw differing(first.file, `lacks column ${quoted(more)} of ${file}`)
    for (const [name, field] of fields) {
      const other = own.get(name)
      if (other === undefined) throw differing(file, `lacks column ${quoted(field)} of ${first.file}`)
      fields.set(name, widened(arrow, field, other, file))
    }
  }
  return new arrow.Schema([...fields.values()], first.schema.metadata)
}

/** `batch`, which has the columns of `schema` in their order. UNSUPPORTED_FORMAT for a value that its type does not hold. */
export function underSchema(arrow: Arrow, batch: RecordBatch, schema: Schema, file: string): RecordBatch {
  const children = batch.data.children.map((child, i) => {
    const field = schema.fields[i]!
    try {
      return converted(arrow, child, field.type)
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause
      const what = `has column ${quoted(field)}, which is ${field.type} in other parts, and ${cause.message}`
      throw differing(file, what, cause)
    }
  })
  return makeBatch(arrow, schema, children, batch.numRows)
}

function widened(arrow: Arrow, a: Field, b: Field, file: string): Field {
  const type = commonType(arrow, a.type, b.type)
  if (type === undefined)
    throw differing(
      file,
      `has column ${quoted(a)} as ${typeName(b.type)}, which is ${typeName(a.type)} in other parts`,
    )
  const nullable = a.nullable || b.nullable
  if (type === a.type && nullable === a.nullable) return a
  return new arrow.Field(a.name, type, nullable, a.metadata)
}

function quoted({ name }: Field): string {
  return JSON.stringify(name)
}

function differing(file: string, what: string, cause?: unknown): DirdictError {
  return new DirdictError(
    'UNSUPPORTED_FORMAT',
    `The parts of the table differ: ${file} ${what}. Read the files in db.path(key) one by one.`,
    { file, dumper: 'partitions', cause },
  )
}
