/**
 * Other views of the same memory: parts, axes in another order, other shapes. Nothing is ever copied.
 */

import { DirdictError } from '../errors.js'
import { shownArray } from '../show/array-face.js'
import { toLayout } from './recognise.js'
import { type AxisSelection, resolveSlice, type Slice, selectedShape, shown } from './slice.js'
import { isStruct, withFields } from './structured.js'
import { type ArrayInput, type ArrayOf, countOf, type NDArray, rowMajorStride } from './types.js'

/**
 * Part of an array, by numpy's rules: `view(a, [0, [1, null], '...'])` is `a[0, 1:, ...]`. See {@link Slice}.
 *
 * OPTION_INVALID for what numpy refuses, such as an index outside its axis; VALUE_REJECTED for what is no array.
 *
 * @example
 * ```ts
 * import { array, toNested, view } from 'dirdict'
 *
 * const matrix = array([1, 2, 3, 4, 5, 6], [2, 3])
 * const lastColumn = view(matrix, [null, -1])
 * const reversed = view(matrix, ['...', [null, null, -1]])
 * console.log(toNested(lastColumn), toNested(reversed)) // [3, 6], [[3, 2, 1], [6, 5, 4]]
 * ```
 */
export function view<A extends ArrayInput>(a: A, slice: Slice): ArrayOf<A>
export function view(a: ArrayInput, slice: Slice): NDArray {
  const whole = toLayout(a)
  return shownArray(selected(whole, resolveSlice(slice, whole.shape)))
}

/**
 * The axes in another order; reversed where none is given, as numpy's `a.T`. Axis `i` of the result is axis `axes[i]`,
 * negative numbers counting from the end.
 *
 * OPTION_INVALID where `axes` does not name each axis once; VALUE_REJECTED for what is no array.
 */
export function transpose<A extends ArrayInput>(a: A, axes?: readonly number[]): ArrayOf<A>
export function transpose(a: ArrayInput, axes?: readonly number[]): NDArray {
  const whole = toLayout(a)
  const axesInOrder = axes === undefined ? whole.shape.map((_, i) => i).reverse() : order(axes, whole)
  return shownArray(permuted(whole, axesInOrder))
}

/**
 * The same elements, in C order, with another shape; one length may be -1 and follows from the others.
 *
 * VALUE_REJECTED where this needs a copy, because the elements do not lie so in memory: reshape `contiguous(a)` then, and
 * for what is no array. OPTION_INVALID for a shape of another number of elements.
 */
export function reshape<A extends ArrayInput>(a: A, shape: readonly number[]): ArrayOf<A>
export function reshape(a: ArrayInput, shape: readonly number[]): NDArray {
  const whole = toLayout(a)
  return shownArray(reshaped(whole, resolveShape(shape, whole), whole.shape.length))
}

/** What the selections, for the leading axes, take of `a`. */
export function selected(a: NDArray, selections: readonly AxisSelection[]): NDArray {
  const further = selections.length
  const shape = [...selectedShape(selections), ...a.shape.slice(further)]
  if (isStruct(a)) return withFields(a, shape, field => selected(field, selections))
  // The addition of 0 turns -0 into 0.
  const kept = selections.flatMap(({ dropped, step }, axis) => (dropped ? [] : [step * a.stride[axis]! + 0]))
  // Of no elements none is the first: stepping towards it could leave the memory.
  const offset = shape.includes(0)
    ? a.offset
    : selections.reduce((at, { start }, axis) => at + start * a.stride[axis]!, a.offset)
  return sameMemory(a, shape, [...kept, ...a.stride.slice(further)], offset)
}

/** The leading axes in the order of `axes`, all further ones as they are. */
function permuted(a: NDArray, axes: readonly number[]): NDArray {
  const pick = (values: readonly number[]): number[] => [
    ...axes.map(axis => values[axis]!),
    ...values.slice(axes.length),
  ]
  if (isStruct(a)) return withFields(a, pick(a.shape), field => permuted(field, axes))
  return sameMemory(a, pick(a.shape), pick(a.stride), a.offset)
}

function order(axes: unknown, { shape }: NDArray): number[] {
  const n = shape.length
  const given: readonly unknown[] = Array.isArray(axes) ? axes : []
  const named = given.map(axis => (typeof axis === 'number' && axis < 0 ? axis + n : axis))
  const all = shape.map((_, axis) => axis)
  if (Array.isArray(axes) && named.length === n && all.every(axis => named.includes(axis)))
    return named.map(Number)
  throw invalid('axes', `axes must name each of its ${n} axes once, not ${shown(axes)}`)
}

/** The first `leading` axes of `a` as `shape`, all further ones as they are. */
function reshaped(a: NDArray, shape: readonly number[], leading: number): NDArray {
  const whole = [...shape, ...a.shape.slice(leading)]
  if (isStruct(a)) return withFields(a, whole, field => reshaped(field, shape, leading))
  const stride = strideFor(a, shape, leading)
  if (stride !== undefined) return sameMemory(a, whole, [...stride, ...a.stride.slice(leading)], a.offset)
  const message = `shape [${a.shape}] cannot become [${whole}] without a copy, because its elements do not lie in C order: reshape contiguous(a)`
  throw new DirdictError('VALUE_REJECTED', message)
}

/** The lengths, that of -1 included. */
function resolveShape(shape: unknown, a: NDArray): number[] {
  const count = countOf(a)
  const isLength = (n: unknown): n is number => Number.isSafeInteger(n) && Number(n) >= -1
  if (!Array.isArray(shape) || !Array.from<unknown>(shape).every(isLength)) {
    throw invalid(
      'shape',
      `a shape is an array of whole numbers from 0, one of them perhaps -1, not ${shown(shape)}`,
    )
  }
  const lengths: readonly number[] = shape
  const open = lengths.indexOf(-1)
  const others = countOf({ shape: lengths.filter(n => n !== -1) })
  const missing = count / others
  const fits = open === -1 ? others === count : Number.isInteger(missing)
  if (fits && open === lengths.lastIndexOf(-1)) return lengths.map(n => (n === -1 ? missing : n + 0))
  const told = `[${lengths}] is no shape of ${count} elements`
  throw invalid('shape', open === lengths.lastIndexOf(-1) ? told : 'only one length of a shape may be -1')
}

/** Strides by which the first `leading` axes of `a` have `shape`; undefined where there are none. */
function strideFor(a: NDArray, shape: readonly number[], leading: number): number[] | undefined {
  if (shape.includes(0) || a.shape.includes(0)) return rowMajorStride(shape)
  const axes = mergedAxes(a, leading)
  const stride: number[] = []
  // From the last axis on, each merged axis is cut into lengths of the shape, which have to come out even.
  let { length, step } = axes.pop() ?? { length: 1, step: 1 }
  for (const n of shape.toReversed()) {
    if (n === 1) {
      stride.push(step)
      continue
    }
    if (length === 1) ({ length, step } = axes.pop() ?? { length: 1, step })
    if (length % n !== 0) return undefined
    stride.push(step)
    length /= n
    step *= n
  }
  return stride.reverse()
}

/** The first `leading` axes of `a`, but those of one element; neighbours that one step walks through are one. */
function mergedAxes(a: NDArray, leading: number): { length: number; step: number }[] {
  const merged: { length: number; step: number }[] = []
  for (let axis = 0; axis < leading; axis++) {
    const [length, step] = [a.shape[axis]!, a.stride[axis]!]
    const last = merged.at(-1)
    if (length === 1) continue
    if (last !== undefined && last.step === step * length) {
      merged.pop()
      merged.push({ length: last.length * length, step })
    } else merged.push({ length, step })
  }
  return merged
}

function sameMemory(
  { data, dtype }: NDArray,
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
): NDArray {
  return { data, shape, stride, offset, dtype }
}

function invalid(option: string, message: string): DirdictError {
  return new DirdictError('OPTION_INVALID', message, { option })
}
