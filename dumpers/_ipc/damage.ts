/** Errors of an Arrow file that is not what was written, or that cannot be held here. */
import { DirdictError, systemCode } from '../../src/errors.js'
import { FILE } from './format.js'

/** UNSUPPORTED_FORMAT: the file may be valid. */
export function unsupported(what: string): DirdictError {
  return new DirdictError('UNSUPPORTED_FORMAT', `${FILE} ${what}.`, { file: FILE, dumper: 'arrow' })
}

/** UNSUPPORTED_FORMAT where no memory is to be had for `what`. */
export function tooLarge(what: string): DirdictError {
  return unsupported(
    `is too large: there is no memory for ${what}. Read fewer \`columns\` or \`rows\`, or write it in smaller batches`,
  )
}

/** What reading threw, as what it means: whatever parsing does not expect is damage. */
export function damaged(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof DirdictError || systemCode(error) !== undefined) return error
  if (signal?.aborted === true && error === signal.reason) return error
  // V8 has no name for it but this.
  if (error instanceof RangeError && error.message.includes('allocation failed')) return tooLarge('it')
  const why = error instanceof Error ? error.message : String(error)
  return new DirdictError('CORRUPT_ENTRY', `${FILE} is not an intact Arrow file: ${why}.`, {
    file: FILE,
    cause: error,
  })
}

/** What writing threw, as what it means: a table that the format cannot hold, or whose buffers lie. */
export function refused(error: unknown, signal: AbortSignal | undefined): unknown {
  const isOfTable = error instanceof RangeError || error instanceof TypeError
  if (!isOfTable || (signal?.aborted === true && error === signal.reason)) return error
  return new DirdictError('VALUE_REJECTED', `The table cannot be stored: ${error.message}.`, {
    dumper: 'arrow',
    cause: error,
  })
}
