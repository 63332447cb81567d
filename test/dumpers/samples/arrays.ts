/** Arrays that the conformance suite is run with: every dtype, views, single numbers, empty ones. */

import { array, type NDArray, ndarray } from '../../../src/index.js'
import { componentsOf } from '../../../src/ndarray.js'
import type { DumperTests, Part, Sample, TestRunner } from '../../../src/testing/index.js'
import { ARRAYS } from './fixture-values.js'
import { fixturesOf } from './fixtures.js'
import { pseudoRandom } from './plain.js'

const grid = Float64Array.from({ length: 12 }, (_, i) => i)
const large = new Float64Array(pseudoRandom(2 ** 21).buffer)

const samples: readonly Sample<typeof ndarray>[] = [
  ...Object.entries(ARRAYS).map(([name, value]) => ({ name: `an array ${name}`, value })),
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
  { name: 'two megabytes', value: array(large, [2 ** 17, 2]) },
]

export const ndarrayTests: Omit<DumperTests<typeof ndarray>, keyof TestRunner> = {
  dumper: ndarray,
  samples,
  parts: [rows(0, 1), rows(1, 2), rows(-1, 1000), rows(2, 1), rows(0, 0), rows(100_000, 100_003)],
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
  ],
  fixtures: fixturesOf(ndarray),
}

/** Rows as Python's `a[start:stop]` gives them. */
function rows(start: number, stop: number): Part<typeof ndarray> {
  return {
    name: `rows ${start} to ${stop}`,
    options: { rows: [start, stop] },
    cut: a => cutRows(a, start, stop),
  }
}

function cutRows(a: NDArray, start: number, stop: number): NDArray | undefined {
  const [count, ...rest] = a.shape
  if (count === undefined) return undefined
  const within = (row: number): number => Math.min(Math.max(row < 0 ? row + count : row, 0), count)
  const [from, to] = [within(start), Math.max(within(start), within(stop))]
  const perRow = rest.reduce((product, n) => product * n, componentsOf(a.dtype))
  return { ...a, data: a.data.slice(from * perRow, to * perRow), shape: [to - from, ...rest] }
}
