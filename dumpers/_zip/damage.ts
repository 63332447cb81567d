/**
 * What is said of members of a zip archive that are not what the archive says of them.
 */
import { DirdictError } from '../../src/errors.js'

/** CORRUPT_ENTRY: `path` is the archive, or the archive with the name of a member. */
export function corrupt(path: string, what: string, cause?: unknown): DirdictError {
  return new DirdictError('CORRUPT_ENTRY', `'${path}' ${what}`, { file: path, cause })
}

/** CORRUPT_ENTRY for what zlib says of the data; anything else is not about them. */
export function notInflated(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_BUFFER_TOO_LARGE') return corrupt(path, 'inflates to more than the archive says', error)
  const damaged = code === 'Z_DATA_ERROR' || code === 'Z_BUF_ERROR' || code === 'Z_NEED_DICT'
  return damaged ? corrupt(path, `cannot be inflated: ${String(error)}`, error) : error
}

/** CORRUPT_ENTRY for content whose sum is another than the archive says. */
export function wrongSum(path: string): DirdictError {
  return corrupt(path, 'is not what was written: its CRC-32 differs from the archive')
}
