/** The row groups of a Parquet file, decoded, each with what the footer says of it. */
import * as arrow from 'apache-arrow'
import * as wasm from 'parquet-wasm'
import type { ColumnStatistics } from '../../../dumpers/_arrow/value-set.js'
import { chunkMetadata, readChunks } from '../../../dumpers/_parquet/chunk.js'
import { footerLength, readFooter, TAIL } from '../../../dumpers/_parquet/footer.js'
import { leafSchema, readStatistics } from '../../../dumpers/_parquet/statistics.js'

export interface ParquetGroup {
  readonly fields: readonly arrow.Field[]
  readonly batches: readonly arrow.RecordBatch[]
  statistics(column: string): ColumnStatistics | undefined
}

export function readGroups(file: Uint8Array): ParquetGroup[] {
  const end = file.byteLength - TAIL
  const footer = readFooter(file.subarray(end - footerLength(file.subarray(end), file.byteLength), end))
  return footer.groups.map(group => {
    const options = { rowGroups: [group.index], batchSize: 2 ** 17 }
    const table = arrow.tableFromIPC(wasm.readParquet(file, options).intoIPCStream())
    return {
      fields: table.schema.fields,
      batches: table.batches,
      statistics(name) {
        const column = footer.columns.find(one => one.name === name)!
        const field = table.schema.fields.find(one => one.name === name)!
        const leaf = leafSchema(footer, column)
        const [chunk] = readChunks(group, [column.firstLeaf], file.byteLength)
        if (leaf === undefined || chunk === undefined) return undefined
        return readStatistics(arrow, chunkMetadata(chunk), field, group.rows, leaf)
      },
    }
  })
}
