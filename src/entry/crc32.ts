/**
 * CRC-32 of two pieces in a row, from those of the pieces: the head of a file may be known only at the end.
 * The method is zlib's `crc32_combine`: appending n zero bits is a linear map of the remainder, raised by squaring.
 * https://zlib.net/crc_how.html
 */

/** The polynomial of CRC-32 (IEEE 802.3), lowest bit first. */
const POLYNOMIAL = 0xedb88320

/** The CRC-32 of `first` followed by `second`, which has `length` bytes. */
export function combineCrc32(first: number, second: number, length: number): number {
  return (multiply(shiftOf(length), first) ^ second) >>> 0
}

/** x to the power of 8 times `bytes`, modulo the polynomial. */
function shiftOf(bytes: number): number {
  let shift = 0x80000000
  let square = 0x00800000
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(square, shift)
    square = multiply(square, square)
  }
  return shift
}

/** The product of two polynomials over GF(2), modulo that of CRC-32. The highest bit is x to the power of 0. */
function multiply(a: number, b: number): number {
  let product = 0
  let power = b
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= power
    power = (power & 1) === 1 ? (power >>> 1) ^ POLYNOMIAL : power >>> 1
  }
  return product >>> 0
}
