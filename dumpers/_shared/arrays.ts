/**
 * SharedArrays: the handle on a store of arrays that several processes read while others append to it. Writers wait for
 * each other by the lock of the key; readers wait for nobody, and never read beyond what the name of a file says.
 */
import type { LiveFolder, LockedFolder, LockOptions } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import { type ArrayInput, type DType, type NDArray, shownArray } from '../../src/ndarray.js'
import type { ArrayPart } from '../_npy/part.js'
import { readPart } from '../_npy/read.js'
import { arrayAt, arrayNames, findArray, openArray, type Standing } from './directory.js'
import { bytesOf, elementFormat, fileOf, rejected } from './file-name.js'
import { arrayNamed, rawBytes } from './input.js'
import { SharedMemory } from './memory.js'

/** What `load` of {@link SharedArrays} takes: which part, into which memory. */
export interface SharedLoadOptions extends ArrayPart {
  /** Ends the reading with its reason. @default none */
  readonly signal?: AbortSignal | undefined
}

/** What is known of an array without reading it. */
export interface SharedArrayFacts {
  readonly shape: readonly number[]
  readonly dtype: DType
}

/** The handle of a `shared` entry. Throws STALE_HANDLE once the key holds something else. */
export interface SharedArrays {
  /** Absolute path of the directory, for other programs. */
  readonly path: string
  /** The names of all arrays, sorted. */
  names(): Promise<string[]>
  /** Shape and dtype of one array. OPTION_INVALID where there is none of this name. */
  describe(name: string): Promise<SharedArrayFacts>
  /**
   * Adds or replaces an array; who reads meanwhile gets the old one or the new one. READ_ONLY where the database was
   * opened so; VALUE_REJECTED for what numpy would not read by the name of a file: strings, byte strings, records, and
   * arrays without axes.
   */
  save(name: string, array: ArrayInput, options?: LockOptions): Promise<void>
  /**
   * Adds rows at the end of an array, or makes it of them where there is none; resolves with the index of the first of
   * them. VALUE_REJECTED for rows of another dtype or another shape. Any number of processes may append; a crash leaves
   * the array without the new rows, or with all of them.
   */
  append(name: string, rows: ArrayInput, options?: LockOptions): Promise<number>
  /**
   * Reads an array, or the part that the options name, as `get` of `ndarray` with the same options does. OPTION_INVALID
   * for impossible options and unknown names; CORRUPT_ENTRY for a file that is shorter than its name says.
   */
  load(name: string, options?: SharedLoadOptions): Promise<NDArray>
  /**
   * The whole array in a SharedArrayBuffer, which `postMessage` hands to worker threads without a copy. Node.js maps no
   * files into memory: the array is read once, and every call gives the same memory for as long as the file is unchanged
   * and this handle is in use. Rows that are appended later are not in it; a further call reads those, into new memory.
   */
  share(name: string): Promise<NDArray>
}

const LOAD_OPTIONS: readonly string[] = ['rows', 'slice', 'out', 'signal']
const WRITE_OPTIONS: readonly string[] = ['timeout', 'signal']

export class SharedHandle implements SharedArrays {
  readonly #folder: LiveFolder
  readonly #memory: SharedMemory

  constructor(folder: LiveFolder) {
    this.#folder = folder
    this.#memory = new SharedMemory(folder)
  }

  get path(): string {
    return this.#folder.path
  }

  async names(): Promise<string[]> {
    return this.#current(() => arrayNames(this.#folder))
  }

  async describe(name: string): Promise<SharedArrayFacts> {
    const { array } = await this.#current(() => arrayAt(this.#folder, name))
    return { shape: array.shape, dtype: elementFormat(array).dtype }
  }

  async save(name: string, array: ArrayInput, options: LockOptions = {}): Promise<void> {
    refuseUnknown(options, WRITE_OPTIONS)
    const given = arrayNamed(name, array)
    const { file } = fileOf(name, given)
    await this.#folder.locked(async folder => {
      const before = await findArray(this.#folder, name)
      const old = before === undefined ? [] : [before.array.file, ...before.leftOver]
      await folder.replace(file, rawBytes(name, given, options.signal), old)
    }, options)
  }

  async append(name: string, rows: ArrayInput, options: LockOptions = {}): Promise<number> {
    refuseUnknown(options, WRITE_OPTIONS)
    const given = arrayNamed(name, rows)
    const { file } = fileOf(name, given)
    return this.#folder.locked(async folder => {
      const before = await findArray(this.#folder, name)
      if (before !== undefined) return extend(folder, before, given, options.signal)
      await folder.replace(file, rawBytes(name, given, options.signal))
      return 0
    }, options)
  }

  async load(name: string, options: SharedLoadOptions = {}): Promise<NDArray> {
    refuseUnknown(options, LOAD_OPTIONS)
    const { rows, slice, out, signal } = options
    signal?.throwIfAborted()
    const { standing, source } = await this.#current(() => openArray(this.#folder, name))
    try {
      const { file, shape } = standing.array
      const header = { format: elementFormat(standing.array), fortranOrder: false, shape, begin: 0 }
      return shownArray(await readPart(source, file, header, { rows, slice, out }, signal))
    } finally {
      await source.close()
    }
  }

  async share(name: string): Promise<NDArray> {
    return this.#current(() => this.#memory.share(name))
  }

  /** What was found by path belongs to this handle only where the directory is the same before and after. */
  async #current<T>(action: () => Promise<T>): Promise<T> {
    this.#folder.assertCurrent()
    try {
      return await action()
    } finally {
      this.#folder.assertCurrent()
    }
  }
}

/** Adds rows to what stands. Gives the index of the first of them. */
async function extend(
  folder: LockedFolder,
  { array, leftOver }: Standing,
  rows: NDArray,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { name, shape } = array
  const format = elementFormat(array)
  const [before = 0, ...others] = shape
  const [added = 0, ...theirs] = rows.shape
  const { dtype } = fileOf(name, rows)
  const isAlike = shape.length > 0 && dtype === format.dtype && String(theirs) === String(others)
  if (!isAlike) throw rejected(name, unlike(shape, format.dtype, rows))
  const after = fileOf(name, { shape: [before + added, ...others], dtype: format.dtype })
  for (const file of leftOver) await folder.remove(file)
  if (added > 0)
    await folder.extend(array.file, bytesOf(array, format), rawBytes(name, rows, signal), after.file)
  return before
}

function unlike(shape: readonly number[], dtype: DType, rows: NDArray): string {
  const taken =
    shape.length === 0
      ? 'takes no rows'
      : `takes rows of '${dtype}' as [n${shape
          .slice(1)
          .map(n => `, ${n}`)
          .join('')}]`
  return `the array ${taken}, not [${rows.shape.join(', ')}] of '${rows.dtype}'; see array() and reshape()`
}

/** A name that is spelt wrong would read all of an array that may be larger than memory. */
function refuseUnknown(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find(name => !known.includes(name))
  if (unknown === undefined) return
  const message = `there is no option ${JSON.stringify(unknown)} here, only ${known.join(', ')}`
  throw new DirdictError('OPTION_INVALID', message, { option: unknown, dumper: 'shared' })
}
