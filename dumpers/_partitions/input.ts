/** What may be stored as a partitioned table: one table, or tables, record batches and rows as they come in. */
import { isTableInput, type TableInput, type TableLike } from '../_arrow/table.js'

/** A record batch of any copy of apache-arrow. */
export interface RecordBatchLike {
  readonly schema: TableLike['schema']
  readonly numRows: number
  readonly data: { readonly length: number }
}

/** Some rows of a stream. */
export type TableBatch = TableInput | RecordBatchLike

/**
 * What `partitions` stores: a table, or an iterable or async iterable of tables, record batches, arrays of rows or of
 * `[name, column]` pairs, all with the same columns.
 */
export type PartitionsInput = TableInput | Iterable<TableBatch> | AsyncIterable<TableBatch>

/** By structure alone. Sets, maps, strings and the like are iterables of something else. */
export function isPartitionsInput(value: unknown): value is PartitionsInput {
  if (isTableInput(value)) return true
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value))
    return value.some(isTableBatch) && value.every(item => isTableBatch(item) || isNoRows(item))
  if (Symbol.asyncIterator in value) return true
  return Symbol.iterator in value && 'next' in value && typeof value.next === 'function'
}

export function isTableBatch(value: unknown): value is TableBatch {
  return isTableInput(value) || isRecordBatch(value)
}

/** An array of rows that has none. */
export function isNoRows(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

/** The items of `value`, or `value` as the only one. What is asynchronous stays as it is: it may have to be told to end. */
export function batchesOf(value: PartitionsInput): AsyncIterable<unknown> {
  if (isTableInput(value)) return inTurn([value])
  return Symbol.asyncIterator in value ? value : inTurn(value)
}

async function* inTurn<T>(items: Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items
}

/** The batch as something that a table is made of. */
export function asTable(batch: TableBatch): TableInput {
  return isRecordBatch(batch) ? { schema: batch.schema, batches: [batch] } : batch
}

function isRecordBatch(value: unknown): value is RecordBatchLike {
  if (typeof value !== 'object' || value === null) return false
  if (!('schema' in value && 'numRows' in value && 'data' in value) || 'batches' in value) return false
  const { schema, data } = value
  if (typeof schema !== 'object' || schema === null || !('fields' in schema)) return false
  return Array.isArray(schema.fields) && typeof data === 'object' && data !== null && 'children' in data
}
