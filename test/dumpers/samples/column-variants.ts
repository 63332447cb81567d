/** The same columns as dictionaries, and as slices of larger ones. */
import * as arrow from 'apache-arrow'
import type { ColumnCase } from './comparable-columns.js'
import { bitsOf, type Stored } from './stored-columns.js'

/** Dictionaries have the values of another type. */
export function dictionaryOf(column: ColumnCase): ColumnCase {
  const type = new arrow.Dictionary(column.type, new arrow.Int16())
  return {
    ...column,
    name: `dictionary of ${column.name}`,
    type,
    build(values) {
      // Each row has a key of its own, and every third null is one in the dictionary.
      const dictionary = new arrow.Vector([column.build([...values, null])])
      const isInside = (i: number): boolean => i % 3 === 0
      const keys = Int16Array.from(values, (value, i) =>
        value === null && isInside(i) ? values.length : value === null ? -7 : i,
      )
      const nullBitmap = bitsOf(
        values.map((value, i) => value !== null || isInside(i)),
        valid => valid === true,
      )
      return arrow.makeData({ type, data: keys, dictionary, nullBitmap, length: values.length })
    },
  }
}

/** A slice out of the middle of a larger column, so that offsets are not 0. */
export function sliced(column: ColumnCase, values: readonly (Stored | null)[], extra: Stored): arrow.Data {
  return column.build([null, extra, extra, ...values, extra, null]).slice(3, values.length)
}
