/**
 * A record batch without rows that can be cut, joined and stored as any other. Those that Arrow makes itself lack the
 * children of nested columns.
 */
import type { Data, DataType, RecordBatch, Schema } from 'apache-arrow'
import { makeBatch } from './batch.js'
import type { Arrow } from './rebuild.js'

export function emptyBatch(arrow: Arrow, schema: Schema): RecordBatch {
  const children = schema.fields.map(({ type }) => emptyData(arrow, type))
  return makeBatch(arrow, schema, children, 0)
}

function emptyData(arrow: Arrow, type: DataType): Data {
  const { DataType } = arrow
  if (DataType.isDictionary(type)) {
    const dictionary = new arrow.Vector([emptyData(arrow, type.dictionary)])
    return arrow.makeData({ type, length: 0, nullCount: 0, data: [], dictionary })
  }
  if (DataType.isNull(type)) return arrow.makeData({ type, length: 0 })
  const children = (type.children ?? []).map(field => emptyData(arrow, field.type))
  const offsets: Data['valueOffsets'] = emptyOffsets(arrow, type)
  // Nested types have no values of their own.
  const values: Data['values'] = children.length > 0 ? undefined : new type.ArrayType(0)
  return new arrow.Data(type, 0, 0, 0, { 0: offsets, 1: values }, children)
}

/** One more than there are values. */
function emptyOffsets({ DataType }: Arrow, type: DataType): Int32Array | BigInt64Array | undefined {
  if (DataType.isLargeUtf8(type) || DataType.isLargeBinary(type) || DataType.isLargeList(type))
    return new BigInt64Array(1)
  const offsets =
    DataType.isUtf8(type) || DataType.isBinary(type) || DataType.isList(type) || DataType.isMap(type)
  return offsets ? new Int32Array(1) : undefined
}
