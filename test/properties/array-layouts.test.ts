/** What is an array by its structure, and which of them lie without gaps or are brought into order, for any layout in memory. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asNDArray, componentsOf, contiguous, isContiguous, rowMajorStride } from '../../src/ndarray.js'
import { cases, elements, ours, places } from './array-cases.js'

describe('an array of any layout', () => {
  it('is recognised, and contiguous exactly where its elements follow each other', () => {
    fc.assert(
      fc.property(cases, c => {
        const a = ours(c)
        const at = places(a)
        expect(asNDArray(a)).toEqual(a)
        expect(isContiguous(a)).toBe(at.every((place, i) => place === at[0]! + i))
      }),
    )
  })

  it('comes into C order bit by bit, with a copy only where its elements lie apart', () => {
    fc.assert(
      fc.property(cases, c => {
        const a = ours(c)
        const dense = contiguous(a)
        expect(elements(dense)).toEqual(elements(a))
        expect(dense).toMatchObject({ shape: a.shape, stride: rowMajorStride(a.shape), offset: 0 })
        expect(dense.data).toHaveLength(places(a).length * componentsOf(a.dtype))
        if (Array.isArray(a.data) || Array.isArray(dense.data)) return
        expect(dense.data.buffer === a.data.buffer).toBe(isContiguous(a))
      }),
    )
  })

  it('is refused with one element less of memory', () => {
    fc.assert(
      fc.property(cases, c => {
        const a = ours(c)
        const at = places(a)
        if (Array.isArray(a.data) || at.length === 0) return
        const end = (Math.max(...at) + 1) * componentsOf(a.dtype)
        expect(asNDArray({ ...a, data: a.data.slice(0, end) })).toBeDefined()
        expect(asNDArray({ ...a, data: a.data.slice(0, end - 1) })).toBeUndefined()
      }),
    )
  })
})
