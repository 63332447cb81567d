/**
 * A partitioned table that stays in its files: nothing but the parts, row groups and columns that are asked for is read,
 * and nothing more than a few row groups is in memory unless a Table is asked for.
 */
import { inspect } from 'node:util'
import type { Field, RecordBatch, Schema, Table } from 'apache-arrow'
import type { HeldFolder } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import { columnIndices } from '../_arrow/columns.js'
import { emptyBatch } from '../_arrow/empty.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { type TableRows, tableRows } from '../_arrow/rows.js'
import { compileWhere, type Where } from '../_arrow/where.js'
import { MOST_ROWS } from '../_parquet/choose.js'
import type { ParquetWasm } from '../_parquet/codec.js'
import { indexColumn } from '../_parquet/pandas.js'
import { answerTo } from '../_parquet/read.js'
import { type Division, divided } from './divisions.js'
import type { Partition, PartitionedReadOptions, PartitionedTable } from './handle.js'
import { openPart, type Part } from './parts.js'
import { underSchema } from './unify.js'

/** What a {@link PartitionedTable} is made of. */
export interface TableFacts {
  readonly schema: Schema
  readonly parts: readonly Part[]
  readonly divisions: readonly Division[]
}

/** Columns that are shown of a handle. */
const SHOWN = 12
const OPTIONS: readonly string[] = ['columns', 'rows', 'where', 'signal']

export class FileTable implements PartitionedTable {
  readonly schema: Schema
  readonly numRows: number
  readonly partitions: readonly Partition[]
  readonly divisions: readonly Division[]
  readonly #arrow: Arrow
  readonly #wasm: ParquetWasm
  readonly #folder: HeldFolder
  readonly #parts: readonly Part[]
  #closed = false

  constructor(arrow: Arrow, wasm: ParquetWasm, folder: HeldFolder, facts: TableFacts) {
    this.#arrow = arrow
    this.#wasm = wasm
    this.#folder = folder
    this.#parts = facts.parts
    this.schema = facts.schema
    this.numRows = facts.parts.reduce((sum, { rows }) => sum + rows, 0)
    this.partitions = facts.parts.map(({ file, rows }) => ({ file, rows }))
    this.divisions = facts.divisions
    Object.defineProperty(this, inspect.custom, { value: () => inLine(this) })
  }

  async toTable(options: PartitionedReadOptions = {}): Promise<Table> {
    const batches: RecordBatch[] = []
    let rows = 0
    for await (const batch of this.batches(options)) {
      rows += batch.numRows
      if (rows > MOST_ROWS) throw tooManyRows()
      batches.push(batch)
    }
    const schema = this.#answerSchema(options)
    // Arrow cannot cut a table that has no batch at all.
    if (batches.length === 0) batches.push(emptyBatch(this.#arrow, schema))
    return new this.#arrow.Table(schema, batches)
  }

  columns(names: readonly string[], options: Omit<PartitionedReadOptions, 'columns'> = {}): Promise<Table> {
    return this.toTable({ ...options, columns: names })
  }

  where(condition: Where, options: Omit<PartitionedReadOptions, 'where'> = {}): Promise<Table> {
    return this.toTable({ ...options, where: condition })
  }

  async *batches(options: PartitionedReadOptions = {}): AsyncGenerator<RecordBatch, void, undefined> {
    checkOptions(options)
    const { where, signal } = options
    const schema = this.#answerSchema(options)
    const names = schema.fields.map(({ name }) => name)
    const wanted = tableRows(options.rows, this.numRows, 'partitions')
    const mayMatch = this.#mayMatch(where)
    for (const [i, part] of this.#parts.entries()) {
      const rows = rowsIn(part, wanted)
      signal?.throwIfAborted()
      this.#assertOpen()
      if (rows === undefined || !mayMatch(i, part.rows)) continue
      const file = await openPart(this.#folder, part)
      try {
        const request = { columns: names, where, rows: rows === 'all' ? undefined : rows }
        const answer = await answerTo(this.#arrow, this.#wasm, file, request, signal)
        for await (const batch of answer.batches()) {
          yield underSchema(this.#arrow, batch, schema, part.file)
          signal?.throwIfAborted()
        }
      } finally {
        await file.source.close()
      }
    }
    this.#assertOpen()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#folder.close()
  }

  /** OPTION_INVALID for columns that there are not. */
  #answerSchema({ columns }: PartitionedReadOptions): Schema {
    const { fields, metadata } = this.schema
    if (columns === undefined) return this.schema
    const names = fields.map(({ name }) => name)
    const indices = columnIndices(columns, names, 'partitions')
    return new this.#arrow.Schema(
      indices.map(i => fields[i]!),
      metadata,
    )
  }

  /** Which parts may hold rows that are wanted. */
  #mayMatch(where: Where | undefined): (part: number, rows: number) => boolean {
    if (where === undefined) return () => true
    const { fields, metadata } = this.schema
    const predicate = compileWhere(this.#arrow, where, fields)
    const name = indexColumn(metadata.get('pandas'), fields)
    const index: Field | undefined = fields.find(field => field.name === name)
    return index === undefined ? () => true : divided(this.#arrow, this.divisions, index, predicate)
  }

  #assertOpen(): void {
    if (!this.#closed) return
    throw new DirdictError('STALE_HANDLE', 'The partitioned table was closed. Get the key again.', {
      dumper: 'partitions',
    })
  }
}

function inLine({ schema, numRows, partitions }: PartitionedTable): string {
  const columns = schema.fields.slice(0, SHOWN).map(({ name, type }) => `${JSON.stringify(name)}: ${type}`)
  if (schema.fields.length > SHOWN) columns.push(`… ${schema.fields.length - SHOWN} more`)
  return `PartitionedTable { ${numRows} rows in ${partitions.length} parts; ${columns.join(', ')} }`
}

/** Which rows of the part are wanted; undefined: none. */
function rowsIn({ start, rows }: Part, [from, to]: TableRows): TableRows | 'all' | undefined {
  const first = Math.max(0, from - start)
  const last = Math.min(rows, to - start)
  if (first >= last) return undefined
  return first === 0 && last === rows ? 'all' : [first, last]
}

function checkOptions(options: object): void {
  const unknown = Object.keys(options).find(name => !OPTIONS.includes(name))
  if (unknown === undefined) return
  throw new DirdictError(
    'OPTION_INVALID',
    `There is no option ${JSON.stringify(unknown)}. There are: ${OPTIONS.join(', ')}.`,
    { option: unknown, dumper: 'partitions' },
  )
}

function tooManyRows(): DirdictError {
  return new DirdictError(
    'UNSUPPORTED_FORMAT',
    `The table has more than ${MOST_ROWS} rows; a Table holds no more. Take them with batches(), or fewer with rows or where.`,
    { dumper: 'partitions' },
  )
}
