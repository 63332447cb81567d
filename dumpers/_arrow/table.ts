/**
 * What may be stored as a table, and the Arrow Table that it becomes: always one of our own copy of apache-arrow,
 * built from a schema and vectors. (Built from an object, integer-like column names would come first.)
 */
import type { Data, Field, RecordBatch, Table, Vector } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import { isPlainObject } from '../_plain/plain-object.js'
import { Turns } from '../_turns.js'
import { makeBatch } from './batch.js'
import { inferColumn, isNumericArray, typedColumn } from './infer.js'
import { type Arrow, Rebuilder } from './rebuild.js'
import { sliceData } from './slice.js'

/** A table of any copy of apache-arrow. */
export interface TableLike {
  readonly schema: { readonly fields: readonly { readonly name: string }[] }
  readonly batches: readonly { readonly numRows: number }[]
}
/** A vector of any copy of apache-arrow. */
export interface VectorLike {
  readonly type: { readonly typeId: number }
  readonly data: readonly { readonly length: number }[]
}
/** The values of one column. `null` and `undefined` are nulls. */
export type ColumnInput = readonly unknown[] | ArrayBufferView | VectorLike
/** One row: column name to value. */
export type RowInput = Readonly<Record<string, unknown>>
/**
 * What `dataframe`, `arrow` and `csv` store: an Apache Arrow Table, `[name, column]` pairs, or row objects, whose columns are all names in
 * order of first appearance. In arrays numbers become float64, bigints int64 (or uint64), dates timestamps in
 * milliseconds; a typed array keeps its type.
 */
export type TableInput =
  | TableLike
  | readonly (readonly [name: string, column: ColumnInput])[]
  | readonly RowInput[]

/** One column, in as many pieces as it came in. */
interface Column {
  readonly field: Field
  readonly chunks: readonly Data[]
}

/** By structure alone: apache-arrow is not imported for this. */
export function isTableInput(value: unknown): value is TableInput {
  if (isTable(value)) return true
  if (!isArray(value) || value.length === 0) return false
  return isPairs(value) || value.every(isRow)
}

/** Rows that are taken apart between two looks at the clock. */
const ROWS_IN_A_STEP = 4096

/**
 * VALUE_REJECTED for what a table cannot hold: no columns, two of one name, columns of different length. The event loop
 * has its turns meanwhile.
 */
export async function toTable(
  arrow: Arrow,
  value: TableInput,
  rebuilder: Rebuilder = new Rebuilder(arrow),
): Promise<Table> {
  const turns = new Turns()
  if (isTable(value)) {
    const fields: readonly Field[] = value.schema.fields
    checkNames(fields.map(field => field.name))
    const columns: Column[] = []
    for (const [i, field] of fields.entries()) {
      const chunks = value.batches.map(batch => batch.data.children[i]!)
      columns.push(rebuilt(rebuilder, field, chunks))
      await turns.pause()
    }
    return assemble(arrow, columns, value.schema.metadata, turns)
  }
  if (!isArray(value))
    throw rejected('The value is neither an Arrow Table, an array of columns nor an array of rows.')
  const pairs: readonly (readonly [string, unknown])[] = isPairs(value)
    ? value
    : await columnsOfRows(value, turns)
  checkNames(pairs.map(([name]) => name))
  const columns: Column[] = []
  for (const [name, column] of pairs) {
    columns.push(columnOf(arrow, rebuilder, name, column))
    await turns.pause()
  }
  checkLengths(columns)
  return assemble(arrow, columns, new Map(), turns)
}

function columnOf(arrow: Arrow, rebuilder: Rebuilder, name: string, column: unknown): Column {
  if (isVector(column)) return rebuilt(rebuilder, new arrow.Field(name, column.type, true), column.data)
  const chunks = isNumericArray(column)
    ? [typedColumn(arrow, column)]
    : inferColumn(arrow, name, items(name, column))
  return { field: new arrow.Field(name, chunks[0]!.type, true), chunks }
}

/** `Array.isArray` does not narrow to a readonly array. */
function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isTable(value: unknown): value is Table {
  if (typeof value !== 'object' || value === null) return false
  if (!('schema' in value && 'batches' in value && Array.isArray(value.batches))) return false
  const { schema } = value
  return typeof schema === 'object' && schema !== null && 'fields' in schema && Array.isArray(schema.fields)
}

function isVector(value: unknown): value is Vector {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (!('type' in value && 'data' in value && Array.isArray(value.data))) return false
  return typeof value.type === 'object' && value.type !== null && 'typeId' in value.type
}

function isPairs(value: readonly unknown[]): value is readonly (readonly [string, ColumnInput])[] {
  return value.every(
    pair =>
      Array.isArray(pair) &&
      pair.length === 2 &&
      typeof pair[0] === 'string' &&
      (Array.isArray(pair[1]) || isNumericArray(pair[1]) || isVector(pair[1])),
  )
}

function isRow(value: unknown): value is RowInput {
  return typeof value === 'object' && value !== null && isPlainObject(value)
}

async function columnsOfRows(rows: readonly unknown[], turns: Turns): Promise<[string, unknown[]][]> {
  const columns = new Map<string, unknown[]>()
  for (let i = 0; i < rows.length; i++) {
    if (i % ROWS_IN_A_STEP === 0) await turns.pause()
    const row = rows[i]
    if (!isRow(row)) throw rejected(`Row ${i} is not a plain object.`)
    for (const name of Object.keys(row)) {
      let column = columns.get(name)
      if (column === undefined) {
        column = new Array<unknown>(rows.length).fill(null)
        columns.set(name, column)
      }
      column[i] = row[name]
    }
  }
  return [...columns]
}

function items(name: string, column: unknown): readonly unknown[] {
  if (Array.isArray(column)) return column
  throw rejected(`Column ${JSON.stringify(name)} is neither an array, a typed array nor an Arrow Vector.`)
}

function rebuilt(rebuilder: Rebuilder, source: Field, chunks: readonly Data[]): Column {
  try {
    const field = rebuilder.field(source)
    return { field, chunks: chunks.map(data => rebuilder.data(data, field.type)) }
  } catch (cause) {
    throw rejected(`Column ${JSON.stringify(source.name)} cannot be stored: ${String(cause)}.`, cause)
  }
}

/** apache-arrow silently gives two columns of one name the values of the last. */
function checkNames(names: readonly string[]): void {
  if (names.length === 0)
    throw rejected('A table without columns cannot be stored: nothing would say how many rows it has.')
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw rejected(`Two columns are named ${JSON.stringify(name)}. Rename one of them.`)
    seen.add(name)
    if (/\p{Surrogate}/u.test(name))
      throw rejected(
        `The name ${JSON.stringify(name)} has half a surrogate pair, which UTF-8 has no form for. Rename the column.`,
      )
  }
}

function checkLengths(columns: readonly Column[]): void {
  const [one, ...others] = columns.map(({ field, chunks }) => ({ name: field.name, rows: rowsOf(chunks) }))
  const other = others.find(({ rows }) => rows !== one?.rows)
  if (one === undefined || other === undefined) return
  const name = JSON.stringify
  throw rejected(
    `Column ${name(one.name)} has ${one.rows} rows and column ${name(other.name)} ${other.rows}.`,
  )
}

/** Record batches are cut wherever any of the columns was. */
async function assemble(
  arrow: Arrow,
  columns: readonly Column[],
  metadata: ReadonlyMap<string, string>,
  turns: Turns,
): Promise<Table> {
  const schema = new arrow.Schema(
    columns.map(column => column.field),
    new Map(metadata),
  )
  const cuts = new Set<number>()
  for (const { chunks } of columns) {
    let end = 0
    for (const chunk of chunks) {
      end += chunk.length
      cuts.add(end)
    }
  }
  cuts.delete(0)
  const pieces = columns.map(({ chunks }) => cutter(arrow, chunks))
  let start = 0
  const batches: RecordBatch[] = []
  for (const end of [...cuts].sort((a, b) => a - b)) {
    const length = end - start
    start = end
    const children = pieces.map(next => next(length))
    batches.push(makeBatch(arrow, schema, children, length))
    const pause = turns.pause()
    if (pause !== undefined) await pause
  }
  return new arrow.Table(schema, batches)
}

/** Gives the rows of `chunks` in order, `length` at a time; no piece crosses the end of a chunk. */
function cutter(arrow: Arrow, chunks: readonly Data[]): (length: number) => Data {
  const full = chunks.filter(chunk => chunk.length > 0)
  let index = 0
  let offset = 0
  return length => {
    const chunk = full[index]!
    const piece = sliceData(arrow, chunk, offset, offset + length)
    offset += length
    if (offset === chunk.length) {
      index++
      offset = 0
    }
    return piece
  }
}

function rowsOf(chunks: readonly Data[]): number {
  return chunks.reduce((rows, chunk) => rows + chunk.length, 0)
}

function rejected(message: string, cause?: unknown): DirdictError {
  return new DirdictError('VALUE_REJECTED', message, { cause })
}
