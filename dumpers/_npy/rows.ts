/**
 * The option `rows`: part of the first axis. What lies outside is left out, as it is in slices.
 */

import { inspect } from 'node:util'
import { DirdictError } from '../../src/errors.js'

/** Part of the first axis, `[start, stop)`; negative numbers count from its end, what lies outside is left out. */
export type Rows = readonly [start: number, stop: number]

/** `rows`, which may be anything. OPTION_INVALID for what are no rows, and for an array without axes. */
export function checkedRows(rows: unknown, shape: readonly number[]): Rows {
  if (!isRows(rows)) {
    throw invalid(`rows must be two whole numbers [start, stop], not ${inspect(rows, { depth: 1 })}`)
  }
  if (shape.length > 0) return rows
  throw invalid('this array is a single element, without an axis of which rows could be read')
}

function isRows(rows: unknown): rows is Rows {
  return Array.isArray(rows) && rows.length === 2 && rows.every(Number.isSafeInteger)
}

function invalid(message: string): DirdictError {
  return new DirdictError('OPTION_INVALID', message, { option: 'rows', dumper: 'ndarray' })
}
