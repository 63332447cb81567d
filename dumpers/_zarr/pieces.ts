/**
 * The bytes of chunks of an array in memory: views where a chunk lies there as it is, copies of one chunk at a time else.
 */
import { DirdictError } from '../../src/errors.js'
import { componentsOf, countOf, type NDArray, rowMajorStride, type TypedArray } from '../../src/ndarray.js'
import { assertKept } from '../_npy/encode.js'
import type { Encoder } from '../_npy/encoder.js'
import { cellsOf, type Span, stridesOf } from './grid.js'
import { type Block, scatter, singleRun } from './scatter.js'

/** One chunk: its place in the grid, and its elements in C order, filled up to its whole shape. */
export interface Piece {
  readonly place: readonly number[]
  readonly bytes: Uint8Array
}

/** Bytes that lie in the array: a new one is made for each chunk. */
type Cut = (cell: readonly Span[]) => Uint8Array

/** The chunks of `a`, in C order of the grid; each is made when it is asked for. None for an array without elements. */
export function* piecesOf(a: NDArray, encoder: Encoder, chunk: readonly number[]): Generator<Piece> {
  const whole = a.shape.map(count => ({ start: 0, step: 1, count }))
  const cut = Array.isArray(a.data) ? recordCut(a, encoder, chunk) : numberCut(a, a.data, encoder, chunk)
  for (const cell of cellsOf(whole, chunk)) {
    assertKept(a)
    yield { place: cell.map(({ chunk }) => chunk), bytes: cut(cell) }
  }
}

function numberCut(a: NDArray, data: TypedArray, { itemsize }: Encoder, chunk: readonly number[]): Cut {
  const strides = rowMajorStride(chunk)
  const count = countOf({ shape: chunk })
  const width = componentsOf(a.dtype)
  return cell => {
    const get = cell.reduce((sum, { to }, axis) => sum + to * a.stride[axis]!, a.offset)
    const walks = cell.map(({ count }, axis) => ({ count, get: a.stride[axis]!, put: strides[axis]! }))
    const block: Block = { get, put: 0, walks }
    const isAsItLies = singleRun(block) === count
    const bytes = isAsItLies
      ? new Uint8Array(data.buffer, data.byteOffset + get * width * data.BYTES_PER_ELEMENT, count * itemsize)
      : new Uint8Array(count * itemsize)
    if (!isAsItLies) scatter(data, bytes, itemsize, block)
    if (a.dtype === 'bool') refuseNonBooleans(bytes)
    return bytes
  }
}

/** Strings and records, whose encoder gives what follows each other in C order. */
function recordCut(a: NDArray, encoder: Encoder, chunk: readonly number[]): Cut {
  const axes = a.shape.map((_, axis) => axis)
  const [from, to] = [stridesOf(a.shape, axes), stridesOf(chunk, axes)]
  const count = countOf({ shape: chunk })
  return cell => {
    const bytes = new Uint8Array(count * encoder.itemsize)
    for (const { get, put, length } of runsOf(cell, from, to)) {
      bytes.set(encoder.block(get, get + length), put * encoder.itemsize)
    }
    return bytes
  }
}

/** The longest runs of elements that lie together in the array and in the chunk. */
function* runsOf(
  cell: readonly Span[],
  from: readonly number[],
  to: readonly number[],
): Generator<{ get: number; put: number; length: number }> {
  let axis = cell.length
  let length = 1
  while (axis > 0 && from[axis - 1] === length && to[axis - 1] === length) length *= cell[--axis]!.count
  const outer = cell.slice(0, axis)
  const first = cell.reduce((sum, span, i) => sum + span.to * from[i]!, 0)
  for (const index of indicesOf(outer.map(({ count }) => count))) {
    const get = index.reduce((sum, at, i) => sum + at * from[i]!, first)
    yield { get, put: index.reduce((sum, at, i) => sum + at * to[i]!, 0), length }
  }
}

function* indicesOf(shape: readonly number[]): Generator<readonly number[]> {
  const [length, ...inner] = shape
  if (length === undefined) yield []
  else for (let i = 0; i < length; i++) for (const rest of indicesOf(inner)) yield [i, ...rest]
}

function refuseNonBooleans(bytes: Uint8Array): void {
  const other = bytes.find(byte => byte > 1)
  if (other === undefined) return
  const message = `an element of the dtype 'bool' is ${other}; only 0 and 1 are booleans`
  throw new DirdictError('VALUE_REJECTED', message)
}
