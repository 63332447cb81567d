/** How an array is cut into chunks where nobody says it, and what users may say. */
import { inspect } from 'node:util'
import { DirdictError } from '../../src/errors.js'

/** Elements of one chunk along each axis, or one number for all axes. */
export type Chunks = number | readonly number[]

/** Bytes of a chunk: enough that a file costs little, few enough that a part costs little. */
const CHUNK: number = 4 * 2 ** 20
/** Larger arrays have larger chunks: every file has a line in the record. */
const MOST_CHUNKS = 1024
/** Bytes of a chunk: numcodecs takes no more at a time. */
const LONGEST: number = 2 ** 31 - 1

/**
 * The shape of the chunks of an array of `shape`: as asked for, but no longer than the array; else about 4 MiB of whole
 * rows. OPTION_INVALID for what is no shape of chunks.
 */
export function chunkShape(chunks: unknown, shape: readonly number[], itemsize: number): readonly number[] {
  if (chunks === undefined) return defaultShape(shape, itemsize)
  const asked = typeof chunks === 'number' ? shape.map(() => chunks) : chunks
  if (isLengths(asked) && asked.length === shape.length) {
    const chunk = asked.map((length, axis) => Math.min(length, Math.max(1, shape[axis]!)))
    if (chunk.reduce((product, n) => product * n, itemsize) <= LONGEST) return chunk
    throw invalid(
      `chunks of [${chunk}] have more than ${LONGEST} bytes, which Python's zarr does not compress`,
    )
  }
  throw invalid(
    `chunks is a whole number from 1, or a list of one for each of the ${shape.length} axes, not ${inspect(chunks, { depth: 1 })}`,
  )
}

/** Cut along the leading axes, so that a chunk is one run of the array's memory. */
function defaultShape(shape: readonly number[], itemsize: number): readonly number[] {
  const all = shape.reduce((product, n) => product * n, itemsize)
  const most = Math.max(CHUNK, Math.ceil(all / MOST_CHUNKS))
  const chunk = shape.map(n => Math.max(1, n))
  let rest = chunk.reduce((product, n) => product * n, itemsize)
  for (const [axis, length] of chunk.entries()) {
    if (rest <= most) break
    rest /= length
    const rows = Math.max(1, Math.floor(most / rest))
    // Of about one length: the last chunk is filled up to that of the others.
    chunk[axis] = Math.ceil(length / Math.ceil(length / rows))
    rest *= chunk[axis]!
  }
  return chunk
}

function isLengths(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(n => Number.isSafeInteger(n) && n >= 1)
}

function invalid(message: string): DirdictError {
  return new DirdictError('OPTION_INVALID', message, { option: 'chunks', dumper: 'zarr' })
}
