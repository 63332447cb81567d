/**
 * The handle of a partitioned table, as its users see it. Types alone: what reads the files imports packages whose
 * declarations are not for everybody.
 */
import type { RecordBatch, Schema, Table } from 'apache-arrow'
import type { Where } from '../_arrow/where.js'
import type { Division } from './divisions.js'

/** What is read of a {@link PartitionedTable}. Together they leave the rows that all of them do. */
export interface PartitionedReadOptions {
  /** Only these columns, in this order. @default all */
  readonly columns?: readonly string[] | undefined
  /** Only rows `[start, stop)` of the whole table, by Python's rules. Other parts are not opened. @default all */
  readonly rows?: readonly [start: number, stop: number] | undefined
  /**
   * Only rows for which this holds. Parts that the divisions rule out are not opened; row groups that their statistics
   * rule out are not read. @default all
   */
  readonly where?: Where | undefined
  /** Ends the reading with its reason. @default none */
  readonly signal?: AbortSignal | undefined
}

/** One file of a {@link PartitionedTable}. */
export interface Partition {
  /** Name of the file in `db.path(key)`. */
  readonly file: string
  readonly rows: number
}

/**
 * A table in several Parquet files. It gives the table that it was opened on: after the key was replaced or deleted, parts
 * that are not open yet are STALE_HANDLE, never rows of another table.
 */
export interface PartitionedTable {
  /** Columns in their order, an index of pandas among them, and the notes of the first file. */
  readonly schema: Schema
  readonly numRows: number
  /** The files, in the order of their rows. */
  readonly partitions: readonly Partition[]
  /** First index of each part and last index of all, as dask has them; `null`s where nobody knows them. */
  readonly divisions: readonly Division[]
  /**
   * All rows, or those that the options name, as one Table.
   *
   * OPTION_INVALID for what cannot be asked for; CORRUPT_ENTRY for a damaged file; UNSUPPORTED_FORMAT for more than a table
   * holds; STALE_HANDLE after `close`, or once the key holds another value.
   */
  toTable(options?: PartitionedReadOptions): Promise<Table>
  /** These columns as one Table. */
  columns(names: readonly string[], options?: Omit<PartitionedReadOptions, 'columns'>): Promise<Table>
  /** The rows for which `condition` holds as one Table. */
  where(condition: Where, options?: Omit<PartitionedReadOptions, 'where'>): Promise<Table>
  /**
   * Record batches, row group by row group, as you take them: memory does not grow with the table. Errors as those of
   * `toTable`.
   */
  batches(options?: PartitionedReadOptions): AsyncIterableIterator<RecordBatch>
  /** Lets the files go, after reads that are under way. A second time does nothing. */
  close(): Promise<void>
}
