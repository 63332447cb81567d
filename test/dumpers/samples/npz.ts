/** Named arrays that the conformance suite is run with: every dtype, every layout, names that objects treat specially. */
import { array, type NDArray, type NpzInput, npz, structured } from '../../../src/index.js'
import type { DumperTests, Part, Sample, TestRunner } from '../../../src/testing/index.js'
import { ARRAYS } from './fixture-values.js'
import { fixturesOf } from './fixtures.js'
import { pseudoRandom } from './plain.js'

const grid = Float64Array.from({ length: 12 }, (_, i) => i)
/** Long enough to be streamed, and with little to deflate. */
const noise = new Float64Array(pseudoRandom(3 * 2 ** 20).buffer)
/** Long enough to be streamed, and deflated to next to nothing. */
const zeros = new Int32Array(2 ** 20)
const letters = Array.from({ length: 70_000 }, (_, i) => 'aé🧠'.repeat(i % 3))

const samples: readonly Sample<typeof npz>[] = [
  { name: 'an array of every dtype', value: ARRAYS },
  { name: 'a typed array alone', value: grid, expected: { arr_0: array(grid) } },
  { name: 'a matrix alone', value: array(grid, [3, 4]), expected: { arr_0: array(grid, [3, 4]) } },
  { name: 'no array', value: {} },
  {
    name: 'views',
    value: {
      transposed: { data: grid, shape: [4, 3], stride: [1, 4], offset: 0, dtype: 'float64' },
      backwards: { data: grid, shape: [3], stride: [-4], offset: 9 },
      repeated: { data: grid, shape: [2, 2], stride: [0, 0], offset: 5 },
      typed: Int16Array.of(1, 2),
    },
    expected: {
      transposed: array([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], [4, 3]),
      backwards: array([9, 5, 1]),
      repeated: array([5, 5, 5, 5], [2, 2]),
      typed: array(Int16Array.of(1, 2)),
    },
  },
  {
    name: 'structured arrays',
    value: { spikes: structured({ time: array([0.5, 1.25]), cell: array(['L5', 'L4']) }) },
  },
  {
    name: 'names of any kind',
    value: named([
      ['arr_0', 0],
      ['10', 1],
      ['9', 2],
      ['__proto__', 3],
      ['constructor', 4],
      ['é 漢字 🧠', 5],
      ['a/b.c', 6],
      [' ', 7],
      ['npy', 8],
    ]),
  },
  { name: 'arrays that are named like the members of one', value: { data: array(grid), shape: array([1]) } },
  {
    name: 'arrays of megabytes',
    value: {
      noise: array(noise, [2 ** 17, 3]),
      zeros: array(zeros),
      letters: array(letters),
      small: array([1]),
    },
  },
]

export const npzTests: Omit<DumperTests<typeof npz>, keyof TestRunner> = {
  dumper: npz,
  samples,
  setVariants: [{ compression: 'deflate' }, { compression: 'store' }],
  parts: [
    names([]),
    names(['arr_0']),
    names(['int64', 'str']),
    names(['small', 'noise']),
    names(['__proto__', '9']),
  ],
  foreign: [
    null,
    1,
    'a',
    [1, 2],
    [grid],
    { a: 1 },
    { a: array(grid), b: null },
    { a: { b: array(grid) } },
    { a: array(grid), [Symbol('b')]: array(grid) },
    { data: grid, shape: [13] },
    new Map([['a', grid]]),
  ],
  rejected: [
    1,
    [grid],
    { a: 1 },
    { a: { b: array(grid) } },
    new Map([['a', grid]]),
    { a: array(grid), [Symbol('b')]: array(grid) },
    { data: grid, shape: [13] },
    { a: { data: Uint8Array.of(2), shape: [1], dtype: 'bool' } },
    { a: array(grid), b: array(['ends in NUL\u0000']) },
    ...[
      '',
      'a.npy',
      '.npy',
      'a\0b',
      '/a',
      '../a',
      'a/../../b',
      'a/..',
      'a\\b',
      'c:a',
      '\ud800',
      'a'.repeat(65_532),
    ].map(name => ({
      [name]: array(grid),
    })),
  ],
  fixtures: fixturesOf(npz),
  module: new URL('../../../dist/dumpers/npz.js', import.meta.url).href,
}

function named(entries: readonly (readonly [string, number])[]): NpzInput {
  return Object.fromEntries(entries.map(([name, n]) => [name, array([n])]))
}

function names(wanted: readonly string[]): Part<typeof npz> {
  return {
    name: `the arrays ${JSON.stringify(wanted)}`,
    options: { names: wanted },
    cut: whole => (wanted.every(name => Object.hasOwn(whole, name)) ? cutNames(whole, wanted) : undefined),
  }
}

function cutNames(
  whole: Readonly<Record<string, NDArray>>,
  wanted: readonly string[],
): Readonly<Record<string, NDArray>> {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => wanted.includes(name)))
}
