/**
 * Batches of a stream as record batches with the same columns. The first says which; a column that is all null so far gets
 * its type from the first batch that has values in it.
 */
import type { Data, Field, RecordBatch, Schema, Table } from 'apache-arrow'
import { DirdictError, isDirdictError } from '../../src/errors.js'
import { type Arrow, Rebuilder } from '../_arrow/rebuild.js'
import { toTable } from '../_arrow/table.js'
import { isSameType, typeName } from './common-type.js'
import { converted } from './convert.js'
import { asTable, isNoRows, isTableBatch } from './input.js'

/** Some rows: a column for each field of the schema, of the type that it had when they came in. */
export interface Rows {
  readonly children: readonly Data[]
  readonly length: number
}

export class Incoming {
  readonly #arrow: Arrow
  /** Numbers dictionaries, each another way. */
  readonly #types: Rebuilder
  #count = 0
  #schema: Schema | undefined
  /** How often columns have got another type since the first batch. */
  changes = 0

  constructor(arrow: Arrow) {
    this.#arrow = arrow
    this.#types = new Rebuilder(arrow)
  }

  /** That of all batches up to now. VALUE_REJECTED where there was none. */
  get schema(): Schema {
    if (this.#schema !== undefined) return this.#schema
    throw rejected('There is no table at all, and without one nothing says which columns it has')
  }

  /** VALUE_REJECTED for what is no table, or has other columns than those before it. */
  async rowsOf(item: unknown): Promise<readonly Rows[]> {
    const number = this.#count++
    if (isNoRows(item)) return []
    const table = await tableOf(this.#arrow, item, number)
    const { fields, metadata } = table.schema
    this.#schema ??= new this.#arrow.Schema(
      fields.map(field => this.#types.field(field)),
      metadata,
    )
    const places = this.#placesOf(fields, number, Array.isArray(item))
    this.#widen(fields, places, number)
    return table.batches.map(batch => this.#fitted(batch, places))
  }

  #fitted({ data, numRows }: RecordBatch, places: readonly number[]): Rows {
    const none = this.#arrow.makeData({ type: new this.#arrow.Null(), length: numRows })
    const children = this.schema.fields.map(({ type }, i) =>
      converted(this.#arrow, data.children[places[i]!] ?? none, type),
    )
    return { children, length: numRows }
  }

  /** Where the columns are in the batch; -1 for those of which no row object says anything. */
  #placesOf(fields: readonly Field[], number: number, isOfRows: boolean): number[] {
    const known = new Set(this.schema.fields.map(({ name }) => name))
    const more = fields.find(({ name }) => !known.has(name))
    if (more !== undefined)
      throw rejected(`Batch ${number} has column ${JSON.stringify(more.name)}, which the first has not`)
    const places = new Map(fields.map(({ name }, i) => [name, i]))
    return this.schema.fields.map(({ name }) => {
      const place = places.get(name) ?? -1
      if (place >= 0 || isOfRows) return place
      throw rejected(`Batch ${number} lacks column ${JSON.stringify(name)}`)
    })
  }

  #widen(fields: readonly Field[], places: readonly number[], number: number): void {
    const { schema } = this
    const widened = schema.fields.map((field, i) => this.#widened(field, fields[places[i]!], number))
    if (widened.every((field, i) => field === schema.fields[i])) return
    this.changes++
    this.#schema = new this.#arrow.Schema(widened, schema.metadata)
  }

  #widened(field: Field, other: Field | undefined, number: number): Field {
    const { Field, DataType } = this.#arrow
    const nullable = field.nullable || other === undefined || other.nullable
    const isNew = other !== undefined && DataType.isNull(field.type) && !DataType.isNull(other.type)
    if (!isNew && other !== undefined && !DataType.isNull(other.type) && !isSameType(field.type, other.type))
      throw rejected(
        `Batch ${number} has column ${JSON.stringify(field.name)} of type ${typeName(other.type)}; before it was ${typeName(field.type)}`,
      )
    if (!isNew && nullable === field.nullable) return field
    return new Field(field.name, isNew ? this.#types.type(other.type) : field.type, nullable, field.metadata)
  }
}

async function tableOf(arrow: Arrow, item: unknown, number: number): Promise<Table> {
  if (!isTableBatch(item))
    throw rejected(`Batch ${number} is neither a table, a record batch nor an array of rows`)
  try {
    return await toTable(arrow, asTable(item))
  } catch (error) {
    if (!isDirdictError(error, 'VALUE_REJECTED')) throw error
    throw new DirdictError('VALUE_REJECTED', `Batch ${number}: ${error.message}`, { cause: error })
  }
}

function rejected(what: string): DirdictError {
  return new DirdictError('VALUE_REJECTED', `${what}.`, { dumper: 'partitions' })
}
