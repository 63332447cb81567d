/** The options that say how tables become Parquet files, and what is written where they are left out. */
import { DirdictError } from '../../src/errors.js'

/** Options of `set` with `dataframe`. */
export interface DataframeSetOptions {
  /**
   * zstd files are smaller by a quarter; snappy is faster.
   * @default 'zstd'; 'snappy' with more than 1,000 columns, where setting up zstd for each takes most of the time
   */
  readonly compression?: 'zstd' | 'snappy'
  /**
   * Rows in a row group: the least that is read for `rows` and `where`. A group of more than 128 MiB gets fewer.
   * @default 131072
   */
  readonly rowGroupSize?: number
}

/** The same, checked. */
export interface WriteSettings {
  readonly compression: 'zstd' | 'snappy' | undefined
  readonly rowGroupSize: number
}

/** Small enough that row groups can be skipped by their statistics, large enough to compress well. */
const ROW_GROUP = 131072

/** OPTION_INVALID for what they cannot be. */
export function writeSettings(options: DataframeSetOptions, dumper: string): WriteSettings {
  const { compression, rowGroupSize = ROW_GROUP } = options
  const invalid = (option: string, what: string): DirdictError =>
    new DirdictError('OPTION_INVALID', `The option \`${option}\` ${what}.`, { option, dumper })
  if (compression !== undefined && compression !== 'zstd' && compression !== 'snappy')
    throw invalid('compression', "is 'zstd' or 'snappy'")
  if (!Number.isSafeInteger(rowGroupSize) || rowGroupSize < 1 || rowGroupSize >= 2 ** 31)
    throw invalid('rowGroupSize', 'is a whole number of rows, 1 or more')
  return { compression, rowGroupSize }
}
