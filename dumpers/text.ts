/**
 * text: a string in a UTF-8 file.
 */
import type { Dumper } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'

const FILE = 'value.txt'

/** A string as a UTF-8 file. A string with half a surrogate pair, which UTF-8 cannot hold, is VALUE_REJECTED. */
export const text: Dumper<string, string> = {
  name: 'text',

  check(value) {
    return typeof value === 'string' && isWellFormed(value)
  },

  async dump(value, folder) {
    if (typeof value !== 'string') {
      throw new DirdictError('VALUE_REJECTED', `text stores a string, not ${typeof value}.`, {
        dumper: 'text',
      })
    }
    if (!isWellFormed(value)) {
      throw new DirdictError(
        'VALUE_REJECTED',
        'The string has half a surrogate pair, which UTF-8 cannot hold; json stores it.',
        { dumper: 'text' },
      )
    }
    await folder.write(FILE, Buffer.from(value, 'utf8'))
    return undefined
  },

  async load(folder) {
    const bytes = await folder.read(FILE)
    try {
      // Without `ignoreBOM` the decoder would drop a byte order mark that is part of the string.
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch (cause) {
      throw new DirdictError('CORRUPT_ENTRY', `${FILE} is not UTF-8.`, { file: FILE, cause })
    }
  },
}

function isWellFormed(value: string): boolean {
  return !/\p{Surrogate}/u.test(value)
}
