/**
 * What no memory of this machine or of this Node holds is refused before it is read, and the better way is named.
 */

import { constants } from 'node:buffer'
import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { DirdictError } from '../../src/errors.js'
import { memoryOf } from '../../src/ndarray.js'
import type { ElementFormat } from './descr.js'

/** V8 ends the process rather than let the array behind `push` grow much beyond. */
const MOST_VALUES = 2 ** 26
/** Bytes of a string or of a view on bytes beside its content, and of the place in an array that may double. */
const PER_STRING = 40
const PER_VIEW = 124
/** The part of the heap's limit that is for new objects alone: values that stay do not go there. */
const YOUNG = 48 * 2 ** 20
/** Bytes that are counted before the system is asked how much there is, which reads its files. */
const UNASKED = 16 * 2 ** 20

/**
 * UNSUPPORTED_FORMAT where `count` elements are more than arrays of this Node or the memory of this machine hold. Nothing
 * has been read by then.
 */
export function assertFits(format: ElementFormat, count: number, file: string): void {
  const bytes = bytesInMemory(format, count, file)
  if (bytes <= UNASKED) return
  const most = memoryOfMachine()
  if (bytes > most) {
    throw tooLarge(`the ${bytes} bytes that are asked for are more than the ${most} of this machine`, file)
  }
}

/** UNSUPPORTED_FORMAT where a file of `bytes` cannot be read whole to be verified. Nothing has been read by then. */
export function assertVerifiable(bytes: number, file: string): void {
  const most = mostAtOnce()
  if (bytes <= most) return
  const message = `'${file}' has ${bytes} bytes; the option verify reads it whole, up to ${most}. Leave it out, and let db.verify() check the database`
  throw new DirdictError('UNSUPPORTED_FORMAT', message, { file, option: 'verify' })
}

/** Bytes of the longest file that is read whole. */
export function mostAtOnce(): number {
  return Math.min(constants.MAX_LENGTH, memoryOfMachine())
}

/** UNSUPPORTED_FORMAT where there is not enough memory. */
export function allocate(bytes: number, file: string): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (cause) {
    throw tooLarge(`${bytes} bytes of memory could not be had`, file, cause)
  }
}

/** What all reads under way have taken of the heap, and how much of it they may take. */
const heap = { taken: 0, most: UNASKED }

/** Counts what strings and views take of the heap, whose end would be that of the process. Close it after the read. */
export class HeapBudget {
  /** The file in question. */
  readonly file: string
  #used = 0

  constructor(file: string) {
    this.file = file
  }

  /** UNSUPPORTED_FORMAT where another string of `length` characters of `width` bytes does not fit. */
  addString(length: number, width: 1 | 2): void {
    this.#add(PER_STRING + length * width)
  }

  /** The same for another view on bytes. */
  addView(): void {
    this.#add(PER_VIEW)
  }

  close(): void {
    heap.taken -= this.#used
    this.#used = 0
    // What others have taken is no part of what is left.
    heap.most = heap.taken <= UNASKED ? UNASKED : heap.taken + heapLeft()
  }

  #add(bytes: number): void {
    this.#used += bytes
    heap.taken += bytes
    if (heap.taken <= heap.most) return
    if (heap.most === UNASKED) heap.most = Math.max(UNASKED + 1, heapLeft())
    if (heap.taken > heap.most) {
      throw tooLarge(
        'strings are asked for that the heap of this process does not hold (node --max-old-space-size)',
        this.file,
      )
    }
  }
}

/** Bytes that the elements take at least. */
function bytesInMemory({ dtype, itemsize, fields }: ElementFormat, count: number, file: string): number {
  if (fields !== undefined) {
    return fields.reduce((sum, { format, shape }) => {
      return (
        sum +
        bytesInMemory(
          format,
          shape.reduce((product, n) => product * n, count),
          file,
        )
      )
    }, 0)
  }
  const Memory = memoryOf(dtype)
  const most = Memory === undefined ? MOST_VALUES : constants.MAX_LENGTH
  const members = Memory === undefined ? count : (count * itemsize) / Memory.BYTES_PER_ELEMENT
  if (members > most) {
    const holder = Memory === undefined ? 'an array of strings' : `a ${Memory.name}`
    throw tooLarge(
      `the ${members} members of '${dtype}' that are asked for are more than the ${most} of ${holder}`,
      file,
    )
  }
  if (Memory !== undefined) return count * itemsize
  const [least, left] = [count * (dtype === 'str' ? 8 : PER_VIEW), heapLeft()]
  if (least > UNASKED && least > left) {
    throw tooLarge(
      `${count} elements of '${dtype}' take ${least} bytes of the heap, which has ${left} left`,
      file,
    )
  }
  return least
}

/** Of the machine, or of the container that this process is confined to. */
function memoryOfMachine(): number {
  const confined = process.constrainedMemory()
  return confined > 0 ? Math.min(confined, totalmem()) : totalmem()
}

function heapLeft(): number {
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics()
  return Math.max(0, Math.floor((limit - used - YOUNG) * 0.9))
}

function tooLarge(what: string, file: string, cause?: unknown): DirdictError {
  const blocks = file === 'np.npy' ? ', or block by block with ndarray.lazy' : ''
  const message = `'${file}' is too large: ${what}. Read a part (the options rows and slice)${blocks}`
  return new DirdictError('UNSUPPORTED_FORMAT', message, { file, cause })
}
