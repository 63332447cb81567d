/** A file that has been read whole already, for those that read parts of files. */

import type { RandomAccess } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'

/** `bytes` as a file. What is read without an `out` of its own is a view of them, not a copy. */
export function inMemory(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    async read({ offset = 0, length = Math.max(0, bytes.length - offset), out } = {}) {
      if (offset + length > bytes.length) {
        const message = `it has ${bytes.length} bytes; bytes ${offset} to ${offset + length} were asked for`
        throw new DirdictError('CORRUPT_ENTRY', message)
      }
      const part = bytes.subarray(offset, offset + length)
      if (out === undefined) return part
      out.set(part)
      return out.subarray(0, length)
    },
    async close() {},
  }
}
