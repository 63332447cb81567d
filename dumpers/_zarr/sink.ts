/**
 * Where the elements of chunks go: numbers to their memory, in this machine's order; strings of one width and records as
 * they lie in the file, to be taken apart when all are there; strings of any length to a list.
 */
import type { ElementFormat } from '../_npy/descr.js'
import type { HeapBudget } from '../_npy/limits.js'
import { decodeObjects, type ObjectCodec } from './objects.js'
import { type Block, scatter, scatterItems, singleRun } from './scatter.js'
import { swapWords } from './swap.js'

/** Takes chunks, or parts of them. */
export interface Sink {
  /** Puts the element that stands for those that were never written; the block steps by 0 in its source. */
  fill(block: Block): void
  /** Puts the block of a chunk whose bytes are these, which may be changed. */
  take(bytes: Uint8Array, block: Block, file: string): void
  /** The memory into which a chunk of `count` elements can be read as it is; then call `arrived` with it. */
  place(block: Block, count: number): Uint8Array | undefined
  arrived(bytes: Uint8Array): void
}

/** For elements of one size in `data`, which numbers are made native for. */
export function memorySink(
  data: ArrayBufferView,
  format: ElementFormat,
  fill: Uint8Array,
  areNumbers: boolean,
): Sink {
  const { itemsize } = format
  const arrived = (bytes: Uint8Array): void => {
    if (areNumbers) makeNative(bytes, format)
  }
  return {
    fill: block => scatter(fill, data, itemsize, block),
    take(bytes, block) {
      arrived(bytes)
      scatter(bytes, data, itemsize, block)
    },
    place(block, count) {
      if (block.get !== 0 || singleRun(block) !== count) return undefined
      return new Uint8Array(data.buffer, data.byteOffset + block.put * itemsize, count * itemsize)
    },
    arrived,
  }
}

/** For strings and byte strings of any length in `items`, which hold the fill value; a chunk has `count` of them. */
export function listSink(
  items: (string | Uint8Array)[],
  codec: ObjectCodec,
  count: number,
  heap: HeapBudget,
): Sink {
  return {
    fill: () => {},
    take: (bytes, block, file) => {
      scatterItems(decodeObjects(codec, bytes, count, heap, file), items, block)
    },
    place: () => undefined,
    arrived: () => {},
  }
}

/** Swaps bytes where the file has the other order, and makes every true a 1, as which numpy treats it. */
function makeNative(bytes: Uint8Array, { dtype, swapped, word }: ElementFormat): void {
  if (swapped) swapWords(bytes, word)
  if (dtype === 'bool') for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 1) bytes[i] = 1
}
