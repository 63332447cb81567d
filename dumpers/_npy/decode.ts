/**
 * The bytes of an array, already in this machine's order, as the memory of an NDArray. Numbers are viewed, not copied.
 */

import { DirdictError } from '../../src/errors.js'
import { memoryOf, type NDArrayData } from '../../src/ndarray.js'
import type { ElementFormat } from './descr.js'

/** The elements that lie in `buffer`. Strings lose the NULs with which numpy fills them up. */
export function decodeElements(buffer: ArrayBuffer, format: ElementFormat, file: string): NDArrayData {
  const { dtype, itemsize } = format
  if (dtype === 'str') return decodeStrings(new Uint32Array(buffer), itemsize / 4, file)
  const Memory = memoryOf(dtype)
  if (Memory === undefined) return decodeBytes(new Uint8Array(buffer), itemsize)
  try {
    return new Memory(buffer, 0, buffer.byteLength / Memory.BYTES_PER_ELEMENT)
  } catch (cause) {
    const message = `'${file}' holds more elements of '${dtype}' than a typed array of this Node; read a part with the option rows`
    throw new DirdictError('UNSUPPORTED_FORMAT', message, { file, cause })
  }
}

function decodeStrings(points: Uint32Array, width: number, file: string): string[] {
  const strings: string[] = []
  for (let begin = 0; begin < points.length; begin += width) {
    let end = begin + width
    while (end > begin && points[end - 1] === 0) end--
    let text = ''
    for (let i = begin; i < end; i++) {
      const point = points[i]!
      if (point > 0x10ffff) throw noCharacter(point, strings.length, file)
      text += point < 0x10000 ? String.fromCharCode(point) : String.fromCodePoint(point)
    }
    strings.push(text)
  }
  return strings
}

function decodeBytes(bytes: Uint8Array, width: number): Uint8Array[] {
  const items: Uint8Array[] = []
  for (let begin = 0; begin < bytes.length; begin += width) {
    let end = begin + width
    while (end > begin && bytes[end - 1] === 0) end--
    items.push(bytes.subarray(begin, end))
  }
  return items
}

function noCharacter(point: number, element: number, file: string): DirdictError {
  const message = `'${file}' has the character ${point} in its element ${element}; Unicode ends at ${0x10ffff}`
  return new DirdictError('CORRUPT_ENTRY', message, { file })
}
