/**
 * The hash that results are remembered by. What is written here is for ever: a hash that came out otherwise would lose
 * every result that is stored, and one that came out equal for two lists of arguments would give a wrong one.
 *
 * SHA-256, hexadecimal, of the 15 bytes `dirdict memo 1\n`, the version of the function and the array of its arguments,
 * both encoded as follows. A value is one letter in ASCII and what follows it; a size is a whole number in 8 bytes;
 * numbers are little-endian; a text is the letter `s`, its size in bytes and UTF-8, or, with lone surrogates, which UTF-8
 * cannot hold, `S`, the size and UTF-16.
 *
 * | value | encoding |
 * |---|---|
 * | undefined, null, true, false | `u`, `n`, `t`, `f` |
 * | number | `d`, float64; every NaN as 0x7ff8000000000000, so that -0 and 0 differ and NaN is one |
 * | bigint | `i`, then its decimal digits as a text |
 * | string | a text |
 * | Date | `D`, milliseconds since 1970 as float64; NaN for no date |
 * | array | `a`, size, members |
 * | plain object | `o`, size, then name as a text and value of each member, by the UTF-16 units of the names |
 * | Map | `m`, size, then key and value of each pair, in its own order |
 * | Set | `e`, size, members in its own order |
 * | ArrayBuffer, shared or not | `b`, size in bytes, bytes |
 * | typed array, DataView | `y`, the name of its class as a text (a Buffer is a Uint8Array), size in bytes, bytes |
 * | NDArray | `N`, dtype as a text, number of axes as a size, shape as sizes, elements in C order; see `array.ts` |
 * | Arrow Table | `T`, schema, columns; see `table.ts` |
 *
 * The version is undefined where none is asked for, else the array of its kind and its value; see `version.ts`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { pauseIsDue } from '../session.js'
import { Encoder } from './encoder.js'
import { argumentPlace, encodeValue, ROOT } from './value.js'

const FORMAT = 'dirdict memo 1\n'

/** The key of a result, and the bytes that each argument was encoded in. */
export interface HashedArguments {
  readonly hash: string
  readonly sizes: readonly number[]
}

/** What a result depends on besides the arguments: a kind (`commit`, `text`, `version`) and its value, or nothing. */
export type VersionStamp = readonly [kind: string, value: string | number] | undefined

/**
 * VALUE_REJECTED, with its path, for what has no stable encoding. Nothing is copied; the event loop has its turns, so that
 * the arguments must not be changed before the result is there.
 */
export async function hashArguments(
  version: VersionStamp,
  args: readonly unknown[],
  signal?: AbortSignal,
): Promise<HashedArguments> {
  const encoder = new Encoder(FORMAT)
  const sizes: number[] = []
  for (const _ of encodeCall(encoder, version, args, sizes)) {
    if (!pauseIsDue()) continue
    await nextTurn()
    signal?.throwIfAborted()
  }
  return { hash: encoder.digest(), sizes }
}

function* encodeCall(
  out: Encoder,
  version: VersionStamp,
  args: readonly unknown[],
  sizes: number[],
): Generator<undefined> {
  yield* encodeValue(out, version, ROOT)
  out.tag('a')
  out.size(args.length)
  for (const [index, argument] of args.entries()) {
    const before = out.written
    yield* encodeValue(out, argument, argumentPlace(index))
    sizes.push(out.written - before)
  }
}
