/**
 * Writes an npy file whose rows come in blocks, of which nobody knows how many will come: the header, whose length does
 * not depend on it, is written last.
 */

import type { LoaderArguments, WriteFolder } from '../../src/dumper.js'
import { DirdictError, isDirdictError } from '../../src/errors.js'
import { type ArrayInput, countOf, isStruct, type NDArray, toNDArray } from '../../src/ndarray.js'
import { Turns } from '../_turns.js'
import { withSource } from '../_until-aborted.js'
import { assertKept, elementsOf, encoderOf } from './encode.js'
import { formatHeader } from './header.js'
import { type Descr, reprDescr } from './repr.js'

/** Smaller pieces are put together before they are written. */
const TOGETHER: number = 2 ** 20
/** Pieces from here on are written as they are, without a copy. */
const LARGE: number = 64 * 2 ** 10

/**
 * Writes all blocks, one after the other along the first axis. The memory of a block may be used again once the next one
 * is asked for. VALUE_REJECTED for no block at all, and for one that does not go with the first.
 */
export async function writeBlocks(
  folder: WriteFolder,
  file: string,
  blocks: AsyncIterable<ArrayInput>,
): Promise<LoaderArguments> {
  return withSource(blocks, folder.signal, async source => {
    const first = await source.next()
    if (first.done === true) {
      throw rejected(
        'there is no block at all, and without one neither the dtype nor the further axes are known',
      )
    }
    const rows = new Rows(toBlock(first.value, 0))
    const head = { length: rows.header().length, bytes: () => rows.header() }
    await folder.write(file, together(rows.bytes(source, folder.signal)), head)
    return { dtype: rows.dtype, shape: rows.shape }
  })
}

/** The blocks as one array. */
class Rows {
  #count = 0
  readonly #first: NDArray
  readonly #descr: Descr
  /** Of one row. */
  readonly #shape: readonly number[]

  constructor(first: NDArray) {
    this.#first = first
    this.#descr = encoderOf(first).descr
    this.#shape = first.shape.slice(1)
  }

  get dtype(): string {
    return this.#first.dtype
  }

  /** Of all blocks together. */
  get shape(): readonly number[] {
    return [this.#count, ...this.#shape]
  }

  header(): Uint8Array {
    return formatHeader(this.#descr, this.shape)
  }

  async *bytes(
    source: AsyncIterable<ArrayInput>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    yield* this.#bytesOf(this.#first, 0, signal)
    let number = 1
    for await (const block of source) yield* this.#bytesOf(toBlock(block, number), number++, signal)
  }

  *#bytesOf(block: NDArray, number: number, signal: AbortSignal | undefined): Generator<Uint8Array> {
    const encoder = encoderOf(block)
    const [count = 0, ...shape] = block.shape
    const [descr, first] = [encoder.descr, this.#descr].map(reprDescr)
    if (descr !== first) throw rejected(`block ${number} has the dtype ${descr}; block 0 has ${first}`)
    if (shape.length !== this.#shape.length || shape.some((n, axis) => n !== this.#shape[axis])) {
      throw rejected(
        `block ${number} has rows of shape [${shape}]; block 0 has those of shape [${this.#shape}]`,
      )
    }
    this.#count += count
    if (countOf(block) === 0) return
    yield* elementsOf(block, encoder, signal)
    assertKept(block)
  }
}

function toBlock(value: ArrayInput, number: number): NDArray {
  const block = arrayOf(value, number)
  if (block.shape.length === 0) throw rejected(`block ${number} is a single element, without an axis of rows`)
  if (!hasStrings(block)) return block
  const why = 'numpy keeps strings all of the width of the longest, which is known only after the last block'
  throw rejected(`block ${number} holds strings: ${why}; store them as one array, or numbers in their place`)
}

function arrayOf(value: ArrayInput, number: number): NDArray {
  try {
    return toNDArray(value)
  } catch (error) {
    if (!isDirdictError(error, 'VALUE_REJECTED')) throw error
    throw new DirdictError('VALUE_REJECTED', `block ${number}: ${error.message}`, { cause: error })
  }
}

function hasStrings(a: NDArray): boolean {
  return isStruct(a) ? [...a.fields.values()].some(hasStrings) : Array.isArray(a.data)
}

/** Small pieces put together, in memory that is used again for the next ones. */
async function* together(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let [memory, length] = [new Uint8Array(0), 0]
  const turns = new Turns()
  for await (const piece of pieces) {
    await turns.pause()
    if (length > 0 && (piece.length >= LARGE || length + piece.length > memory.length)) {
      yield memory.subarray(0, length)
      length = 0
    }
    if (piece.length >= LARGE) yield piece
    else {
      if (memory.length === 0) memory = new Uint8Array(TOGETHER)
      memory.set(piece, length)
      length += piece.length
    }
  }
  if (length > 0) yield memory.subarray(0, length)
}

function rejected(why: string): DirdictError {
  return new DirdictError('VALUE_REJECTED', `cannot store these blocks as an array: ${why}`)
}
