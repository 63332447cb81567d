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

  override get isText(): boolean {
    return this.dtype.holdsText
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

/** One element after the other lies here: a view for each of millions would take longer than the rest. */
const element = new DataView(new ArrayBuffer(8))
const LITTLE: boolean = endianness() === 'LE'

/** The value of the usual kinds, of which there may be millions. */
function quickValue(
  { dtype, itemsize, swapped }: ElementFormat,
  bytes: Uint8Array,
): number | boolean | undefined {
  if (swapped || bytes.length !== itemsize || itemsize > 8) return undefined
  for (let i = 0; i < itemsize; i++) element.setUint8(i, bytes[i]!)
  if (dtype === 'float64') return element.getFloat64(0, LITTLE)
  if (dtype === 'float32') return element.getFloat32(0, LITTLE)
  if (dtype === 'int32') return element.getInt32(0, LITTLE)
  if (dtype === 'bool') return element.getUint8(0) !== 0
  const int64 = dtype === 'int64' ? Number(element.getBigInt64(0, LITTLE)) : Number.NaN
  return Number.isSafeInteger(int64) ? int64 : undefined
}
