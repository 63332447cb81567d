/**
 * Arrays of numbers, booleans, strings, times and records as numpy's `.npy`: `np.load` reads what this writes, and what
 * `np.save` writes, this reads. Any part is read without the rest.
 */

import type { Dumper, LoaderArguments, NoOptions, ReadFolder, WriteFolder } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'
import { type ArrayInput, asNDArray, type NDArray, toNDArray } from '../src/ndarray.js'
import { encode } from './_npy/encode.js'
import { inMemory } from './_npy/in-memory.js'
import { type LazyArray, openLazy } from './_npy/lazy.js'
import { assertVerifiable } from './_npy/limits.js'
import type { ArrayPart } from './_npy/part.js'
import { readNpy } from './_npy/read.js'
import { writeBlocks } from './_npy/stream.js'

export type { BlockOptions, LazyArray, LazyReadOptions } from './_npy/lazy.js'
export type { ArrayPart } from './_npy/part.js'

/** What `get` takes for an `ndarray`. */
export interface NDArrayGetOptions extends ArrayPart {
  /**
   * Reads the whole file into memory and compares its CRC-32 before anything is returned, also where only a part is asked
   * for. Files up to 1 MiB are checked anyway. Without it, large files are checked for their length alone.
   * UNSUPPORTED_FORMAT for a file over 4 GiB (in Node 20), or over this machine's memory: `db.verify()` checks those.
   *
   * @default false
   */
  readonly verify?: boolean | undefined
}

/** What `set` takes for an `ndarray`: an array, or its blocks of rows, whose number need not be known. */
export type NDArrayInput = ArrayInput | AsyncIterable<ArrayInput>

const file = 'np.npy'
/** Smaller files are read whole, which checks their CRC-32 as well. */
const SMALL: number = 2 ** 20
/** Up to here, one piece of memory for header and elements is written faster than two. */
const TINY: number = 64 * 2 ** 10

const format = {
  name: 'ndarray',
  loader: 'numpy_to_npy',
  setOptions: [],

  check(value: unknown): boolean {
    return asNDArray(value) !== undefined || isStream(value)
  },

  /** The record says dtype and shape, so that listings show them without a look at the file. `load` trusts the file. */
  async dump(value: NDArrayInput, folder: WriteFolder): Promise<LoaderArguments> {
    if (isStream(value)) return writeBlocks(folder, file, value)
    const array = toNDArray(value)
    const pieces = encode(array, folder.signal)
    await folder.write(file, isTiny(pieces) ? Buffer.concat(pieces) : pieces)
    return { dtype: array.dtype, shape: array.shape }
  },
} satisfies Partial<Dumper<NDArrayInput, unknown>>

const lazy: Dumper<NDArrayInput, LazyArray, NoOptions, NoOptions> = {
  ...format,
  getOptions: [],

  async load(folder) {
    return openLazy(await folder.open(file), file)
  },
}

/**
 * Stores {@link NDArray}s, typed arrays, scijs `ndarray`s and zarrita's chunks as `np.npy`, in C order and this
 * machine's byte order. The bytes are those of `np.save`. An asynchronous iterable of arrays is stored as one, block
 * after block along the first axis; memory holds one block at a time.
 * The memory of a value must stay as it is until `set` has resolved: it is written as it lies, without a copy.
 *
 * `get` gives an {@link NDArray} on memory of its own: numbers as the typed array of their dtype (`float16` as
 * bits, complex numbers interleaved, times as 64-bit integers), `str` as strings, `bytes` as Uint8Arrays, records as
 * one array for each field. A file in Fortran order keeps its order: the strides tell. `ndarray.lazy` gives a
 * {@link LazyArray} instead.
 *
 * Errors: VALUE_REJECTED for shapes and strides that leave the data, for booleans other than 0 and 1, for strings that
 * end in NUL, and for blocks that do not go together; CORRUPT_ENTRY for a file that is not as long as its header says,
 * or no npy file; UNSUPPORTED_FORMAT for Python objects, raw bytes and long doubles, and for more than memory or a
 * typed array of this Node holds; OPTION_INVALID for an impossible part.
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
export const ndarray: Dumper<NDArrayInput, NDArray, NoOptions, NDArrayGetOptions> & {
  /**
   * The same entries as those of `ndarray`, but `get` gives a {@link LazyArray}, which reads parts and blocks of rows from
   * its open file when they are asked for: for arrays larger than memory. Close it; a forgotten one is closed at some time
   * after nothing refers to it any more.
   *
   * @example
   * ```ts
   * import { DataBase, ndarray } from 'dirdict'
   *
   * const db = await DataBase.open('study')
   * const big = await db.get('voltage', ndarray.lazy)
   * const lastColumn = await big.read({ slice: ['...', -1] })
   * for await (const block of big.blocks()) console.log(block.shape)
   * await big.close()
   * ```
   */
  readonly lazy: Dumper<NDArrayInput, LazyArray, NoOptions, NoOptions>
} = {
  ...format,
  getOptions: ['rows', 'slice', 'out', 'verify'],
  lazy,

  async load(folder, _args, { verify = false, ...part }) {
    assertBoolean(verify)
    const size = await folder.size(file)
    if (verify) assertVerifiable(size, file)
    if (verify || size < SMALL) return readNpy(inMemory(await folder.read(file)), file, part, folder.signal)
    return readFrom(folder, part)
  },
}

async function readFrom(folder: ReadFolder, part: Omit<NDArrayGetOptions, 'verify'>): Promise<NDArray> {
  const source = await folder.open(file)
  try {
    return await readNpy(source, file, part, folder.signal)
  } finally {
    await source.close()
  }
}

function assertBoolean(verify: unknown): void {
  if (typeof verify === 'boolean') return
  const message = `verify is true or false, not a ${typeof verify}`
  throw new DirdictError('OPTION_INVALID', message, { option: 'verify', dumper: 'ndarray' })
}

function isTiny(pieces: Iterable<Uint8Array>): pieces is Uint8Array[] {
  return Array.isArray(pieces) && pieces.reduce((sum, piece: Uint8Array) => sum + piece.byteLength, 0) <= TINY
}

function isStream(value: unknown): value is AsyncIterable<ArrayInput> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
