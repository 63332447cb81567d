/**
 * json: a plain value as a JSON text, refused wherever JSON would change it.
 */
import type { Dumper } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'
import { jsonObstacle } from './_plain/json-obstacle.js'

const FILE = 'value.json'

/**
 * A value that JSON holds exactly: null, booleans, finite numbers but -0, strings, arrays and plain objects of them.
 * Anything else is VALUE_REJECTED with the place where it stands.
 */
export const json: Dumper<unknown, unknown> = {
  name: 'json',

  check(value) {
    return jsonObstacle(value) === undefined
  },

  async dump(value, folder) {
    const obstacle = jsonObstacle(value)
    if (obstacle !== undefined) {
      throw new DirdictError(
        'VALUE_REJECTED',
        `JSON cannot hold this value exactly: ${obstacle}. clone stores it.`,
        {
          dumper: 'json',
        },
      )
    }
    await folder.writeJson(FILE, value)
    return undefined
  },

  load(folder) {
    return folder.readJson<unknown>(FILE)
  },
}
