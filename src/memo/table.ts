/**
 * Encodes an Arrow Table of any copy of the package by schema and values, whatever the batches: the number of rows, the
 * metadata of the schema, the number of columns, and of each column its field and its values.
 *
 * A field is its name as a text, `t` or `f` for nullable, its metadata and its type: Arrow's number of the type as a size,
 * those of {@link PARAMETERS} that it has, the number of its children as a size, and their fields. Of a dictionary, the type is
 * the letter `k`, the type of its keys, `t` or `f` for ordered, and the type of its values. Metadata and parameters are
 * their number as a size, then of each name and value as texts, by the UTF-16 units of the names. The values are encoded
 * in `column.ts`.
 */
import { DirdictError } from '../errors.js'
import { type ColumnData, type ColumnType, encodeColumn, type Field, isKnown } from './column.js'
import type { Encoder } from './encoder.js'

interface Table {
  readonly schema: {
    readonly fields: readonly Field[]
    readonly metadata?: ReadonlyMap<string, string> | undefined
  }
  readonly batches: readonly {
    readonly data: { readonly length: number; readonly children: readonly ColumnData[] }
  }[]
}

/** What makes two types of one number differ. */
const PARAMETERS = [
  'bitWidth',
  'byteWidth',
  'isSigned',
  'keysSorted',
  'listSize',
  'precision',
  'scale',
  'timezone',
  'unit',
] as const

/**
 * By structure: apache-arrow is not imported for this. A plain object of that structure is none: what it holds beside
 * would not be hashed.
 */
export function isTable(value: object): value is Table {
  if (!('getChildAt' in value) || Object.hasOwn(value, 'getChildAt')) return false
  if (!('schema' in value && 'batches' in value && Array.isArray(value.batches))) return false
  const { schema } = value
  return typeof schema === 'object' && schema !== null && 'fields' in schema && Array.isArray(schema.fields)
}

/** VALUE_REJECTED for a column of a type that Arrow got since, or of unions. */
export function* encodeTable(out: Encoder, table: Table, path: string): Generator<undefined> {
  const { fields, metadata } = table.schema
  const batches = table.batches.map(batch => batch.data)
  out.tag('T')
  out.size(batches.reduce((rows, { length }) => rows + length, 0))
  encodeMetadata(out, metadata)
  out.size(fields.length)
  for (const [index, field] of fields.entries()) {
    encodeField(out, field, `${path}, column ${JSON.stringify(field.name)},`)
    yield* encodeColumn(out, field.type, () =>
      batches.map(({ length, children }) => ({ data: children[index]!, from: 0, to: length })),
    )
  }
}

function encodeField(out: Encoder, { name, nullable, type, metadata }: Field, path: string): void {
  out.text(name)
  out.tag(nullable ? 't' : 'f')
  encodeMetadata(out, metadata)
  encodeType(out, type, path)
}

function encodeType(out: Encoder, type: ColumnType, path: string): void {
  if (type.dictionary !== undefined) {
    out.tag('k')
    encodeType(out, type.indices!, path)
    out.tag(type.isOrdered ? 't' : 'f')
    encodeType(out, type.dictionary, path)
    return
  }
  if (!isKnown(type)) {
    throw new DirdictError(
      'VALUE_REJECTED',
      `${path} is of Arrow's type ${String(type)}, which a memo cannot hash. Take the column out, or give it another type.`,
    )
  }
  out.size(type.typeId)
  const known = PARAMETERS.filter(name => type[name] !== undefined && type[name] !== null)
  out.size(known.length)
  for (const name of known) {
    out.text(name)
    out.text(String(type[name]))
  }
  const children = type.children ?? []
  out.size(children.length)
  for (const child of children) encodeField(out, child, path)
}

function encodeMetadata(out: Encoder, metadata: ReadonlyMap<string, string> = new Map()): void {
  const names = [...metadata.keys()].sort()
  out.size(names.length)
  for (const name of names) {
    out.text(name)
    out.text(String(metadata.get(name)))
  }
}
