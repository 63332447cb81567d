/**
 * Arrays in compressed chunks, as Python's zarr keeps them: a part is read from the chunks that it touches. Versions 2 and
 * 3 are read, version 2 is written.
 */
import type { Dumper, JsonValue } from '../src/dumper.js'
import { DirdictError, isDirdictError } from '../src/errors.js'
import { type ArrayInput, asNDArray, type NDArray, toNDArray } from '../src/ndarray.js'
import { type ArrayPart, selectPart } from './_npy/part.js'
import { PACKAGE_RANGES } from './_packages.js'
import { jsonObstacle } from './_plain/json-obstacle.js'
import { readSelected } from './_zarr/read.js'
import { readMeta } from './_zarr/read-meta.js'
import { writeArray } from './_zarr/write.js'

/** The attributes of a zarr array: a JSON object of the user's own. */
export type ZarrAttributes = Readonly<Record<string, JsonValue>>

/** What `get` gives for a `zarr`. */
export interface ZarrArray extends NDArray {
  /** The attributes that were stored with the array; absent where there are none. */
  readonly zattrs?: ZarrAttributes
}

/** What `set` takes for a `zarr`: an array. Its `zattrs`, where it has any, are stored with it. */
export type ZarrInput = ArrayInput & { readonly zattrs?: ZarrAttributes | undefined }

/** What `set` takes for a `zarr`, beside the value. */
export interface ZarrSetOptions {
  /**
   * Elements of a chunk along each axis, or one number for all axes; no longer than the array. A chunk is read whole, so
   * choose what is read together.
   *
   * @default about 4 MiB, cut along the leading axes; more where there would be over 1,024 chunks
   */
  readonly chunks?: number | readonly number[] | undefined
  /** `none` is several times faster; choose it for noise. @default 'zlib' */
  readonly compression?: 'zlib' | 'gzip' | 'none' | undefined
  /** From 0 (fast) to 9 (small), of `zlib` and `gzip`. @default 1 */
  readonly level?: number | undefined
  /** Attributes, which Python sees as `array.attrs`. @default the array's own `zattrs` */
  readonly zattrs?: ZarrAttributes | undefined
}

/** What `get` takes for a `zarr`. */
export type ZarrGetOptions = ArrayPart

const ROOT = 'obj.zarr'

/**
 * Stores what `ndarray` stores as a directory `obj.zarr` of chunks, which `zarr.open` of Python's zarr 2 and 3 reads:
 * version 2, C order, compressed by `zlib` at level 1 unless the options say otherwise. The bytes of one value are always
 * the same. The memory of a value must stay as it is until `set` has resolved.
 *
 * `get` gives a {@link ZarrArray}: an {@link NDArray} on memory of its own, as `ndarray` gives it, with the attributes
 * as `zattrs`, which `set` takes back. `rows` and `slice` read only the files of the chunks that they touch; `out` is
 * the memory to read into. Chunks that nobody ever wrote hold the fill value (zeros where it is null); one that an entry
 * of dirdict lists and that is gone is CORRUPT_ENTRY. Integers in attributes that a number cannot hold, NaN and
 * infinities are given as text. The CRC-32 of a chunk is compared, unless it has 1 MiB or more and is not compressed:
 * `db.verify()` checks those.
 *
 * Read are the codecs blosc (but snappy), zstd, lz4, zlib and gzip, their checksums, the filters delta, fixedscaleoffset,
 * quantize, bitround, astype, shuffle and packbits, strings by vlen-utf8, vlen-bytes and json2, any order of axes, and
 * shards.
 *
 * Errors: VALUE_REJECTED for what `ndarray` rejects, and for times without a unit; OPTION_INVALID for impossible parts and
 * options; CORRUPT_ENTRY for metadata and chunks that contradict each other; UNSUPPORTED_FORMAT for groups of arrays, for
 * other codecs, filters and data types, each of which it names, and for more than fits into memory; MISSING_PACKAGE
 * where zarrita is not installed and a chunk needs it (zstd).
 *
 * Format: https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html
 *
 * @example
 * ```ts
 * import { array, DataBase, zarr } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * const image = array(Array.from({ length: 10_000 }, (_, i) => i), [100, 100])
 * await db.set('image', image, zarr, { chunks: [10, 100], zattrs: { unit: 'mV' } })
 * const corner = await db.get('image', zarr, { slice: [[0, 2], [-2, null]] })
 * console.log(corner.shape, corner.data, corner.zattrs)
 * ```
 */
export const zarr: Dumper<ZarrInput, ZarrArray, ZarrSetOptions, ZarrGetOptions> = {
  name: 'zarr',
  loader: 'numpy_to_zarr',
  requires: { zarrita: PACKAGE_RANGES.zarrita },
  setOptions: ['chunks', 'compression', 'level', 'zattrs'],
  getOptions: ['rows', 'slice', 'out'],

  check(value) {
    return asNDArray(value) !== undefined
  },

  async dump(value, folder, { chunks, compression = 'zlib', level = 1, zattrs = value?.zattrs }) {
    const array = toNDArray(value)
    assertCompression(compression, level)
    return writeArray(folder, ROOT, array, { chunks, compression, level, attributes: attributesOf(zattrs) })
  },

  async load(folder, _args, part) {
    const meta = await readMeta(folder, ROOT)
    const array = await inOwnName(async () => {
      const selections = selectPart(part, meta.shape)
      return readSelected({ folder, root: ROOT, meta, selections, out: part.out })
    })
    // Read from JSON, it is nothing but JSON.
    const zattrs = meta.attributes as ZarrAttributes | undefined
    return zattrs === undefined ? array : { ...array, zattrs }
  },
}

/** Options of `ndarray` are refused in the name of zarr. */
async function inOwnName<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!isDirdictError(error, 'OPTION_INVALID')) throw error
    throw invalid(error.message, error.details.option ?? 'slice')
  }
}

function assertCompression(compression: unknown, level: unknown): void {
  if (compression !== 'zlib' && compression !== 'gzip' && compression !== 'none') {
    throw invalid("compression is 'zlib', 'gzip' or 'none'", 'compression')
  }
  if (Number.isInteger(level) && Number(level) >= 0 && Number(level) <= 9) return
  throw invalid('level is a whole number from 0 to 9', 'level')
}

/** Undefined where there are none: an empty object leaves no file. */
function attributesOf(zattrs: unknown): ZarrAttributes | undefined {
  if (zattrs === undefined) return undefined
  const obstacle = isRecord(zattrs) ? jsonObstacle(zattrs) : 'it is no object'
  if (obstacle !== undefined) throw invalid(`zattrs is a plain object of JSON values: ${obstacle}`, 'zattrs')
  return Object.keys(zattrs as ZarrAttributes).length === 0 ? undefined : (zattrs as ZarrAttributes)
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(message: string, option: string): DirdictError {
  return new DirdictError('OPTION_INVALID', message, { option, dumper: 'zarr' })
}
