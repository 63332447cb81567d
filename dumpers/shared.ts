/**
 * Arrays that processes share while they grow: a directory of raw files, whose names say shape and dtype, so that Python
 * maps them into memory. It is live: arrays are saved and lengthened in place.
 */
import type { Dumper, LiveFolder } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'
import type { ArrayInput } from '../src/ndarray.js'
import { type SharedArrays, SharedHandle } from './_shared/arrays.js'
import { fileOf } from './_shared/file-name.js'
import { arrayNamed, isArraysByName, rawBytes } from './_shared/input.js'

export type { SharedArrayFacts, SharedArrays, SharedLoadOptions } from './_shared/arrays.js'

/** Arrays to begin with, by name; `null` for none. */
export type SharedInput = Readonly<Record<string, ArrayInput>> | null

/**
 * A store of arrays, each in a file `<name>__<d0>_<d1>__<dtype>` of nothing but its elements, in C order and little-endian:
 * the layout of ISF's `shared_numpy_store`, read by `np.memmap(path, dtype, 'r', shape=shape)`. Read as many elements as
 * the name says: an append that is under way, or that a crash cut off, has bytes beyond them.
 *
 * `get` gives {@link SharedArrays}, through which arrays are saved, lengthened by rows, read in parts, and shared with
 * worker threads. `null` makes an empty store.
 *
 * Errors: VALUE_REJECTED for what `ndarray` rejects, for strings, byte strings and records, for arrays without axes, and
 * for names that no file has.
 *
 * @example
 * ```ts
 * import { array, DataBase, shared } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * await db.set('traces', { voltage: array([-70, -69], [1, 2]) }, shared)
 * const traces = await db.get('traces', shared)
 * await traces.append('voltage', array([-68, -67], [1, 2]))
 * console.log((await traces.load('voltage', { rows: [-1, 2] })).data)
 * ```
 */
export const shared: Dumper<SharedInput, SharedArrays> = {
  name: 'shared',
  loader: 'shared_numpy_store',
  live: true,

  check(value) {
    return value === null || isArraysByName(value)
  },

  async dump(value, folder) {
    if (value === null) return undefined
    if (!isArraysByName(value)) {
      throw new DirdictError('VALUE_REJECTED', 'shared stores null, or a plain object of arrays by name.', {
        dumper: 'shared',
      })
    }
    for (const [name, given] of Object.entries(value)) {
      const array = arrayNamed(name, given)
      await folder.write(fileOf(name, array).file, rawBytes(name, array, folder.signal))
    }
    return undefined
  },

  async load(folder: LiveFolder) {
    return new SharedHandle(folder)
  },
}
