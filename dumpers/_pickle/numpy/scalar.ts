/**
 * numpy's scalars: single numbers, booleans and texts as those of JavaScript, others as arrays without axes.
 */
import { endianness } from 'node:os'
import { get } from '../../../src/ndarray.js'
import type { ElementFormat } from '../../_npy/descr.js'
import { bytesOf, type Model, PyObject } from '../model.js'
import type { Reading } from '../reading.js'
import type { NumpyDtype } from './dtype.js'
import { elementsOf } from './elements.js'

/** One element of an array. */
export class NumpyScalar extends PyObject {
  readonly python = 'numpy.generic'
  readonly dtype: NumpyDtype
  readonly bytes: Uint8Array

  constructor(dtype: NumpyDtype, memory: Model | undefined, reading: Reading) {
    super()
    const bytes = bytesOf(memory)
    if (bytes === undefined) throw reading.corrupt('has a scalar of numpy without memory')
    this.dtype = dtype
    this.bytes = bytes
  }

  /** Numbers (a `bigint` where a number would not be exact), booleans, strings and bytes; else an NDArray without axes. */
  override toValue(reading: Reading): unknown {
    if (this.bytes.length === 0) return this.#empty(reading)
    const format = this.dtype.format(reading)
    return quickValue(format, this.bytes) ?? this.#slowValue(format, reading)
  }

  /** An empty text has no bytes, and its dtype no size. */
  #empty(reading: Reading): unknown {
    const [kind] = /[USa]/.exec(this.dtype.code) ?? []
    if (kind === undefined) throw reading.corrupt('has a scalar of numpy without memory')
    return kind === 'U' ? '' : new Uint8Array(0)
  }

  async #slowValue(format: ElementFormat, reading: Reading): Promise<unknown> {
    const array = await elementsOf({ format, shape: [], fortran: false, bytes: this.bytes }, reading)
    if (/^(struct|complex|datetime|timedelta)/.test(array.dtype)) return array
    const value = get(array)
    const exact = typeof value === 'bigint' && Number.isSafeInteger(Number(value))
    return exact ? Number(value) : value
  }
}

const LITTLE: boolean = endianness() === 'LE'

/** The value of the usual kinds, of which there may be millions. */
function quickValue(
  { dtype, itemsize, swapped }: ElementFormat,
  bytes: Uint8Array,
): number | boolean | undefined {
  if (swapped || bytes.length !== itemsize) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, itemsize)
  if (dtype === 'float64') return view.getFloat64(0, LITTLE)
  if (dtype === 'float32') return view.getFloat32(0, LITTLE)
  if (dtype === 'int32') return view.getInt32(0, LITTLE)
  if (dtype === 'bool') return view.getUint8(0) !== 0
  const int64 = dtype === 'int64' ? Number(view.getBigInt64(0, LITTLE)) : Number.NaN
  return Number.isSafeInteger(int64) ? int64 : undefined
}
