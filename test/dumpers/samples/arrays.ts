/** Arrays that the conformance suite is run with: every dtype, views, single numbers, empty ones. */

import {
  array,
  contiguous,
  isDirdictError,
  type NDArray,
  ndarray,
  type Slice,
  type SliceItem,
  structured,
  view,
} from '../../../src/index.js'
import { memoryOf } from '../../../src/ndarray.js'
import type { DumperTests, Part, Sample, TestRunner } from '../../../src/testing/index.js'
import { ARRAYS, RECORDS } from './fixture-values.js'
import { fixturesOf } from './fixtures.js'
import { pseudoRandom } from './plain.js'

const grid = Float64Array.from({ length: 12 }, (_, i) => i)
const large = new Float64Array(pseudoRandom(2 ** 21).buffer)

const samples: readonly Sample<typeof ndarray>[] = [
  ...Object.entries({ ...ARRAYS, ...RECORDS }).map(([name, value]) => ({ name: `an array ${name}`, value })),
  { name: 'a typed array alone', value: Int16Array.of(1, 2), expected: array(Int16Array.of(1, 2)) },
  { name: 'complex64', value: array([1, 2, 3, 4], [2], 'complex64') },
  { name: 'datetime64 without a unit', value: array([1n], [1], 'datetime64') },
  { name: 'five axes', value: array(grid, [1, 2, 3, 2, 1]) },
  { name: 'no rows', value: array(new Int32Array(0), [0]) },
  { name: 'rows of no elements', value: array(new Int32Array(0), [3, 0, 2]) },
  {
    name: 'a transposed view',
    value: { data: grid, shape: [4, 3], stride: [1, 4], offset: 0, dtype: 'float64' },
    expected: array([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], [4, 3]),
  },
  {
    name: 'a view that runs backwards, with gaps',
    value: { data: grid, shape: [3], stride: [-4], offset: 9, dtype: 'float64' },
    expected: array([9, 5, 1]),
  },
  {
    name: 'a view that repeats one element',
    value: { data: grid, shape: [2, 2], stride: [0, 0], offset: 5, dtype: 'float64' },
    expected: array([5, 5, 5, 5], [2, 2]),
  },
  { name: 'records', value: structured({ t: array([0.5, 1.5]), name: array(['a', 'bc']) }) },
  {
    name: 'records of records with axes of their own',
    value: structured([
      ['1', array(grid, [3, 2, 2])],
      ['0', structured({ when: array([1n, 2n, 3n], [3], 'datetime64[s]'), ok: array([true, false, true]) })],
    ]),
  },
  { name: 'a single record', value: structured({ a: array([1], []), b: array([1, 2, 3], [3]) }, []) },
  { name: 'two megabytes', value: array(large, [2 ** 17, 2]) },
]

export const ndarrayTests: Omit<DumperTests<typeof ndarray>, keyof TestRunner> = {
  dumper: ndarray,
  samples,
  parts: [
    ...[rows(0, 1), rows(1, 2), rows(-1, 1000), rows(2, 1), rows(0, 0), rows(100_000, 100_003)],
    ...[
      slice(),
      slice('...'),
      slice(0),
      slice('...', -1),
      slice([null, null, -1]),
      slice('...', [null, null, -2]),
    ],
    ...[
      slice(null, [1, 3]),
      slice([1, null, 2], '...', [0, 1]),
      slice([-2, 1000], 0),
      slice([100_000, 99_000, -7]),
    ],
    { name: 'all with its sum verified', options: { verify: true }, cut: a => a },
    into(new Float64Array(2 ** 18)),
    into(new Uint8Array(5)),
  ],
  foreign: [null, 1, 'a', [1, 2], {}, { data: [1, 2], shape: [2] }, { data: grid, shape: [13] }, new Map()],
  rejected: [
    1,
    [1, 2],
    { data: grid, shape: [13] },
    { data: grid, shape: [3], stride: [6], offset: 0, dtype: 'float64' },
    { data: grid, shape: [2], stride: [1], offset: -1, dtype: 'float64' },
    { data: grid, shape: [12], dtype: 'no dtype' },
    { data: Uint8Array.of(2), shape: [1], dtype: 'bool' },
    array(['ends in NUL\u0000']),
    structured({ a: array(['ends in NUL\u0000']) }),
    { data: [], shape: [2], dtype: 'struct', fields: new Map([['a', array([1])]]) },
  ],
  fixtures: fixturesOf(ndarray),
}

/** Rows as Python's `a[start:stop]` gives them. */
function rows(start: number, stop: number): Part<typeof ndarray> {
  return {
    name: `rows ${start} to ${stop}`,
    options: { rows: [start, stop] },
    cut: a => cut(a, [[start, stop]]),
  }
}

function slice(...items: SliceItem[]): Part<typeof ndarray> {
  return { name: `slice ${JSON.stringify(items)}`, options: { slice: items }, cut: a => cut(a, items) }
}

function into(out: Float64Array | Uint8Array): Part<typeof ndarray> {
  return {
    name: `all into a ${out.constructor.name} of ${out.length}`,
    options: { out },
    cut: a => (memoryOf(a.dtype) === out.constructor && a.data.length <= out.length ? a : undefined),
  }
}

/** As a view on the whole, copied; undefined where the whole has no such part. */
function cut(a: NDArray, part: Slice): NDArray | undefined {
  try {
    return contiguous(view(a, part))
  } catch (error) {
    if (!isDirdictError(error, 'OPTION_INVALID')) throw error
    return undefined
  }
}
