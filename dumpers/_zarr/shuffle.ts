/**
 * Undoes the orders into which bytes or bits of elements are brought before they are compressed: all first bytes, all
 * second bytes, …
 */

/** Undoes `shuffle`; bytes behind the last whole element stay where they are. */
export function unshuffle(bytes: Uint8Array, elementsize: number): Uint8Array {
  if (elementsize === 1) return bytes
  const count = Math.floor(bytes.length / elementsize)
  const out = new Uint8Array(bytes.length)
  for (let plane = 0, get = 0; plane < elementsize; plane++) {
    for (let i = 0, put = plane; i < count; i++, put += elementsize) out[put] = bytes[get++]!
  }
  out.set(bytes.subarray(count * elementsize), count * elementsize)
  return out
}

/** Undoes Blosc's `bitshuffle`, which takes elements by eights, and leaves all as they are where some would remain. */
export function unshuffleBits(bytes: Uint8Array, elementsize: number): Uint8Array {
  const count = Math.floor(bytes.length / elementsize)
  if (count % 8 !== 0) return bytes
  const out = new Uint8Array(bytes.length)
  const row = count / 8
  for (let place = 0; place < elementsize; place++) {
    const plane = place * 8 * row
    for (let i = 0; i < row; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const bits = bytes[plane + bit * row + i]!
        let put = i * 8 * elementsize + place
        for (let rest = bits; rest !== 0; rest >>= 1, put += elementsize) {
          if (rest & 1) out[put]! |= 1 << bit
        }
      }
    }
  }
  out.set(bytes.subarray(count * elementsize), count * elementsize)
  return out
}
