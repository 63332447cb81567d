/** Rows of an Arrow column without a copy. Arrow's own slice leaves the number of nulls of a Null column unknown. */
import type { Data, RecordBatch, Schema } from 'apache-arrow'
import { makeBatch } from './batch.js'
import type { Arrow } from './rebuild.js'

/** Rows `[start, stop)` of `data`, which has them. */
export function sliceData(arrow: Arrow, data: Data, start: number, stop: number): Data {
  if (start === 0 && stop === data.length) return data
  const slice = data.slice(start, stop - start)
  return hasNull(arrow, data) ? counted(arrow, slice) : slice
}

/** Rows `[start, stop)` of `batch`, which has them. */
export function sliceBatch(
  arrow: Arrow,
  schema: Schema,
  batch: RecordBatch,
  start: number,
  stop: number,
): RecordBatch {
  if (start === 0 && stop === batch.numRows) return batch
  const children = batch.data.children.map(child => sliceData(arrow, child, start, stop))
  return makeBatch(arrow, schema, children, stop - start)
}

function hasNull(arrow: Arrow, data: Data): boolean {
  return arrow.DataType.isNull(data.type) || data.children.some(child => hasNull(arrow, child))
}

function counted(arrow: Arrow, data: Data): Data {
  if (arrow.DataType.isNull(data.type)) return arrow.makeData({ type: data.type, length: data.length })
  if (data.children.length === 0) return data
  const children = data.children.map(child => counted(arrow, child))
  const { type, offset, length, nullCount, dictionary, variadicBuffers } = data
  return new arrow.Data(type, offset, length, nullCount, data.buffers, children, dictionary, variadicBuffers)
}
