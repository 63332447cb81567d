/**
 * A pickle of any protocol as a value of JavaScript, in two steps: the machine makes Python's values as data, then those
 * become the user's.
 */
import { finish } from './finish.js'
import { run } from './machine.js'
import { Reading } from './reading.js'

/**
 * The value in `bytes`, whose memory may live on in it. `buffers` are those that lie outside of the stream.
 * CORRUPT_ENTRY for what Python does not write, UNSUPPORTED_FORMAT for values that have no form here.
 */
export async function decodePickle(
  bytes: Uint8Array,
  file: string,
  buffers: Iterable<Uint8Array> = [],
  signal?: AbortSignal,
): Promise<unknown> {
  const reading = new Reading(file, bytes.length, signal)
  return finish(await run(bytes, reading, buffers), reading)
}
