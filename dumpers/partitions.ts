/**
 * Tables larger than memory, as a folder of Parquet files that Dask, DuckDB and Spark read too. They are written as they
 * come in and read part by part. Python's ISF sees the Dask frame that its own `dask_to_parquet` would have written.
 */
import { setImmediate } from 'node:timers/promises'
import type { Dumper } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'
import { importPackage, PACKAGE_RANGES } from './_packages.js'
import { readObjectMeta } from './_parquet/object-meta.js'
import { labelled } from './_parquet/pandas.js'
import { type DataframeSetOptions, writeSettings } from './_parquet/settings.js'
import { readDivisions } from './_partitions/divisions.js'
import type { PartitionedTable } from './_partitions/handle.js'
import { batchesOf, isPartitionsInput, type PartitionsInput } from './_partitions/input.js'
import { findParts, recordingOf } from './_partitions/parts.js'
import { FileTable } from './_partitions/table.js'
import { type PartSettings, writeParts } from './_partitions/write.js'

export type { Division } from './_partitions/divisions.js'
export type { Partition, PartitionedReadOptions, PartitionedTable } from './_partitions/handle.js'
export type { PartitionsInput, RecordBatchLike, TableBatch } from './_partitions/input.js'

/** Options of `set` with `partitions`. */
export interface PartitionsSetOptions extends DataframeSetOptions {
  /** Bytes of the values in one part, before they are compressed. @default 134217728, which is 128 MiB */
  readonly partitionSize?: number
  /**
   * A column by which the rows are sorted, ascending, without nulls. It is the index in pandas and Dask, which find rows by
   * it without looking into all parts.
   * @default the index of the table where it came from pandas, else rows are numbered
   */
  readonly index?: string
}

const PARTITION = 128 * 2 ** 20

/**
 * Stores a table, or a stream of tables, record batches or rows, in parts of about 128 MiB: an iterable or async iterable
 * is asked for the next batch when there is room for it. Gives a {@link PartitionedTable}, which reads what it is asked
 * for and stays usable after the call.
 *
 * Throws VALUE_REJECTED for what is no table, for batches with other columns than the first and an index that is not
 * sorted; OPTION_INVALID for options that cannot be; CORRUPT_ENTRY where a file is missing or damaged; UNSUPPORTED_FORMAT
 * where other programs wrote parts that have no schema in common; MISSING_PACKAGE where apache-arrow or parquet-wasm is
 * not installed.
 *
 * Format: a Parquet file for each part, as `dataframe` writes it, and the divisions of Dask as JSON.
 *
 * @example
 * ```ts
 * import { DataBase, partitions } from 'dirdict'
 *
 * async function* trials() {
 *   for (let trial = 0; trial < 1000; trial++) yield [{ trial, rate: Math.sin(trial) }]
 * }
 *
 * const db = await DataBase.open('study')
 * await db.set('rates', trials(), partitions, { index: 'trial' })
 * const rates = await db.get('rates', partitions)
 * console.log(rates.numRows, rates.partitions.length)
 * console.log((await rates.where({ trial: { gte: 990 } }, { columns: ['rate'] })).numRows)
 * for await (const batch of rates.batches({ columns: ['rate'] })) console.log(batch.numRows)
 * await rates.close()
 * ```
 */
export const partitions: Dumper<PartitionsInput, PartitionedTable, PartitionsSetOptions> = {
  name: 'partitions',
  loader: 'dask_to_parquet',
  requires: {
    'apache-arrow': PACKAGE_RANGES['apache-arrow'],
    'parquet-wasm': PACKAGE_RANGES['parquet-wasm'],
  },
  setOptions: ['compression', 'rowGroupSize', 'partitionSize', 'index'],
  getOptions: [],

  check: isPartitionsInput,

  async dump(value, folder, options) {
    const settings = settingsOf(options)
    if (!isPartitionsInput(value)) throw rejected()
    const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))
    const wasm = await importPackage('parquet-wasm', () => import('parquet-wasm'))
    // Loading the packages takes a while: others have their turn in between.
    await setImmediate()
    const { rows, footers, uniform } = await writeParts(arrow, wasm, batchesOf(value), settings, folder)
    return { rows, footers, uniform }
  },

  async load(folder, args) {
    const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))
    const wasm = await importPackage('parquet-wasm', () => import('parquet-wasm'))
    const recorded = recordingOf(args)
    const ours = recorded !== undefined
    const { parts, schema } = await findParts(arrow, wasm, folder, recorded)
    const divisions = await readDivisions(folder, parts.length, ours)
    const meta = await readObjectMeta(folder, ours)
    const fields = meta === undefined ? schema.fields : labelled(arrow, schema.fields, meta)
    return new FileTable(arrow, wasm, await folder.hold(), {
      parts,
      schema: new arrow.Schema(fields, schema.metadata),
      divisions: divisions ?? new Array<null>(parts.length + 1).fill(null),
    })
  },
}

function settingsOf(options: PartitionsSetOptions): PartSettings {
  const { partitionSize = PARTITION, index } = options
  if (!Number.isSafeInteger(partitionSize) || partitionSize < 1)
    throw invalid('partitionSize', 'is a whole number of bytes, 1 or more')
  if (index !== undefined && typeof index !== 'string') throw invalid('index', 'is the name of a column')
  return { ...writeSettings(options, 'partitions'), size: partitionSize, index }
}

function invalid(option: string, what: string): DirdictError {
  return new DirdictError('OPTION_INVALID', `The option \`${option}\` ${what}.`, {
    option,
    dumper: 'partitions',
  })
}

function rejected(): DirdictError {
  return new DirdictError(
    'VALUE_REJECTED',
    'partitions stores a table, or an iterable of tables, record batches or arrays of rows; of a PartitionedTable its batches().',
    { dumper: 'partitions' },
  )
}
