/**
 * An Arrow Table as the bytes of a Parquet file. Same table, same bytes.
 * Each call that takes a WebAssembly object consumes it, so nothing is left to free unless one throws before the next.
 */
import type { Table } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'

type ParquetWasm = typeof import('parquet-wasm')

/** How the pages are compressed. */
export type ParquetCompression = 'zstd' | 'snappy'

/** Small enough that row groups can be skipped by their statistics, large enough to compress well. */
const ROW_GROUP = 131072

/** Throws what parquet-wasm throws. */
export function writeParquet(
  arrow: Arrow,
  wasm: ParquetWasm,
  table: Table,
  compression: ParquetCompression,
): Uint8Array {
  const ipc = arrow.tableToIPC(table, 'stream')
  const source = wasm.Table.fromIPCStream(ipc)
  return wasm.writeParquet(source, properties(arrow, wasm, table, compression))
}

function properties(
  arrow: Arrow,
  wasm: ParquetWasm,
  table: Table,
  compression: ParquetCompression,
): ReturnType<InstanceType<ParquetWasm['WriterPropertiesBuilder']>['build']> {
  let builder = new wasm.WriterPropertiesBuilder()
    .setCompression(compression === 'zstd' ? wasm.Compression.ZSTD : wasm.Compression.SNAPPY)
    .setMaxRowGroupSize(ROW_GROUP)
    .setStatisticsEnabled(wasm.EnabledStatistics.Chunk)
  // Measured floats hardly repeat, and with thousands of columns their dictionaries take most of the time and memory.
  for (const { name, type } of table.schema.fields) {
    if (arrow.DataType.isFloat(type)) builder = builder.setColumnDictionaryEnabled(name, false)
  }
  return builder.build()
}
