/**
 * A stored CSV file as an Arrow Table: fields go into typed columns, record batch by record batch, and are no objects
 * in between. What is not asked for is split into fields, but not converted.
 */
import type { Data, Table } from 'apache-arrow'
import type { DirdictError } from '../../src/errors.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { type Building, buildColumn } from './build.js'
import { invalid, type Wanted } from './options.js'
import type { Batch, Records } from './records.js'
import { place, quoted, type Refuse } from './refusal.js'
import type { CsvSchema } from './schema.js'
import { nameOf } from './types.js'

/** Rows of a record batch, and characters of it at most: offsets of utf8 are 32 bits wide. */
const BATCH_ROWS = 131_072
const BATCH_CHARACTERS = 2 ** 28

/** A column that is being read. */
export interface Reading extends Wanted, Building {}

/** The wanted columns of rows [start, stop). */
export async function readTable(
  arrow: Arrow,
  { names, batches }: Records,
  { fields, metadata }: CsvSchema,
  wanted: readonly Wanted[],
  [start, stop]: readonly [number, number],
  all: number,
  refuse: Refuse,
): Promise<Table> {
  const odd = fields.findIndex(({ name }, i) => names[i] !== name)
  if (odd !== -1 || names.length !== fields.length) {
    throw refuse(
      `, line 1: the header is not that of schema.json, from column ${odd === -1 ? fields.length : odd + 1} on`,
    )
  }
  const columns = wanted.map((one): Reading => ({ ...one, ...buildColumn(arrow, one.field) }))
  const lengths: number[] = []
  let row = 0
  let length = 0
  let characters = 0
  const cut = (): void => {
    for (const { builder } of columns) builder.cut()
    lengths.push(length)
    length = 0
    characters = 0
  }
  for await (const batch of batches) {
    const end = Math.min(batch.rows.length, stop - row)
    for (let from = Math.max(0, start - row); from < end; ) {
      const to = Math.min(end, from + BATCH_ROWS - length)
      appendAll(columns, batch, from, to, refuse)
      length += to - from
      from = to
      if (length === BATCH_ROWS) cut()
    }
    characters += batch.characters
    if (characters >= BATCH_CHARACTERS && length > 0) cut()
    row += batch.rows.length
    if (row >= stop && stop < all) break
  }
  // Arrow cannot slice a table without batches.
  if (length > 0 || lengths.length === 0) cut()
  if (row !== all && !(row >= stop && stop < all)) throw refuse(` has ${row} rows; ${all} were written`)
  return tableOf(arrow, columns, lengths, metadata)
}

/** Takes fields of rows [from, to) into every column. Of several that a column cannot hold, the first is told. */
export function appendAll(
  columns: readonly Reading[],
  batch: Batch,
  from: number,
  to: number,
  refuse: Refuse,
): void {
  let end = to
  let worst: Reading | undefined
  for (const column of columns) {
    const bad = column.builder.append(batch.rows, column.index, from, end)
    if (bad === -1) continue
    end = bad
    worst = column
  }
  if (worst !== undefined) throw cannotHold(worst, batch, end, refuse)
}

function cannotHold(
  { index, field, overridden }: Reading,
  batch: Batch,
  row: number,
  refuse: Refuse,
): DirdictError {
  const where = place(batch.lineOf(row, index), index + 1, field.name)
  const text = batch.rows[row]?.[index] ?? ''
  const what = `${where}: ${nameOf(field.kind)} cannot hold ${quoted(text)}`
  return overridden ? invalid('types', `does not fit the file${what}`) : refuse(what)
}

/** From schema and data: built from an object, integer-like names would come first. */
function tableOf(
  arrow: Arrow,
  columns: readonly Reading[],
  lengths: readonly number[],
  metadata: ReadonlyMap<string, string>,
): Table {
  const fields = columns.map(
    ({ field, type }) => new arrow.Field(field.name, type, field.nullable, new Map(field.metadata)),
  )
  const schema = new arrow.Schema(fields, new Map(metadata))
  const type = new arrow.Struct(fields)
  const data: readonly (readonly Data[])[] = columns.map(({ builder }) => builder.finish())
  const batches = lengths.map((length, i) => {
    const children = data.flatMap(parts => parts.slice(i, i + 1))
    return new arrow.RecordBatch(schema, arrow.makeData({ type, length, nullCount: 0, children }))
  })
  return new arrow.Table(schema, batches)
}
