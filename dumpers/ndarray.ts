/**
 * Arrays of numbers, booleans, strings and times as numpy's `.npy`: `np.load` reads what this writes, and what
 * `np.save` writes, this reads. A range of rows is read without the rest.
 */

import type { Dumper, NoOptions, RandomAccess } from '../src/dumper.js'
import { type ArrayInput, asNDArray, type NDArray, rowMajorStride, toNDArray } from '../src/ndarray.js'
import { decodeElements } from './_npy/decode.js'
import { encode } from './_npy/encode.js'
import { fetchRows } from './_npy/fetch.js'
import { readHeader } from './_npy/header.js'
import { type Rows, resolveRows } from './_npy/rows.js'

/** What `get` takes for an `ndarray`. */
export interface NDArrayGetOptions {
  /**
   * Reads only elements `[start, stop)` along the first axis, as `a[start:stop]` in Python: negative numbers count
   * from the end, what lies outside is left out. OPTION_INVALID for a single number (0-d) and for fractions.
   *
   * @default all
   */
  readonly rows?: Rows | undefined
}

const file = 'np.npy'
/** Smaller files are read whole, which checks their CRC-32 as well. */
const SMALL = 2 ** 20
/** Up to here, one piece of memory for header and elements is written faster than two. */
const TINY = 64 * 2 ** 10

/**
 * Stores {@link NDArray}s, typed arrays, scijs `ndarray`s and zarrita's chunks as `np.npy`, in C order and this
 * machine's byte order. The bytes are those of `np.save`.
 *
 * `get` gives an {@link NDArray} on memory of its own: numbers as the typed array of their dtype (`float16` as
 * bits, complex numbers interleaved, times as 64-bit integers), `str` as strings, `bytes` as Uint8Arrays. A file in
 * Fortran order keeps its order: the strides tell.
 *
 * Errors: VALUE_REJECTED for shapes and strides that leave the data, for booleans other than 0 and 1, and for
 * strings that end in NUL; CORRUPT_ENTRY for a file that is not as long as its header says, or no npy file;
 * UNSUPPORTED_FORMAT for structured dtypes, Python objects and long doubles; OPTION_INVALID for impossible `rows`.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @example
 * ```ts
 * import { array, DataBase, ndarray } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * await db.set('voltage', array([-70.1, -69.8, -70, -69.9], [2, 2]))
 * const last = await db.get('voltage', ndarray, { rows: [-1, 2] })
 * console.log(last.shape, last.data)
 * ```
 */
export const ndarray: Dumper<ArrayInput, NDArray, NoOptions, NDArrayGetOptions> = {
  name: 'ndarray',
  loader: 'numpy_to_npy',
  setOptions: [],
  getOptions: ['rows'],

  check(value) {
    return asNDArray(value) !== undefined
  },

  async dump(value, folder) {
    const pieces = encode(toNDArray(value), folder.signal)
    await folder.write(file, isTiny(pieces) ? Buffer.concat(pieces) : pieces)
    return undefined
  },

  async load(folder, _args, { rows }) {
    const small = (await folder.size(file)) < SMALL
    const source = small ? inMemory(await folder.read(file)) : await folder.open(file)
    try {
      return await readArray(source, rows, folder.signal)
    } finally {
      await source.close()
    }
  },
}

async function readArray(
  source: RandomAccess,
  rows: Rows | undefined,
  signal?: AbortSignal,
): Promise<NDArray> {
  const header = await readHeader(source, file)
  const [start, stop] = resolveRows(rows, header.shape)
  const buffer = await fetchRows(source, header, [start, stop], signal)
  const shape = header.shape.map((n, axis) => (axis === 0 ? stop - start : n))
  return {
    data: decodeElements(buffer, header.format, file),
    shape,
    stride: header.fortranOrder ? rowMajorStride(shape.toReversed()).reverse() : rowMajorStride(shape),
    offset: 0,
    dtype: header.format.dtype,
  }
}

function isTiny(pieces: Iterable<Uint8Array>): pieces is Uint8Array[] {
  return Array.isArray(pieces) && pieces.reduce((sum, piece: Uint8Array) => sum + piece.byteLength, 0) <= TINY
}

/** A file that has been read whole already. */
function inMemory(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    async read({ offset = 0, length = bytes.length - offset, out } = {}) {
      const part = bytes.subarray(offset, offset + length)
      if (out === undefined) return part
      out.set(part)
      return out
    },
    async close() {},
  }
}
