/** Counts the bits of Arrow's bitmaps. */

const BITS_OF_BYTE = Uint8Array.from(
  { length: 256 },
  (_, byte) => byte.toString(2).replaceAll('0', '').length,
)

/** How many of `length` bits from bit `offset` on are set; the least significant bit of a byte comes first. */
export function countSet(bitmap: Uint8Array, offset: number, length: number): number {
  const end = offset + length
  const firstWhole = Math.min(end, Math.ceil(offset / 8) * 8)
  const lastWhole = Math.max(firstWhole, Math.floor(end / 8) * 8)
  let count = countSingly(bitmap, offset, firstWhole)
  for (let i = firstWhole / 8; i < lastWhole / 8; i++) count += BITS_OF_BYTE[bitmap[i]!]!
  return count + countSingly(bitmap, lastWhole, end)
}

function countSingly(bitmap: Uint8Array, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) count += (bitmap[i >> 3]! >> (i & 7)) & 1
  return count
}
