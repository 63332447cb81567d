/**
 * Which decimals of a column are in a set. They are little-endian words of 32 bits in two's complement, and are
 * compared from the highest word down, whatever their width.
 */
import type { Scan } from './scan-numbers.js'
import type { ValueSet } from './value-set.js'

/** `width` is the number of words of a value: 1, 2, 4 or 8. */
export function scanDecimals({ boundaries }: ValueSet<bigint>, width: number): Scan<Uint32Array> {
  const bounds = new Uint32Array(boundaries.length * width)
  boundaries.forEach((value, i) => {
    for (let word = 0; word < width; word++) {
      bounds[i * width + word] = Number(BigInt.asUintN(32, value >> BigInt(32 * word)))
    }
  })
  return (values, hits) => {
    for (let i = 0; i < hits.length; i++) {
      let low = 0
      let high = boundaries.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (isLess(values, i * width, bounds, middle * width, width)) high = middle
        else low = middle + 1
      }
      hits[i] = low & 1
    }
  }
}

function isLess(a: Uint32Array, aStart: number, b: Uint32Array, bStart: number, width: number): boolean {
  // The highest word has the sign.
  const aTop = a[aStart + width - 1]! | 0
  const bTop = b[bStart + width - 1]! | 0
  if (aTop !== bTop) return aTop < bTop
  for (let word = width - 2; word >= 0; word--) {
    const left = a[aStart + word]!
    const right = b[bStart + word]!
    if (left !== right) return left < right
  }
  return false
}
