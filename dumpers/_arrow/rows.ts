/**
 * The option `rows` of tables: which rows are read, by Python's rules for slices.
 */
import { DirdictError } from '../../src/errors.js'

/** Rows `[start, stop)`; negative numbers count from the end, what lies outside is left out. */
export type TableRows = readonly [start: number, stop: number]

/** `rows` of a table of `total` rows, with 0 <= start <= stop <= total; all where none are asked for. */
export function tableRows(rows: unknown, total: number, dumper: string): TableRows {
  if (rows === undefined) return [0, total]
  if (!Array.isArray(rows) || rows.length !== 2 || !rows.every(Number.isSafeInteger)) {
    throw new DirdictError('OPTION_INVALID', 'The option `rows` is two whole numbers, [start, stop].', {
      option: 'rows',
      dumper,
    })
  }
  const [start = 0, stop = 0] = rows.map((n: number) => Math.min(total, Math.max(0, n < 0 ? n + total : n)))
  return [start, Math.max(start, stop)]
}
