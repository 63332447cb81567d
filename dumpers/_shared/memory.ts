/**
 * Arrays in memory that threads share: each is read once, and the same memory is handed out while its file is what it was.
 * Of an array that has grown, the rows that are known are copied, and the new ones read.
 */
import type { FileStamp, LiveFolder, RandomAccess } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import {
  componentsOf,
  memoryOf,
  type NDArray,
  rowMajorStride,
  shownArray,
  type TypedArray,
} from '../../src/ndarray.js'
import { type ElementFormat, unsupported } from '../_npy/descr.js'
import { readPart } from '../_npy/read.js'
import { openArray, type Standing } from './directory.js'
import { bytesOf, elementFormat } from './file-name.js'

/** An array in shared memory, and the file that it was read from. */
interface Kept {
  readonly array: NDArray
  readonly file: string
  readonly stamp: FileStamp
}

export class SharedMemory {
  readonly #folder: LiveFolder
  readonly #kept = new Map<string, Promise<Kept | undefined>>()

  constructor(folder: LiveFolder) {
    this.#folder = folder
  }

  /** The array as it is now. Calls for one name wait for each other, so that it is read once. */
  async share(name: string): Promise<NDArray> {
    const before = this.#kept.get(name) ?? Promise.resolve(undefined)
    const now = before.then(kept => this.#refresh(name, kept))
    // After a failure, what was kept before is as good as ever.
    this.#kept.set(
      name,
      now.catch(() => before),
    )
    return (await now).array
  }

  async #refresh(name: string, kept: Kept | undefined): Promise<Kept> {
    const { standing, source } = await openArray(this.#folder, name)
    try {
      if (kept !== undefined && isUnchanged(kept, standing)) return kept
      const { file } = standing.array
      const array = shownArray(await readShared(standing, source, kept))
      return { array, file, stamp: standing.stamp }
    } finally {
      await source.close()
    }
  }
}

function isUnchanged({ file, stamp }: Kept, { array, stamp: now }: Standing): boolean {
  if (file !== array.file || stamp.file !== now.file) return false
  // A file that is longer than its name says is being appended to: its rows are what they were.
  return stamp.modified === now.modified || now.size > bytesOf(array, elementFormat(array))
}

async function readShared(
  { array, stamp }: Standing,
  source: RandomAccess,
  kept: Kept | undefined,
): Promise<NDArray> {
  const { file, shape } = array
  const format = elementFormat(array)
  const { dtype } = format
  const data = sharedMemory(format, bytesOf(array, format), file)
  const header = { format, fortranOrder: false, shape, begin: 0 }
  const known = kept !== undefined && kept.stamp.file === stamp.file ? knownRows(kept.array, shape) : 0
  if (known > 0) data.set(kept!.array.data as never)
  const rows = shape[0] === undefined ? undefined : ([known, shape[0]] as const)
  const rowLength = shape.slice(1).reduce((product, n) => product * n, componentsOf(dtype))
  await readPart(source, file, header, { rows, out: data.subarray(known * rowLength) })
  return { data, shape, stride: rowMajorStride(shape), offset: 0, dtype }
}

/** Rows of a file that has grown since it was read: nothing changes those that were there. */
function knownRows(before: NDArray, shape: readonly number[]): number {
  const [rows = 0, ...others] = before.shape
  const hasGrown = shape.length > 0 && rows < shape[0]! && others.every((n, i) => n === shape[i + 1])
  return hasGrown && others.length === shape.length - 1 ? rows : 0
}

/** UNSUPPORTED_FORMAT for strings, which no memory holds, and for more than there is. */
function sharedMemory({ dtype }: ElementFormat, bytes: number, file: string): TypedArray {
  const Memory = memoryOf(dtype)
  if (Memory === undefined) throw unsupported(`arrays of '${dtype}', which threads cannot share`, file)
  try {
    return new Memory(new SharedArrayBuffer(bytes), 0, bytes / Memory.BYTES_PER_ELEMENT)
  } catch (cause) {
    const message = `'${file}' is too large: ${bytes} bytes of shared memory could not be had. Load parts of it (the options rows and slice)`
    throw new DirdictError('UNSUPPORTED_FORMAT', message, { file, cause })
  }
}
