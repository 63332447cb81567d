/**
 * Blocks of LZ4. Our own: the packages at hand give unused memory, not an error, for a block that is damaged.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */

/** The shortest match; its length is told beyond this. */
const MATCH = 4

/** Fills `out` with what the block holds. Throws a RangeError unless it holds exactly that many bytes. */
export function decodeLz4(block: Uint8Array, out: Uint8Array): void {
  const end = block.length
  let [at, to] = [0, 0]
  while (at < end) {
    const token = block[at++]!
    let literals = token >> 4
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) more = byteAt(block, at++)
    }
    if (literals > end - at || literals > out.length - to) throw damaged()
    if (literals > 32) out.set(block.subarray(at, at + literals), to)
    else for (let i = 0; i < literals; i++) out[to + i] = block[at + i]!
    at += literals
    to += literals
    if (at === end) break
    const distance = byteAt(block, at) | (byteAt(block, at + 1) << 8)
    at += 2
    let length = token & 15
    if (length === 15) {
      for (let more = 255; more === 255; length += more) more = byteAt(block, at++)
    }
    copyMatch(out, to, distance, length + MATCH)
    to += length + MATCH
  }
  if (to !== out.length) throw damaged()
}

/** Repeats `length` bytes from `distance` before `to`, which may overlap what they make. */
export function copyMatch(out: Uint8Array, to: number, distance: number, length: number): void {
  if (distance === 0 || distance > to || length > out.length - to) throw damaged()
  if (distance >= length && length > 32) out.copyWithin(to, to - distance, to - distance + length)
  else if (distance === 1 && length > 32) out.fill(out[to - 1]!, to, to + length)
  else for (let i = to; i < to + length; i++) out[i] = out[i - distance]!
}

function byteAt(block: Uint8Array, at: number): number {
  const byte = block[at]
  if (byte === undefined) throw damaged()
  return byte
}

function damaged(): RangeError {
  return new RangeError('a block is damaged')
}
