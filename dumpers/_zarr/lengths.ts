/** Shapes of arrays and of chunks, as they stand in metadata, which may be hostile. */
import { corrupt, shown } from './exact-json.js'

const MOST_AXES = 64

/** A list of whole numbers from `least`. Else CORRUPT_ENTRY. */
export function lengthsIn(value: unknown, least: 0 | 1, what: string, file: string): readonly number[] {
  if (isLengths(value, least)) return value
  throw corrupt(
    file,
    `has as ${what} ${shown(value)}, which is no list of up to ${MOST_AXES} whole numbers from ${least}`,
  )
}

/** CORRUPT_ENTRY unless chunks have the axes of the array, and nobody loses count of the bytes of either. */
export function assertCountable(
  shape: readonly number[],
  chunk: readonly number[],
  itemsize: number,
  file: string,
): void {
  if (shape.length !== chunk.length) {
    throw corrupt(file, `has ${shape.length} axes, and ${chunk.length} in its chunks`)
  }
  for (const lengths of [shape, chunk]) {
    // Counted without empty axes too: strides are products of these.
    if (Number.isSafeInteger(lengths.reduce((product, n) => product * Math.max(n, 1), itemsize))) continue
    throw corrupt(file, `has the shape [${lengths}], of more bytes than there can be`)
  }
}

function isLengths(value: unknown, least: number): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length <= MOST_AXES &&
    value.every(n => Number.isSafeInteger(n) && n >= least)
  )
}
