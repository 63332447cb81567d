/** numpy's rules for slices. That they are numpy's, test/interop/numpy-views.test.ts shows for random ones. */
import { describe, expect, it } from 'vitest'
import { resolveSlice, selectedShape } from '../../../src/ndarray.js'

/** The elements that are selected along each axis. */
function picked(slice: unknown, shape: readonly number[]): number[][] {
  return resolveSlice(slice, shape).map(({ start, step, count }) =>
    Array.from({ length: count }, (_, i) => start + i * step),
  )
}

describe('a slice', () => {
  it('takes single elements, from the end too, and drops their axes', () => {
    expect(resolveSlice([1, -1], [3, 4])).toEqual([
      { start: 1, step: 1, count: 1, dropped: true },
      { start: 3, step: 1, count: 1, dropped: true },
    ])
    expect(selectedShape(resolveSlice([1, null, [0, 1]], [3, 4, 5]))).toEqual([4, 1])
  })

  it('takes whole axes for null, for those that are not named, and for the dots', () => {
    expect(selectedShape(resolveSlice([], [2, 3]))).toEqual([2, 3])
    expect(selectedShape(resolveSlice([null, 0], [2, 3, 4]))).toEqual([2, 4])
    expect(selectedShape(resolveSlice(['...', 0], [2, 3, 4]))).toEqual([2, 3])
    expect(selectedShape(resolveSlice([0, '...', 0], [2, 3, 4]))).toEqual([3])
    expect(selectedShape(resolveSlice([0, '...', 0], [2, 3]))).toEqual([])
    expect(resolveSlice(['...'], [])).toEqual([])
  })

  it.each<[string, unknown, number[]]>([
    ['[1:3]', [1, 3], [1, 2]],
    ['[:3]', [null, 3], [0, 1, 2]],
    ['[-2:]', [-2, null], [3, 4]],
    ['[:-2]', [null, -2], [0, 1, 2]],
    ['[-99:99]', [-99, 99], [0, 1, 2, 3, 4]],
    ['[3:1]', [3, 1], []],
    ['[9:]', [9, null], []],
    ['[::2]', [null, null, 2], [0, 2, 4]],
    ['[1::3]', [1, null, 3], [1, 4]],
    ['[::-1]', [null, null, -1], [4, 3, 2, 1, 0]],
    ['[::-2]', [null, null, -2], [4, 2, 0]],
    ['[3:0:-1]', [3, 0, -1], [3, 2, 1]],
    ['[3:-99:-2]', [3, -99, -2], [3, 1]],
    ['[99::-3]', [99, null, -3], [4, 1]],
    ['[-1:-3:-1]', [-1, -3, -1], [4, 3]],
    ['[0:3:-1]', [0, 3, -1], []],
    ['[::None]', [null, null, null], [0, 1, 2, 3, 4]],
    ['[:10**300:10**300]', [null, 1e300, 1e300], [0]],
    ['[-0:]', [-0, null], [0, 1, 2, 3, 4]],
  ])('takes of five elements %s as Python does', (_, range, elements) => {
    expect(picked([range], [5])).toEqual([elements])
  })

  it('begins at 0 where nothing is selected, and has step 1 where no step is taken', () => {
    const nothing = { start: 0, step: 1, count: 0, dropped: false }
    expect(resolveSlice([[4, 2, 7]], [5])).toEqual([nothing])
    expect(resolveSlice([[null, null, -1]], [0])).toEqual([nothing])
    expect(resolveSlice([[2, 4, -9]], [5])).toEqual([nothing])
    expect(resolveSlice([[2, null, 9]], [5])).toEqual([{ start: 2, step: 1, count: 1, dropped: false }])
  })

  it.each<[string, unknown, string]>([
    ['an index past the end', [5], 'axis 0, which has 5'],
    ['an index before the beginning', [null, -4], 'axis 1, which has 3'],
    ['an index of an axis after the dots', ['...', 3], 'axis 1, which has 3'],
    ['too many items', [0, 0, 0], 'names 3 axes'],
    ['too many items beside the dots', [0, '...', 0, 0], 'names 3 axes'],
    ['the dots twice', ['...', '...'], 'more than one'],
    ['a step of 0', [[0, 2, 0]], 'step 0'],
    ['a fraction', [0.5], 'no whole number'],
    ['NaN', [Number.NaN], 'no whole number'],
    ['a fraction as a bound', [[0, 1.5]], '1.5'],
    ['an infinite bound', [[0, Number.POSITIVE_INFINITY]], 'Infinity'],
    ['a fraction as a step', [[0, 1, 0.5]], '0.5'],
    ['a bigint', [1n], 'bigint'],
    ['a bigint as a bound', [[0n, 2]], 'bigint'],
    ['a boolean', [true], 'true'],
    ['a string', ['1'], "'1'"],
    ['a list of indices', [[0, 1, 2, 3]], '[0, 1, 2, 3]'],
    ['a range of one bound', [[1]], '[1]'],
    ['a missing bound', [[undefined, 1]], 'undefined'],
    ['a hole', new Array(1), 'undefined'],
    ['an object', [{ start: 0 }], 'object'],
    ['a number alone', 5, '5'],
    ['nothing', undefined, 'undefined'],
  ])('refuses %s, and says what it found', (_, slice, told) => {
    expect(() => resolveSlice(slice, [5, 3])).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', details: { option: 'slice' } }),
    )
    expect(() => resolveSlice(slice, [5, 3])).toThrow(told)
  })
})
