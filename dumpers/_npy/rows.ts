/**
 * The option `rows`: which part of the first axis is read, by Python's rules for slices.
 */

import { DirdictError } from '../../src/errors.js'

/** Part of the first axis, `[start, stop)`; negative numbers count from its end, what lies outside is left out. */
export type Rows = readonly [start: number, stop: number]

/** `rows` of an array of `shape`, with 0 <= start <= stop <= shape[0]; the whole axis where none are asked for. */
export function resolveRows(rows: unknown, shape: readonly number[]): Rows {
  const [all] = shape
  if (rows === undefined) return [0, all ?? 1]
  if (!Array.isArray(rows) || rows.length !== 2 || !rows.every(Number.isSafeInteger)) {
    throw invalid(`rows must be two whole numbers [start, stop], not ${JSON.stringify(rows)}`)
  }
  if (all === undefined)
    throw invalid('this array is a single number, without an axis of which rows could be read')
  const [start = 0, stop = 0] = rows.map((n: number) => Math.min(all, Math.max(0, n < 0 ? n + all : n)))
  return [start, Math.max(start, stop)]
}

function invalid(message: string): DirdictError {
  return new DirdictError('OPTION_INVALID', message, { option: 'rows', dumper: 'ndarray' })
}
