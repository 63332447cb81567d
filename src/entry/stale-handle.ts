/** STALE_HANDLE: what a handle gives once its key holds something else than what it was opened on. */
import { DirdictError } from '../errors.js'

export function staleHandle(key: string): DirdictError {
  return new DirdictError(
    'STALE_HANDLE',
    `${JSON.stringify(key)} was deleted, renamed or replaced since this handle was opened. Get the key again.`,
    { key },
  )
}
