/**
 * An Arrow Table as the bytes of a Parquet file. Same table, same bytes.
 * Each call that takes a WebAssembly object consumes it, so nothing is left to free unless one throws before the next.
 */
import type { Table } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'

type ParquetWasm = typeof import('parquet-wasm')

/** Small enough that row groups can be skipped by their statistics, large enough to compress well. */
const ROW_GROUP = 131072
/**
 * From here on the set-up of zstd for each column takes three times as long as all the rest, and dictionaries of
 * measured floats, which hardly repeat, most of the time and memory.
 */
const WIDE = 1000

/** Throws what parquet-wasm throws. */
export function writeParquet(
  arrow: Arrow,
  wasm: ParquetWasm,
  table: Table,
  compression: 'zstd' | 'snappy' | undefined,
): Uint8Array {
  const chosen = compression ?? (table.numCols > WIDE ? 'snappy' : 'zstd')
  const ipc = arrow.tableToIPC(table, 'stream')
  const source = wasm.Table.fromIPCStream(ipc)
  return wasm.writeParquet(source, properties(arrow, wasm, table, chosen))
}

function properties(
  arrow: Arrow,
  wasm: ParquetWasm,
  table: Table,
  compression: 'zstd' | 'snappy',
): ReturnType<InstanceType<ParquetWasm['WriterPropertiesBuilder']>['build']> {
  const builder = new wasm.WriterPropertiesBuilder()
    .setCompression(compression === 'zstd' ? wasm.Compression.ZSTD : wasm.Compression.SNAPPY)
    .setMaxRowGroupSize(ROW_GROUP)
    .setStatisticsEnabled(wasm.EnabledStatistics.Chunk)
  if (table.numCols <= WIDE) return builder.build()
  // Naming a column is slow too, and of thousands few are not floats: only the others are named.
  return table.schema.fields
    .filter(field => !arrow.DataType.isFloat(field.type))
    .reduce(
      (made, { name }) => made.setColumnDictionaryEnabled(name, true),
      builder.setDictionaryEnabled(false),
    )
    .build()
}
