/**
 * numpy's arrays as pickles hold them: made empty, then told their shape, dtype and memory; or, since protocol 5, made
 * upon a buffer.
 */
import { constants } from 'node:buffer'
import type { NDArray } from '../../../src/ndarray.js'
import { bytesOf, Container, intOf, itemsOf, type Model } from '../model.js'
import type { Reading } from '../reading.js'
import { NumpyDtype } from './dtype.js'
import { elementsOf } from './elements.js'

const MOST_AXES = 64

/** An array. An {@link NDArray}; of Python objects, arrays in arrays of what they are. */
export class NumpyArray extends Container {
  readonly python: string
  shape: readonly number[] = [0]
  dtype: NumpyDtype = new NumpyDtype('i1')
  /** Whether the first axis varies fastest. */
  fortran = false
  /** The elements in the order that `fortran` says, as they lie in the file; none for Python objects. */
  bytes: Uint8Array = new Uint8Array(0)
  /** The elements in C order, where they are Python objects. */
  objects: readonly Model[] | undefined

  constructor(python = 'numpy.ndarray') {
    super()
    this.python = python
  }

  /** `(version, shape, dtype, fortran, memory)`; the oldest have no version. */
  override setState(state: Model, reading: Reading): void {
    const items = itemsOf(state) ?? []
    const [shape, dtype, fortran, memory] = items.length === 5 ? items.slice(1) : items
    this.set(shape, dtype, fortran === true || fortran === 1, memory, reading)
  }

  /** CORRUPT_ENTRY where the memory is not exactly that of the shape. */
  set(
    shape: Model | undefined,
    dtype: Model | undefined,
    fortran: boolean,
    memory: Model | undefined,
    reading: Reading,
  ): void {
    const axes = shapeOf(shape, reading)
    if (!(dtype instanceof NumpyDtype)) throw reading.corrupt('has an array without a dtype')
    this.shape = axes
    this.dtype = dtype
    this.fortran = fortran
    if (dtype.isObject) this.#setObjects(memory, reading)
    else this.#setBytes(memory, reading)
  }

  #setObjects(memory: Model | undefined, reading: Reading): void {
    const objects = itemsOf(memory)
    const count = countOf(this.shape)
    if (objects === undefined) throw reading.unsupported('an array of Python objects without its items')
    if (objects.length !== count)
      throw reading.corrupt(`has an array of ${count} objects with ${objects.length} of them`)
    reading.spend(8 * count)
    // In C order, whatever the order of the array.
    this.objects = [...objects]
  }

  #setBytes(memory: Model | undefined, reading: Reading): void {
    const bytes = bytesOf(memory)
    if (Array.isArray(memory)) throw reading.unsupported('an array of records with Python objects')
    if (bytes === undefined) throw reading.corrupt('has an array without memory')
    if (typeof memory === 'string') reading.spend(bytes.length)
    this.bytes = bytes
    this.objects = undefined
  }

  /** The array, on memory of its own unless that of the file may be used. UNSUPPORTED_FORMAT for Python objects. */
  async toArray(reading: Reading): Promise<NDArray> {
    const { shape, fortran, bytes } = this
    return elementsOf({ format: this.dtype.format(reading), shape, fortran, bytes }, reading)
  }

  members(): readonly Model[] {
    return this.objects ?? []
  }

  /** Python objects begin with an array, one without axes too: it has one member. */
  begin(reading: Reading): object | Promise<object> {
    return this.objects === undefined ? this.toArray(reading) : []
  }

  fill(begun: object, finished: (member: Model) => unknown, reading: Reading): void {
    const { objects, shape } = this
    if (objects === undefined || !Array.isArray(begun)) return
    const values = objects.map(finished)
    const nested = shape.length > 1 ? nest(values, shape, reading) : values
    for (const value of nested) begun.push(value)
  }
}

/** A shape of a tuple, or, from `_frombuffer`, one number. */
function shapeOf(model: Model | undefined, reading: Reading): readonly number[] {
  const shape = (typeof model === 'number' ? [model] : itemsOf(model))?.map(n => intOf(n) ?? -1)
  const valid = shape !== undefined && shape.length <= MOST_AXES && shape.every(n => n >= 0)
  // Counted without empty axes too: strides are products of these.
  const most = shape?.reduce((product, n) => product * Math.max(n, 1), 1) ?? 0
  if (!valid || most > constants.MAX_LENGTH)
    throw reading.corrupt('has an array whose shape numpy does not know')
  return shape
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1)
}

/** Arrays in arrays, one level for each axis. An element has paid for one of them: empty ones and more levels are counted. */
function nest(values: readonly unknown[], shape: readonly number[], reading: Reading): unknown[] {
  let rows = values as unknown[]
  let paid = values.length
  for (const [axis, length] of [...shape.entries()].reverse()) {
    if (axis === 0) break
    const count = countOf(shape.slice(0, axis))
    reading.spend(40 * Math.max(0, count - paid))
    paid = Math.max(0, paid - count)
    rows = Array.from({ length: count }, (_, i) => rows.slice(i * length, (i + 1) * length))
  }
  return rows
}
