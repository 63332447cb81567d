/**
 * text: a string in a UTF-8 file.
 */
import { constants, isUtf8 } from 'node:buffer'
import type { Dumper, ReadFolder } from '../src/dumper.js'
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
    await refuseTooLong(folder)
    const bytes = await folder.read(FILE)
    if (!isUtf8(bytes)) throw new DirdictError('CORRUPT_ENTRY', `${FILE} is not UTF-8.`, { file: FILE })
    try {
      // Without `ignoreBOM` the decoder would drop a byte order mark that is part of the string.
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    } catch (cause) {
      throw tooLong(bytes.byteLength, cause)
    }
  },
}

/** UTF-8 has at most three bytes for each unit of a string: a longer file cannot fit, whatever it holds. */
async function refuseTooLong(folder: ReadFolder): Promise<void> {
  const size = await folder.size(FILE)
  if (size > 3 * constants.MAX_STRING_LENGTH) throw tooLong(size)
}

function tooLong(size: number, cause?: unknown): DirdictError {
  return new DirdictError(
    'UNSUPPORTED_FORMAT',
    `${FILE} has ${size} bytes; a string of JavaScript has at most ${constants.MAX_STRING_LENGTH} characters. Read the file in db.path(key) as a stream.`,
    { file: FILE, cause },
  )
}

function isWellFormed(value: string): boolean {
  return !/\p{Surrogate}/u.test(value)
}
