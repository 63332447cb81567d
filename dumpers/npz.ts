/**
 * Named arrays as numpy's `.npz`: a zip archive with an npy file for each, which `np.load` opens. Arrays go through in
 * pieces, whatever their size; reading some does not read the others.
 */
import type { Dumper } from '../src/dumper.js'
import { DirdictError, isDirdictError } from '../src/errors.js'
import type { ArrayInput, NDArray } from '../src/ndarray.js'
import { assertKept, encode } from './_npy/encode.js'
import { inMemory } from './_npy/in-memory.js'
import { PACKAGE_RANGES } from './_packages.js'
import { readDirectory } from './_zip/directory.js'
import { isNamedArrays, type NamedArray, namedArrays, SUFFIX } from './_zip/named-arrays.js'
import { chooseMembers, readMembers } from './_zip/read.js'
import { writeZip, type ZipInput } from './_zip/write.js'

/** What `set` takes for an `npz`: arrays by name, in a plain object; or one array, which gets the name `arr_0`. */
export type NpzInput = ArrayInput | Readonly<Record<string, ArrayInput>>

/** What `set` takes for an `npz`, beside the value. */
export interface NpzSetOptions {
  /**
   * `deflate` as `np.savez_compressed`; `store` as `np.savez`: larger, but written and read many times faster.
   * @default 'deflate'
   */
  readonly compression?: 'deflate' | 'store' | undefined
}

/** What `get` takes for an `npz`. */
export interface NpzGetOptions {
  /** Reads only the arrays of these names, in this order. OPTION_INVALID for a name that none has. @default all */
  readonly names?: readonly string[] | undefined
}

const FILE = 'np.npz'
/** Smaller files are read whole, which checks their CRC-32 as well. */
const SMALL = 2 ** 20

/**
 * Stores named arrays, a plain object of what `ndarray` takes, as `np.npz`; a single array gets the name `arr_0`, as
 * from `np.savez`, and is what Python's ISF expects. `get` always gives a plain object, {@link NDArray}s by name, each as
 * `ndarray` gives it, in the order of the file; names that are whole numbers come first, as in every object.
 *
 * An object is taken for one array where it is one by its structure (`data` and `shape`), else for a record of them.
 * The CRC-32 of every array that is read is checked.
 *
 * Errors: VALUE_REJECTED for what `ndarray` rejects, and for names that are empty, end in `.npy`, lead out of a folder
 * (`../a`, `/a`, backslashes) or have a NUL; OPTION_INVALID for unknown names; CORRUPT_ENTRY for damaged archives, those
 * whose members overlap or are not as long as they say among them; UNSUPPORTED_FORMAT for members that are no arrays
 * (unless `names` leaves them out), for encryption, for compression other than deflate, and for more than fits into
 * this machine's memory; MISSING_PACKAGE on reading where yauzl is not installed.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 *
 * @example
 * ```ts
 * import { array, DataBase, npz } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * await db.set('run', { time: new Float64Array([0, 0.1]), voltage: array([-70, -69, -71, -70], [2, 2]) }, npz)
 * const { time } = await db.get('run', npz, { names: ['time'] })
 * console.log(time?.data)
 * ```
 */
export const npz: Dumper<NpzInput, Readonly<Record<string, NDArray>>, NpzSetOptions, NpzGetOptions> = {
  name: 'npz',
  loader: 'numpy_to_npz',
  requires: { yauzl: PACKAGE_RANGES.yauzl },
  setOptions: ['compression'],
  getOptions: ['names'],

  check: isNamedArrays,

  async dump(value, folder, { compression }) {
    const method = methodOf(compression)
    const inputs = namedArrays(value).map(named => memberOf(named, folder.signal))
    await folder.write(FILE, writeZip(inputs, method, folder.signal))
    return undefined
  },

  async load(folder, _args, options) {
    const names = namesOf(options)
    const small = (await folder.size(FILE)) < SMALL
    const source = small ? inMemory(await folder.read(FILE)) : await folder.open(FILE)
    try {
      const members = await readDirectory(source, FILE, folder.signal)
      const arrays = await readMembers(source, chooseMembers(members, names, FILE), FILE, folder.signal)
      // Makes own members of all names, `__proto__` too.
      return Object.fromEntries(arrays)
    } finally {
      await source.close()
    }
  },
}

function methodOf(compression: unknown): 0 | 8 {
  if (compression === undefined || compression === 'deflate') return 8
  if (compression === 'store') return 0
  throw invalid('compression', "The option compression is 'deflate' or 'store'.")
}

function namesOf({ names }: NpzGetOptions): readonly string[] | undefined {
  if (names === undefined || (Array.isArray(names) && names.every(name => typeof name === 'string')))
    return names
  throw invalid('names', 'The option names is an array of names.')
}

function invalid(option: string, message: string): DirdictError {
  return new DirdictError('OPTION_INVALID', message, { option, dumper: 'npz' })
}

function memberOf([name, array]: NamedArray, signal: AbortSignal | undefined): ZipInput {
  return { name: name + SUFFIX, pieces: { [Symbol.iterator]: () => piecesOf(name, array, signal) } }
}

/** The npy file of an array; what is wrong with it is told with its name. */
function* piecesOf(name: string, array: NDArray, signal: AbortSignal | undefined): Generator<Uint8Array> {
  try {
    yield* encode(array, signal)
    assertKept(array)
  } catch (error) {
    if (!isDirdictError(error, 'VALUE_REJECTED')) throw error
    throw new DirdictError('VALUE_REJECTED', `the array ${JSON.stringify(name)}: ${error.message}`, {
      dumper: 'npz',
      cause: error,
    })
  }
}
