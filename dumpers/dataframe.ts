/**
 * Tables as Parquet, which pandas, DuckDB and every other engine reads; read back as Apache Arrow Tables.
 * Python's ISF sees the DataFrame that its own `pandas_to_parquet` would have written.
 */
import { setImmediate } from 'node:timers/promises'
import type { Table } from 'apache-arrow'
import type { Dumper, LoaderArguments } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'
import type { Arrow } from './_arrow/rebuild.js'
import { isTableInput, type TableInput, toTable } from './_arrow/table.js'
import type { Where } from './_arrow/where.js'
import { importPackage, PACKAGE_RANGES } from './_packages.js'
import { META, readObjectMeta } from './_parquet/object-meta.js'
import { describe, labelled } from './_parquet/pandas.js'
import { readParquet } from './_parquet/read.js'
import { type DataframeSetOptions, writeSettings } from './_parquet/settings.js'
import { writeParquet } from './_parquet/write.js'

export type { ColumnInput, RowInput, TableInput, TableLike, VectorLike } from './_arrow/table.js'
export type { Comparable, Condition, Where } from './_arrow/where.js'
export type { DataframeSetOptions } from './_parquet/settings.js'

/** Options of `get` with `dataframe`. Together they read the rows that all of them leave. */
export interface DataframeGetOptions {
  /** Read only these columns, in this order. @default all */
  readonly columns?: readonly string[]
  /**
   * Read only rows `[start, stop)`, as they are stored; negative numbers count from the end, what lies outside is left
   * out. Row groups without any of them are not read.
   * @default all
   */
  readonly rows?: readonly [start: number, stop: number]
  /**
   * Read only rows for which this holds, by columns that need not be among `columns`. Row groups whose statistics rule
   * it out are not read.
   * @default all
   */
  readonly where?: Where
}

const FILE = 'pandas_to_parquet.parquet'

/**
 * Stores a table: an Apache Arrow Table of any copy of the package, `[name, column]` pairs, or row objects. Gives an
 * Arrow Table with the same types and values; views of strings and bytes come back as Utf8 and Binary. A pandas index is
 * a column of it, and is an index again when the table is stored.
 *
 * Throws VALUE_REJECTED for a table without columns, two columns of one name, columns of different length or a column
 * of mixed types; OPTION_INVALID for an unknown column or a condition that its type does not have; CORRUPT_ENTRY for a
 * damaged file; UNSUPPORTED_FORMAT for a file whose answer no table here can hold, before it is read; MISSING_PACKAGE
 * where apache-arrow or parquet-wasm is not installed. Tables over 16 MiB are encoded and decoded in worker threads.
 *
 * Format: https://parquet.apache.org/docs/file-format/
 *
 * @example
 * ```ts
 * import { DataBase, dataframe } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * await db.set('rates', [['time', new Float64Array([0, 0.1])], ['cell', ['L5tt', 'L4ss']]], dataframe)
 * const times = await db.get('rates', dataframe, { columns: ['time'] })
 * console.log(times.numRows)
 * const some = await db.get('rates', dataframe, { where: { cell: 'L5tt', time: { lt: 0.05 } }, rows: [0, 1000] })
 * console.log(some.numRows)
 * ```
 */
export const dataframe: Dumper<TableInput, Table, DataframeSetOptions, DataframeGetOptions> = {
  name: 'dataframe',
  loader: 'pandas_to_parquet',
  requires: {
    'apache-arrow': PACKAGE_RANGES['apache-arrow'],
    'parquet-wasm': PACKAGE_RANGES['parquet-wasm'],
  },
  setOptions: ['compression', 'rowGroupSize'],
  getOptions: ['columns', 'rows', 'where'],

  check: isTableInput,

  async dump(value, folder, options) {
    const settings = writeSettings(options, 'dataframe')
    const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))
    const wasm = await importPackage('parquet-wasm', () => import('parquet-wasm'))
    // Loading the packages takes a while, and so does a table of many batches: others have their turn in between.
    await setImmediate()
    const bare = await toTable(arrow, value)
    await setImmediate()
    const { pandas, objectMeta } = describe(arrow, bare)
    const metadata = new Map(bare.schema.metadata).set('pandas', pandas)
    const table = withSchema(arrow, bare, bare.schema.fields, metadata)
    folder.signal?.throwIfAborted()
    const footer = await writeParquet(arrow, wasm, table, settings, folder, FILE)
    await folder.writeJson(META, objectMeta)
    return { rows: table.numRows, footer }
  },

  async load(folder, args, options) {
    const { rows, where } = options
    const columns = columnsOf(options)
    const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))
    const wasm = await importPackage('parquet-wasm', () => import('parquet-wasm'))
    const recorded = { rows: numberOf(args, 'rows'), footer: numberOf(args, 'footer') }
    const meta = await readObjectMeta(folder, recorded.rows !== undefined)
    const table = await readParquet(arrow, wasm, folder, FILE, recorded, { columns, rows, where })
    if (meta === undefined) return table
    return withSchema(arrow, table, labelled(arrow, table.schema.fields, meta), table.schema.metadata)
  },
}

function columnsOf({ columns }: DataframeGetOptions): readonly string[] | undefined {
  if (columns === undefined || (Array.isArray(columns) && columns.every(name => typeof name === 'string'))) {
    return columns
  }
  throw invalid('columns', 'is an array of column names')
}

/** A member of the loader arguments; entries of other programs have none. */
function numberOf(args: LoaderArguments, name: string): number | undefined {
  const value = args[name]
  return typeof value === 'number' ? value : undefined
}

/**
 * The same batches under a schema whose fields have the same names and types. The batches are not made again with it:
 * that takes time with the square of the number of columns, and Arrow reads the names from the table.
 */
function withSchema(
  arrow: Arrow,
  table: Table,
  fields: Table['schema']['fields'],
  metadata: Map<string, string>,
): Table {
  return new arrow.Table(new arrow.Schema(fields, metadata), table.batches)
}

function invalid(option: string, what: string): DirdictError {
  return new DirdictError('OPTION_INVALID', `The option \`${option}\` ${what}.`, {
    option,
    dumper: 'dataframe',
  })
}
