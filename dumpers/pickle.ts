/**
 * pickle: what Python's `pickle` and `cloudpickle` wrote, as data. No code of a pickle is ever run, and no name in it is
 * looked up but in a list of ours.
 */
import type { Dumper, ReadFolder } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'
import { mostAtOnce } from './_npy/limits.js'
import { PACKAGE_RANGES } from './_packages.js'
import { decodePickle } from './_pickle/decode.js'
import { encodePickle } from './_pickle/write/encode.js'
import { pickleObstacle } from './_pickle/write/obstacle.js'

const FILE = 'to_pickle_dump'
/** Of ISF's `pandas_to_pickle`. */
const FRAME_FILE = 'pandas_to_pickle.pickle'

/**
 * Reads what Python's ISF stored with `to_pickle`, `to_cloudpickle` and `pandas_to_pickle`, in any protocol from 0 to 5,
 * and writes protocol 4, so that the value is Python's `db[key]`. Nothing is executed: names are data, and a name that is
 * not on a fixed list is UNSUPPORTED_FORMAT.
 *
 * | Python | `get` gives | what `set` writes as it |
 * |---|---|---|
 * | None, bool, str | null, boolean, string | the same |
 * | int | number where that is exact, else bigint | safe whole numbers, bigints |
 * | float | number | all other numbers, `-0` too |
 * | list, tuple | array, frozen array | array, frozen array |
 * | dict and its subclasses | plain object where all keys are strings, else Map | plain object, Map |
 * | set, frozenset | Set, frozen Set | Set, frozen Set |
 * | bytes, bytearray | Uint8Array | Uint8Array (bytes) |
 * | datetime, date | Date in UTC where it is whole milliseconds, else an array `datetime64[us]` without axes | Date (datetime in UTC) |
 * | timedelta, complex | array without axes | |
 * | Decimal, Fraction, UUID, path, time | their text | |
 * | range, slice | `{ start, stop, step }` | |
 * | numpy array | {@link NDArray}; of Python objects, arrays in arrays | what `ndarray` takes, but for a Uint8Array alone |
 * | numpy scalar, dtype | number, bigint, boolean, string, Uint8Array, else an array without axes; name | |
 * | pandas DataFrame, Series, Index | Apache Arrow Table | |
 *
 * What stands in several places is one object, and cycles are kept, both ways. Names of a plain object that are whole
 * numbers come first, as in every object.
 *
 * Errors: VALUE_REJECTED, with the place, for what Python has no value for: undefined, functions, instances of classes,
 * holes, dates outside of the years 1 to 9999, keys that are not hashable there or one to it (`1` and `true`), nesting of
 * more than 1,000 levels; UNSUPPORTED_FORMAT for classes and functions, by their name, for masked and `longdouble` arrays,
 * for members that Python tells apart and that are one here (`Decimal('1')` and `'1'`), for parts that lie outside of the
 * file, and for more than memory holds; CORRUPT_ENTRY for a stream that Python does not write; MISSING_PACKAGE for
 * pandas objects where apache-arrow is not installed.
 *
 * Format: https://docs.python.org/3/library/pickle.html
 *
 * @example
 * ```ts
 * import { DataBase, pickle } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * await db.set('fit', { tau: 12.5, window: Object.freeze([0, 250]), trace: new Float64Array(3) }, pickle)
 * const fit = await db.get('fit', pickle)
 * console.log(fit)
 * ```
 */
export const pickle: Dumper<unknown, unknown> = {
  name: 'pickle',
  loader: 'to_pickle',
  reads: ['to_cloudpickle', 'pandas_to_pickle'],
  requires: { 'apache-arrow': PACKAGE_RANGES['apache-arrow'] },
  setOptions: [],
  getOptions: [],

  check(value) {
    return pickleObstacle(value) === undefined
  },

  async dump(value, folder) {
    await folder.write(FILE, encodePickle(value, folder.signal))
    return undefined
  },

  async load(folder) {
    const file = await fileOf(folder)
    assertReadable(await folder.size(file), file)
    return decodePickle(await folder.read(file), file, [], folder.signal)
  },
}

async function fileOf(folder: ReadFolder): Promise<string> {
  const names = await folder.names()
  return names.includes(FRAME_FILE) && !names.includes(FILE) ? FRAME_FILE : FILE
}

/** A stream may name its first value at its end: it is read whole. */
function assertReadable(bytes: number, file: string): void {
  const most = mostAtOnce()
  if (bytes <= most) return
  const message = `'${file}' has ${bytes} bytes; a pickle is read whole, up to ${most}. db.path(key) leads to the file, for Python, which can store it again in parts`
  throw new DirdictError('UNSUPPORTED_FORMAT', message, { file, dumper: 'pickle' })
}
