/**
 * clone: any value that the structured clone algorithm holds, in V8's serialization format.
 */
import { deserialize, serialize } from 'node:v8'
import type { Dumper } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'
import { cloneObstacle } from './_plain/clone-obstacle.js'

const FILE = 'value.v8'

/**
 * Map, Set, Date, RegExp, Error, bigint, undefined, NaN, -0, typed arrays, cycles and all that JSON holds.
 * Functions, symbols, promises and instances of other classes are VALUE_REJECTED with the place where they stand.
 * The format is that of `v8.serialize`: later versions of Node.js read what earlier ones wrote.
 */
export const clone: Dumper<unknown, unknown> = {
  name: 'clone',

  check(value) {
    return cloneObstacle(value) === undefined
  },

  async dump(value, folder) {
    const obstacle = cloneObstacle(value)
    if (obstacle !== undefined) {
      throw new DirdictError('VALUE_REJECTED', `clone cannot hold this value: ${obstacle}.`, {
        dumper: 'clone',
      })
    }
    await folder.write(FILE, serialized(value))
    return undefined
  },

  async load(folder) {
    const bytes = await folder.read(FILE)
    try {
      return deserialize(bytes)
    } catch (cause) {
      throw new DirdictError('CORRUPT_ENTRY', `${FILE} is not what v8.serialize writes.`, {
        file: FILE,
        cause,
      })
    }
  },
}

function serialized(value: unknown): Uint8Array {
  try {
    return serialize(value)
  } catch (cause) {
    throw new DirdictError('VALUE_REJECTED', `clone cannot hold this value: ${(cause as Error).message}`, {
      dumper: 'clone',
      cause,
    })
  }
}
