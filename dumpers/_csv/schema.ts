/**
 * `schema.json`: what the text cannot say, as a Table Schema, so that others can use it as well: the type of each column
 * (Arrow's own beside the schema's), the text that stands for null, the categories of a dictionary, the delimiter.
 *
 * https://datapackage.org/standard/table-schema/
 */
import { DirdictError } from '../../src/errors.js'
import { type Kind, nameOf, parseType } from './types.js'

/** The delimiters that files are read and written with. Numbers, dates and times hold none of them. */
export const DELIMITERS = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof DELIMITERS)[number]

/** One column. */
export interface CsvField {
  readonly name: string
  readonly kind: Kind
  /** What Arrow says of the field; nothing is checked by it. */
  readonly nullable: boolean
  readonly metadata: ReadonlyMap<string, string>
  /** The texts that stand for null; none where the column has no nulls. */
  readonly nulls: readonly string[]
  /** The values of a dictionary, in its order. */
  readonly categories: readonly string[] | undefined
}
export interface CsvSchema {
  readonly fields: readonly CsvField[]
  readonly delimiter: Delimiter
  readonly metadata: ReadonlyMap<string, string>
}

/** Without a word to the contrary the empty text is null, as in the standard. */
export const DEFAULT_NULLS: readonly string[] = ['']

/** The document that is stored. */
export function describeSchema({ fields, delimiter, metadata }: CsvSchema): unknown {
  return {
    fields: fields.map(field => ({
      name: field.name,
      type: standardType(field.kind),
      arrow: nameOf(field.kind),
      // Arrow lets such a column have nulls all the same, so this is no constraint of the standard.
      ...(field.nullable ? {} : { nullable: false }),
      ...(field.nulls.length === 1 && field.nulls[0] === '' ? {} : { missingValues: field.nulls }),
      ...(field.categories === undefined ? {} : { categories: field.categories }),
      ...(field.kind.kind === 'dictionary' && field.kind.ordered ? { categoriesOrdered: true } : {}),
      ...(field.metadata.size === 0 ? {} : { metadata: Object.fromEntries(field.metadata) }),
    })),
    missingValues: DEFAULT_NULLS,
    dialect: { delimiter },
    ...(metadata.size === 0 ? {} : { metadata: Object.fromEntries(metadata) }),
  }
}

/** The stored document, read again. CORRUPT_ENTRY where it is not what `describeSchema` makes. */
export function readSchema(document: unknown, file: string): CsvSchema {
  const fail = (what: string): DirdictError =>
    new DirdictError('CORRUPT_ENTRY', `${file} ${what}.`, { file, dumper: 'csv' })
  const { fields, dialect, metadata } = members(document)
  if (!Array.isArray(fields) || fields.length === 0) throw fail('does not name the columns')
  const wanted = members(dialect).delimiter
  const delimiter = DELIMITERS.find(one => one === wanted)
  if (delimiter === undefined) throw fail('does not name the delimiter')
  const read = fields.map((one: unknown, i): CsvField => {
    const field = readField(one)
    if (field === undefined) throw fail(`does not say what column ${i + 1} is`)
    return field
  })
  if (new Set(read.map(({ name }) => name)).size < read.length) throw fail('has two columns of one name')
  return { fields: read, delimiter, metadata: texts(metadata) ?? new Map() }
}

function readField(one: unknown): CsvField | undefined {
  const { name, arrow, nullable, missingValues = DEFAULT_NULLS, categories, metadata } = members(one)
  const kind = typeof arrow === 'string' ? parseType(arrow) : undefined
  const pairs = texts(metadata)
  if (typeof name !== 'string' || kind === undefined || pairs === undefined) return undefined
  if (!isTexts(missingValues) || !(categories === undefined || isTexts(categories))) return undefined
  return { name, kind, nullable: nullable !== false, metadata: pairs, nulls: missingValues, categories }
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(one => typeof one === 'string')
}

function texts(value: unknown): Map<string, string> | undefined {
  const pairs = Object.entries(value === undefined ? {} : members(value))
  const all = pairs.flatMap(([key, one]) => (typeof one === 'string' ? [[key, one] as const] : []))
  return all.length === pairs.length ? new Map(all) : undefined
}

function standardType(kind: Kind): string {
  switch (kind.kind) {
    case 'null':
      return 'any'
    case 'bool':
      return 'boolean'
    case 'integer':
    case 'duration':
      return 'integer'
    case 'float':
    case 'decimal':
      return 'number'
    case 'text':
    case 'dictionary':
      return 'string'
    case 'timestamp':
      return 'datetime'
    default:
      return kind.kind
  }
}
