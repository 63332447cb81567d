/**
 * Rows for fault tests: all elements of one are its number, so that a torn row, or one in the wrong place, cannot pass for
 * a whole one. They are long enough to be written by the thread pool.
 */
import { array } from '../../../dist/src/index.js'

const LENGTH = 40_000

/** One row for each of `numbers`. */
export function rowsNamed(...numbers) {
  const data = new Float64Array(numbers.length * LENGTH)
  for (const [i, n] of numbers.entries()) data.fill(n, i * LENGTH, (i + 1) * LENGTH)
  return array(data, [numbers.length, LENGTH])
}

/** The numbers of the rows. Throws for a row that is not whole. */
export function numbersOf({ data, shape: [rows, length] }) {
  return Array.from({ length: rows }, (_, i) => {
    const row = data.subarray(i * length, (i + 1) * length)
    if (row.some(element => element !== row[0])) throw new Error(`TORN row ${i}`)
    return row[0]
  })
}
