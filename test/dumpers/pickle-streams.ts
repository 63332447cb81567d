/** Pickles in memory, for tests: ours of a value, the value of any, and streams that are put together by hand. */
import { decodePickle } from '../../dumpers/_pickle/decode.js'
import { encodePickle } from '../../dumpers/_pickle/write/encode.js'

/** A value as `pickle` stores it. */
export function pickled(value: unknown): Buffer {
  return Buffer.concat([...encodePickle(value)])
}

/** The value of a pickle, whose bytes stay as they are. */
export function unpickled(bytes: Uint8Array, buffers: Iterable<Uint8Array> = []): Promise<unknown> {
  return decodePickle(Uint8Array.from(bytes), 'stream', buffers)
}

/** A stream of opcodes and arguments: text stands for its Latin-1 bytes, a number for one byte. */
export function stream(...parts: readonly (string | number | Uint8Array)[]): Buffer {
  const pieces = parts.map(part => {
    if (typeof part === 'string') return Buffer.from(part, 'latin1')
    return typeof part === 'number' ? Buffer.of(part) : part
  })
  return Buffer.concat(pieces)
}
