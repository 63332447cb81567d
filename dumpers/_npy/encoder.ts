/** What is asked of each kind of elements: their descriptor, their size, and their bytes, a block at a time. */

import { DirdictError } from '../../src/errors.js'
import { LARGEST_ITEM } from './record-descr.js'
import type { Descr } from './repr.js'

/** How the elements of one array are written. */
export interface Encoder {
  /** As numpy itself writes it on this machine. */
  readonly descr: Descr
  /** Bytes of one element. */
  readonly itemsize: number
  /** The bytes of elements `start` to `stop` in C order. */
  readonly block: (start: number, stop: number) => Uint8Array
}

/** VALUE_REJECTED for elements of more bytes than numpy can count. */
export function assertItemSize(itemsize: number): void {
  if (itemsize <= LARGEST_ITEM) return
  const message = `its widest element makes every one ${itemsize} bytes wide; numpy takes at most ${LARGEST_ITEM}`
  throw new DirdictError('VALUE_REJECTED', message)
}
