/**
 * Streams of BloscLZ, the compressor that Blosc brings itself: runs of literals, and matches of what came before, near
 * or far.
 */
import { copyMatch } from './lz4.js'

/** Distances from here on are told by two more bytes. */
const FAR = 8191
/** The shortest match; its length is told beyond this. */
const MATCH = 3

/** Fills `out` with what the stream holds. Throws a RangeError unless it holds exactly that many bytes. */
export function decodeBloscLz(stream: Uint8Array, out: Uint8Array): void {
  let [at, to] = [0, 0]
  const next = (): number => {
    const byte = stream[at++]
    if (byte === undefined) throw new RangeError('a block is damaged')
    return byte
  }
  let control = next() & 31
  for (;;) {
    if (control < 32) {
      const literals = control + 1
      if (literals > stream.length - at || literals > out.length - to)
        throw new RangeError('a block is damaged')
      for (let i = 0; i < literals; i++) out[to + i] = stream[at + i]!
      at += literals
      to += literals
    } else {
      let length = (control >> 5) - 1
      let distance = (control & 31) << 8
      if (length === 6) for (let more = 255; more === 255; length += more) more = next()
      const low = next()
      distance += low
      if (low === 255 && distance === FAR) distance = FAR + (next() << 8) + next()
      copyMatch(out, to, distance + 1, length + MATCH)
      to += length + MATCH
    }
    if (at === stream.length) break
    control = next()
  }
  if (to !== out.length) throw new RangeError('a block is damaged')
}
