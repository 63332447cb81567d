/** The other order of bytes. */

/** Swaps the bytes of each word, in place. */
export function swapWords({ buffer, byteOffset, byteLength }: Uint8Array, word: 1 | 2 | 4 | 8): void {
  const bytes = Buffer.from(buffer, byteOffset, byteLength)
  if (word === 2) bytes.swap16()
  if (word === 4) bytes.swap32()
  if (word === 8) bytes.swap64()
}
