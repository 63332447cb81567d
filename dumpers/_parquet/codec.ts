/**
 * The calls on parquet-wasm, bytes in and bytes out, so that they can be made in any thread.
 * Only the synchronous reader is used: a panic in the asynchronous one (any damaged page) is an uncaught exception that
 * ends the process. Each call that takes a WebAssembly object consumes it, so nothing is left to free unless one
 * throws before the next.
 */

export type ParquetWasm = typeof import('parquet-wasm')

type Compression = 'zstd' | 'snappy'

/** How a table is encoded. */
interface EncodeSettings {
  readonly compression: Compression
  readonly rowGroupSize: number
  /** The columns that may have dictionaries. @default all */
  readonly dictionaries?: readonly string[]
}

/** One call, as it is sent to a worker. */
export type Job =
  | { readonly kind: 'encode'; readonly bytes: Uint8Array; readonly settings: EncodeSettings }
  | { readonly kind: 'decode'; readonly bytes: Uint8Array }
  | { readonly kind: 'schema'; readonly bytes: Uint8Array }

/** Rows in a record batch. parquet-wasm's own default of 1024 is slow. */
const BATCH_ROWS = 131072
/** Names of the errors that a panic, or memory that has run out, throws. */
const PANICS = ['RuntimeError', 'RangeError']

/** Arrow IPC stream to Parquet file, or the other way round, with or without rows. The result has memory of its own. */
export function runJob(wasm: ParquetWasm, job: Job): Uint8Array {
  if (job.kind === 'decode') return wasm.readParquet(job.bytes, { batchSize: BATCH_ROWS }).intoIPCStream()
  if (job.kind === 'schema') return wasm.readSchema(job.bytes).intoIPCStream()
  const source = wasm.Table.fromIPCStream(job.bytes)
  return wasm.writeParquet(source, properties(wasm, job.settings))
}

/**
 * parquet-wasm could not do it. After a panic WebAssembly keeps what it held, and may have left anything half done.
 */
export class CodecError extends Error {
  override readonly name = 'CodecError'
  readonly panic: boolean

  constructor(message: string, panic: boolean) {
    super(message)
    this.panic = panic
  }

  static of(error: unknown): CodecError {
    const message = error instanceof Error ? error.message : String(error)
    return new CodecError(message, error instanceof Error && PANICS.includes(error.name))
  }
}

function properties(
  wasm: ParquetWasm,
  { compression, rowGroupSize, dictionaries }: EncodeSettings,
): ReturnType<InstanceType<ParquetWasm['WriterPropertiesBuilder']>['build']> {
  const builder = new wasm.WriterPropertiesBuilder()
    .setCompression(compression === 'zstd' ? wasm.Compression.ZSTD : wasm.Compression.SNAPPY)
    .setMaxRowGroupSize(rowGroupSize)
    .setStatisticsEnabled(wasm.EnabledStatistics.Chunk)
  if (dictionaries === undefined) return builder.build()
  // Naming a column is slow, and of thousands few are not floats: only those are named.
  return dictionaries
    .reduce((made, name) => made.setColumnDictionaryEnabled(name, true), builder.setDictionaryEnabled(false))
    .build()
}
