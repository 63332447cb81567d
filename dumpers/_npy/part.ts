/**
 * The options `rows`, `slice` and `out`: which part of an array is read, and into which memory.
 */

import { DirdictError } from '../../src/errors.js'
import { type AxisSelection, resolveSlice, type Slice, type TypedArray } from '../../src/ndarray.js'
import { checkedRows, type Rows } from './rows.js'

/** Which part of an array is read, and into which memory. */
export interface ArrayPart {
  /**
   * Reads only elements `[start, stop)` along the first axis, as `a[start:stop]` in Python: negative numbers count
   * from the end, what lies outside is left out. OPTION_INVALID for a single element (0-d) and for fractions.
   *
   * @default all
   */
  readonly rows?: Rows | undefined
  /**
   * Reads only what numpy's `a[slice]` selects: one item an axis, see `Slice`. `[0, null, [null, null, -1]]` is Python's
   * `a[0, :, ::-1]`. OPTION_INVALID for what numpy refuses, and together with `rows`.
   *
   * @default all
   */
  readonly slice?: Slice | undefined
  /**
   * Reads into this memory instead of new one, which is several times faster where it was used before: a typed array of
   * the dtype's class with as many members as are read, or more. `data` of the result is this array, or the first part
   * of it. After a failure its content is undefined. OPTION_INVALID where it does not fit, and for strings, byte strings
   * and records.
   *
   * @default new memory
   */
  readonly out?: TypedArray | undefined
}

/** What a part selects along each axis of an array of `shape`. OPTION_INVALID for a part that it does not have. */
export function selectPart({ rows, slice }: ArrayPart, shape: readonly number[]): readonly AxisSelection[] {
  if (rows === undefined) return resolveSlice(slice === undefined ? [] : slice, shape)
  if (slice === undefined) return resolveSlice([checkedRows(rows, shape)], shape)
  const message = 'rows and slice exclude each other; give the rows as the first item of the slice'
  throw new DirdictError('OPTION_INVALID', message, { option: 'rows', dumper: 'ndarray' })
}
