/**
 * An Arrow Table as the bytes of a Parquet file. Same table, same bytes.
 * Each call that takes a WebAssembly object consumes it, so nothing is left to free unless one throws before the next.
 */
import type { Table } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'

type ParquetWasm = typeof import('parquet-wasm')

/** Small enough that row groups can be skipped by their statistics, large enough to compress well. */
const ROW_GROUP = 131072
/** From here on zstd, which is set up anew for each column, takes three times as long as all the rest. */
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
  const { DataType } = arrow
  const floats: string[] = []
  const others: string[] = []
  for (const { name, type } of table.schema.fields) (DataType.isFloat(type) ? floats : others).push(name)
  const builder = new wasm.WriterPropertiesBuilder()
    .setCompression(compression === 'zstd' ? wasm.Compression.ZSTD : wasm.Compression.SNAPPY)
    .setMaxRowGroupSize(ROW_GROUP)
    .setStatisticsEnabled(wasm.EnabledStatistics.Chunk)
  // Measured floats hardly repeat, and with thousands of columns their dictionaries take most of the time and memory.
  // Naming columns is slow too: only those of the smaller group are named.
  const mostlyFloats = floats.length > others.length
  const named = mostlyFloats ? others : floats
  return named
    .reduce(
      (made, name) => made.setColumnDictionaryEnabled(name, mostlyFloats),
      builder.setDictionaryEnabled(!mostlyFloats),
    )
    .build()
}
