/**
 * bytes: a piece of memory as a file.
 */
import type { Dumper } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'

const FILE = 'value.bin'

/** Bytes as they are. Comes back as a plain `Uint8Array`, also where a `Buffer` was stored. */
export const bytes: Dumper<Uint8Array, Uint8Array> = {
  name: 'bytes',

  check(value) {
    return value instanceof Uint8Array
  },

  async dump(value, folder) {
    if (!(value instanceof Uint8Array)) {
      throw new DirdictError('VALUE_REJECTED', `bytes stores a Uint8Array, not ${typeof value}.`, {
        dumper: 'bytes',
      })
    }
    await folder.write(FILE, value)
    return undefined
  },

  load(folder) {
    return folder.read(FILE)
  },
}
