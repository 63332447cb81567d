/** Errors of a Parquet file that is not what was written, or that cannot be held here. */
import { DirdictError } from '../../src/errors.js'

/** Whatever parsing throws, panics of WebAssembly among it, means that the file is not what was written. */
export function intact<T>(file: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw damaged(file, error)
  }
}

/** CORRUPT_ENTRY for what parsing `file` threw; what is told on purpose stays as it is. */
export function damaged(file: string, cause: unknown): unknown {
  if (cause instanceof DirdictError) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return new DirdictError('CORRUPT_ENTRY', `${file} is not an intact Parquet file: ${why}.`, { file, cause })
}

/** UNSUPPORTED_FORMAT: the file may be valid. */
export function tooLarge(file: string, what: string): DirdictError {
  return new DirdictError('UNSUPPORTED_FORMAT', `${file} ${what}`, { file, dumper: 'dataframe' })
}
