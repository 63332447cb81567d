/**
 * The parts of a table, written one after the other as they come in, and what is said of all of them: divisions and the
 * types of the columns.
 */
import type { Table } from 'apache-arrow'
import type { WriteFolder } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import type { Arrow } from '../_arrow/rebuild.js'
import type { ParquetWasm } from '../_parquet/codec.js'
import { META } from '../_parquet/object-meta.js'
import {
  describe,
  indexColumn,
  indexNames,
  joinedMeta,
  type ObjectMeta,
  rangeEntry,
  withIndex,
} from '../_parquet/pandas.js'
import type { WriteSettings } from '../_parquet/settings.js'
import { writeParquet } from '../_parquet/write.js'
import { withSource } from '../_until-aborted.js'
import { DIVISIONS, partFile, provisionalFile } from './file-names.js'
import { gathered } from './gather.js'
import { Incoming } from './incoming.js'
import { IndexDivisions } from './index-divisions.js'
import type { Recording } from './parts.js'

export interface PartSettings extends WriteSettings {
  /** Bytes of the values in a part. */
  readonly size: number
  /** The column that is the index. */
  readonly index: string | undefined
}

/** VALUE_REJECTED for no table at all, columns that change, and an index that is not sorted. */
export async function writeParts(
  arrow: Arrow,
  wasm: ParquetWasm,
  items: AsyncIterable<unknown>,
  settings: PartSettings,
  folder: WriteFolder,
): Promise<Recording> {
  const incoming = new Incoming(arrow)
  const writer = new PartWriter(arrow, wasm, settings, folder)
  return withSource(items, folder.signal, async source => {
    for await (const table of gathered(arrow, source, incoming, settings.size, settings.index)) {
      await writer.add(table, incoming.changes)
    }
    return writer.end()
  })
}

class PartWriter {
  readonly #arrow: Arrow
  readonly #wasm: ParquetWasm
  readonly #settings: PartSettings
  readonly #folder: WriteFolder
  readonly #rows: number[] = []
  readonly #footers: number[] = []
  #meta: ObjectMeta | undefined
  #divisions: IndexDivisions | undefined
  #start = 0
  /** Changes of the schema when the first part was written, and the last. */
  #changes: { readonly first: number; readonly last: number } | undefined

  constructor(arrow: Arrow, wasm: ParquetWasm, settings: PartSettings, folder: WriteFolder) {
    this.#arrow = arrow
    this.#wasm = wasm
    this.#settings = settings
    this.#folder = folder
  }

  async add(bare: Table, changes: number): Promise<void> {
    this.#folder.signal?.throwIfAborted()
    const indexed = this.#indexed(bare)
    this.#follow(indexed)
    const { pandas, objectMeta } = describe(this.#arrow, indexed)
    const file = provisionalFile(this.#rows.length)
    const table = withNote(this.#arrow, indexed, pandas)
    const footer = await writeParquet(this.#arrow, this.#wasm, table, this.#settings, this.#folder, file)
    this.#footers.push(footer)
    this.#rows.push(table.numRows)
    this.#start += table.numRows
    this.#meta = this.#meta === undefined ? objectMeta : joinedMeta(this.#meta, objectMeta)
    this.#changes = { first: this.#changes?.first ?? changes, last: changes }
  }

  async end(): Promise<Recording> {
    const count = this.#rows.length
    for (let i = 0; i < count; i++) await this.#folder.rename(provisionalFile(i), partFile(count, i))
    await this.#folder.writeJson(META, this.#meta)
    const unknown = new Array<null>(count + 1).fill(null)
    await this.#folder.writeJson(DIVISIONS, this.#divisions?.end(count) ?? unknown)
    const uniform = this.#changes?.first === this.#changes?.last
    return { rows: this.#rows, footers: this.#footers, uniform }
  }

  /** With the index that was asked for, or the table's own; else rows are numbered through all parts. */
  #indexed(table: Table): Table {
    const { fields, metadata } = table.schema
    const { index } = this.#settings
    const old = metadata.get('pandas')
    if (index === undefined && indexNames(old, fields).length > 0) return table
    if (index !== undefined && !fields.some(({ name }) => name === index)) throw noColumn(index)
    const range = rangeEntry(this.#start, this.#start + table.numRows)
    return withNote(this.#arrow, table, withIndex(old, index ?? range))
  }

  #follow(table: Table): void {
    const { fields, metadata } = table.schema
    const name = indexColumn(metadata.get('pandas'), fields)
    if (name === undefined) return
    this.#divisions ??= new IndexDivisions(this.#arrow, name, this.#settings.index !== undefined)
    const column = fields.findIndex(field => field.name === name)
    this.#divisions.add(table.batches.map(({ data }) => data.children[column]!))
  }
}

function withNote(arrow: Arrow, { schema, batches }: Table, pandas: string): Table {
  const metadata = new Map(schema.metadata).set('pandas', pandas)
  return new arrow.Table(new arrow.Schema(schema.fields, metadata), batches)
}

function noColumn(index: string): DirdictError {
  return new DirdictError(
    'OPTION_INVALID',
    `The option \`index\` names a column, and there is none named ${JSON.stringify(index)}.`,
    { option: 'index', dumper: 'partitions' },
  )
}
