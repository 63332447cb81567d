/**
 * Strings and byte strings as numpy keeps them become values of JavaScript, without the NULs that fill them up.
 */

import { DirdictError } from '../../src/errors.js'
import type { HeapBudget } from './limits.js'

/** Appends to `items` the strings that `elements` hold, each in `itemsize` bytes: characters as 32-bit numbers. */
export function decodeStrings(
  elements: Uint8Array,
  itemsize: number,
  items: string[],
  heap: HeapBudget,
): void {
  const points = new Uint32Array(elements.buffer, elements.byteOffset, elements.byteLength / 4)
  const width = itemsize / 4
  const text = new Text(width)
  for (let begin = 0; begin < points.length; begin += width) {
    let end = begin + width
    while (end > begin && points[end - 1] === 0) end--
    items.push(text.from(points, begin, end, items.length, heap))
  }
}

/** Appends to `items` views on the byte strings that `elements` hold, each in `itemsize` bytes. */
export function decodeBytes(
  elements: Uint8Array,
  itemsize: number,
  items: Uint8Array[],
  heap: HeapBudget,
): void {
  const bytes = elements.slice()
  for (let begin = 0; begin < bytes.length; begin += itemsize) {
    let end = begin + itemsize
    while (end > begin && bytes[end - 1] === 0) end--
    heap.addView()
    items.push(bytes.subarray(begin, end))
  }
}

/** Makes strings at once: adding character by character leaves a rope of 32 bytes for each. */
class Text {
  readonly #narrow: Buffer
  #wide: Uint16Array | undefined
  readonly #width: number

  constructor(width: number) {
    this.#width = width
    this.#narrow = Buffer.alloc(width)
  }

  from(points: Uint32Array, begin: number, end: number, element: number, heap: HeapBudget): string {
    for (let i = begin; i < end; i++) {
      const point = points[i]!
      if (point > 0xff) return this.#fromWide(points, begin, end, element, heap)
      this.#narrow[i - begin] = point
    }
    heap.addString(end - begin, 1)
    return this.#narrow.toString('latin1', 0, end - begin)
  }

  #fromWide(points: Uint32Array, begin: number, end: number, element: number, heap: HeapBudget): string {
    this.#wide ??= new Uint16Array(this.#width * 2)
    let units = 0
    for (let i = begin; i < end; i++) {
      const point = points[i]!
      if (point > 0x10ffff) throw noCharacter(point, element, heap.file)
      if (point < 0x10000) this.#wide[units++] = point
      else {
        this.#wide[units++] = 0xd800 + ((point - 0x10000) >> 10)
        this.#wide[units++] = 0xdc00 + (point & 0x3ff)
      }
    }
    heap.addString(units, 2)
    return Buffer.from(this.#wide.buffer, 0, units * 2).toString('utf16le')
  }
}

function noCharacter(point: number, element: number, file: string): DirdictError {
  const message = `'${file}' has the character ${point} in its element ${element}; Unicode ends at ${0x10ffff}`
  return new DirdictError('CORRUPT_ENTRY', message, { file })
}
