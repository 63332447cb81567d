/**
 * Tables as Parquet, which pandas, DuckDB and every other engine reads; read back as Apache Arrow Tables.
 * Python's ISF sees the DataFrame that its own `pandas_to_parquet` would have written.
 */
import type { Table } from 'apache-arrow'
import type { Dumper, ReadFolder } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'
import type { Arrow } from './_arrow/rebuild.js'
import { isTableInput, type TableInput, toTable } from './_arrow/table.js'
import { importPackage, PACKAGE_RANGES } from './_packages.js'
import { describe, isObjectMeta, labelled } from './_parquet/pandas.js'
import { readParquet } from './_parquet/read.js'
import { writeParquet } from './_parquet/write.js'

export type { ColumnInput, RowInput, TableInput, TableLike, VectorLike } from './_arrow/table.js'

/** Options of `set` with `dataframe`. */
export interface DataframeSetOptions {
  /**
   * zstd files are smaller by a quarter; snappy is faster.
   * @default 'zstd'; 'snappy' with more than 1,000 columns, where setting up zstd for each takes most of the time
   */
  readonly compression?: 'zstd' | 'snappy'
}

/** Options of `get` with `dataframe`. */
export interface DataframeGetOptions {
  /** Read only these columns, in this order. @default all */
  readonly columns?: readonly string[]
}

const FILE = 'pandas_to_parquet.parquet'
const META = 'object_meta.json'

/**
 * Stores a table: an Apache Arrow Table of any copy of the package, `[name, column]` pairs, or row objects. Gives an
 * Arrow Table with the same types and values. A pandas index is a column of it, and is an index again when the table
 * is stored.
 *
 * Throws VALUE_REJECTED for a table without columns, two columns of one name, columns of different length or a column
 * of mixed types; OPTION_INVALID for an unknown column; CORRUPT_ENTRY for a damaged file; MISSING_PACKAGE where
 * apache-arrow or parquet-wasm is not installed.
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
 * ```
 */
export const dataframe: Dumper<TableInput, Table, DataframeSetOptions, DataframeGetOptions> = {
  name: 'dataframe',
  loader: 'pandas_to_parquet',
  requires: {
    'apache-arrow': PACKAGE_RANGES['apache-arrow'],
    'parquet-wasm': PACKAGE_RANGES['parquet-wasm'],
  },
  setOptions: ['compression'],
  getOptions: ['columns'],

  check: isTableInput,

  async dump(value, folder, options) {
    checkCompression(options)
    const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))
    const wasm = await importPackage('parquet-wasm', () => import('parquet-wasm'))
    const bare = toTable(arrow, value)
    const { pandas, objectMeta } = describe(arrow, bare)
    const table = withSchema(
      arrow,
      bare,
      bare.schema.fields,
      new Map(bare.schema.metadata).set('pandas', pandas),
    )
    folder.signal?.throwIfAborted()
    const bytes = written(() => writeParquet(arrow, wasm, table, options.compression))
    folder.signal?.throwIfAborted()
    await folder.write(FILE, bytes)
    await folder.writeJson(META, objectMeta)
    return { rows: table.numRows }
  },

  async load(folder, args, options) {
    const columns = columnsOf(options)
    const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))
    const wasm = await importPackage('parquet-wasm', () => import('parquet-wasm'))
    const meta = await readObjectMeta(folder, 'rows' in args)
    const table = await readParquet(arrow, wasm, folder, FILE, columns)
    if (typeof args.rows === 'number' && args.rows !== table.numRows) {
      throw corrupt(FILE, `has ${table.numRows} rows; ${args.rows} were written`)
    }
    if (meta === undefined) return table
    return withSchema(arrow, table, labelled(arrow, table.schema.fields, meta), table.schema.metadata)
  },
}

function checkCompression({ compression }: DataframeSetOptions): void {
  if (compression === undefined || compression === 'zstd' || compression === 'snappy') return
  throw new DirdictError('OPTION_INVALID', "The option `compression` is 'zstd' or 'snappy'.", {
    option: 'compression',
  })
}

function columnsOf({ columns }: DataframeGetOptions): readonly string[] | undefined {
  if (columns === undefined || (Array.isArray(columns) && columns.every(name => typeof name === 'string'))) {
    return columns
  }
  throw new DirdictError('OPTION_INVALID', 'The option `columns` is an array of column names.', {
    option: 'columns',
  })
}

/** Only an entry of ours is sure to have it: old versions of ISF wrote none. */
async function readObjectMeta(
  folder: ReadFolder,
  ours: boolean,
): Promise<Parameters<typeof labelled>[2] | undefined> {
  if (!ours && !(await folder.names()).includes(META)) return undefined
  const meta = await folder.readJson<unknown>(META)
  if (!isObjectMeta(meta)) throw corrupt(META, 'does not hold the names and types of columns')
  return meta
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

/** parquet-wasm names the type that it cannot write; when memory runs out it panics. */
function written(write: () => Uint8Array): Uint8Array {
  try {
    return write()
  } catch (cause) {
    const panic = cause instanceof Error && (cause.name === 'RuntimeError' || cause.name === 'RangeError')
    const why = panic ? 'it is too large for one file; store it in parts' : String(cause)
    throw new DirdictError('VALUE_REJECTED', `The table cannot be written as Parquet: ${why}.`, {
      dumper: 'dataframe',
      cause,
    })
  }
}

function corrupt(file: string, what: string): DirdictError {
  return new DirdictError('CORRUPT_ENTRY', `${file} ${what}.`, { file })
}
