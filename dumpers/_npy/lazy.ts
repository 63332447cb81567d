/**
 * An array that stays in its file: parts are read when they are asked for, through one descriptor, which stays with the
 * file that it was opened on.
 */

import type { RandomAccess } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import { type DType, type NDArray, shownArray } from '../../src/ndarray.js'
import { type NpyHeader, readHeader } from './header.js'
import type { ArrayPart } from './part.js'
import { readPart } from './read.js'
import type { Rows } from './rows.js'

/** What `read` of a {@link LazyArray} takes. */
export interface LazyReadOptions extends ArrayPart {
  /** Ends the reading with its reason. @default none */
  readonly signal?: AbortSignal | undefined
}

/** What `blocks` of a {@link LazyArray} takes. */
export interface BlockOptions {
  /** Rows of one block, from 1. @default as many as make about 16 MiB, at least 1 */
  readonly rows?: number | undefined
  /** Ends the reading with its reason. @default none */
  readonly signal?: AbortSignal | undefined
}

/** An array in its file. It stays readable, whatever becomes of the key, until `close`. */
export interface LazyArray {
  /** Elements along each axis; empty for a single element. */
  readonly shape: readonly number[]
  readonly dtype: DType
  /** Whether the first axis varies fastest in the file: parts along the last axis are the cheap ones then. */
  readonly fortranOrder: boolean
  /**
   * Reads all, or the part that the options name, as `get` with the same options does.
   *
   * OPTION_INVALID for impossible options; UNSUPPORTED_FORMAT for more than fits into memory; STALE_HANDLE after `close`.
   */
  read(options?: LazyReadOptions): Promise<NDArray>
  /**
   * Blocks of rows, one after the other, each on memory of its own; the next one is read while you work on this. Of a
   * file in Fortran order each block is gathered from all columns: let blocks have so many rows that those of one column
   * make 64 KiB, or read along the last axis.
   *
   * OPTION_INVALID for an array without axes and for `rows` below 1; STALE_HANDLE after `close`.
   */
  blocks(options?: BlockOptions): AsyncIterable<NDArray>
  /** Closes the file, after reads that are under way. A second time does nothing. */
  close(): Promise<void>
}

const readOptions: readonly string[] = ['rows', 'slice', 'out', 'signal']
const blockOptions: readonly string[] = ['rows', 'signal']
/** Bytes of a block. */
const BLOCK = 16 * 2 ** 20

/** The array in `source`, which the result closes, as does a failure to read its header. */
export async function openLazy(source: RandomAccess, file: string): Promise<LazyArray> {
  try {
    const header = await readHeader(source, file)
    return new OpenArray(source, file, header)
  } catch (error) {
    await source.close()
    throw error
  }
}

class OpenArray implements LazyArray {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly fortranOrder: boolean
  readonly #source: RandomAccess
  readonly #file: string
  readonly #header: NpyHeader

  constructor(source: RandomAccess, file: string, header: NpyHeader) {
    this.shape = header.shape
    this.dtype = header.format.dtype
    this.fortranOrder = header.fortranOrder
    this.#source = source
    this.#file = file
    this.#header = header
  }

  async read(options: LazyReadOptions = {}): Promise<NDArray> {
    refuseUnknown(options, readOptions)
    const { rows, slice, out, signal } = options
    signal?.throwIfAborted()
    return shownArray(await readPart(this.#source, this.#file, this.#header, { rows, slice, out }, signal))
  }

  async *blocks(options: BlockOptions = {}): AsyncGenerator<NDArray> {
    refuseUnknown(options, blockOptions)
    const { rows, signal } = options
    const [all] = this.shape
    if (all === undefined) throw invalid('this array is a single element, without an axis of rows')
    const each = rows === undefined ? this.#rowsOfBlock(all) : rows
    if (!Number.isSafeInteger(each) || each < 1)
      throw invalid(`rows must be a whole number from 1, not ${each}`)
    const read = (start: number): Promise<NDArray> | undefined => {
      if (start >= all) return undefined
      const part: Rows = [start, start + each]
      const block = this.read({ rows: part, signal })
      // It is waited for only when it is its turn; until then Node would take a failure for one that nobody handles.
      block.catch(() => {})
      return block
    }
    let next = read(0)
    try {
      for (let start = each; next !== undefined; start += each) {
        const block = await next
        next = read(start)
        yield block
      }
    } finally {
      await Promise.allSettled([next])
    }
  }

  close(): Promise<void> {
    return this.#source.close()
  }

  #rowsOfBlock(all: number): number {
    const row = this.shape.slice(1).reduce((product, n) => product * n, this.#header.format.itemsize)
    return row === 0 ? Math.max(1, all) : Math.max(1, Math.floor(BLOCK / row))
  }
}

/** A name that is spelt wrong would read all of an array that may be larger than memory. */
function refuseUnknown(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find(name => !known.includes(name))
  if (unknown === undefined) return
  throw invalid(`there is no option ${JSON.stringify(unknown)} here, only ${known.join(', ')}`, unknown)
}

function invalid(message: string, option = 'rows'): DirdictError {
  return new DirdictError('OPTION_INVALID', message, { option, dumper: 'ndarray' })
}
