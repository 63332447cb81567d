/** Categoricals: codes into categories, which become an Arrow dictionary of the same order. */
import type { Data, Dictionary } from 'apache-arrow'
import { contiguous, type NDArray } from '../../../src/ndarray.js'
import type { Model } from '../model.js'
import { type Column, type Target, validity } from './column.js'
import { PandasDtype } from './dtypes.js'
import { columnOf, type Members, numbersOf } from './values.js'

/** The dtype has the categories; before pandas 0.21, the array. */
export async function categoricalColumn(array: Members, target: Target): Promise<Column> {
  const dtype = array.get('_dtype')
  const of = (name: string, place: number): Model | undefined =>
    dtype instanceof PandasDtype ? dtype.get(name, place) : array.get(`_${name}`)
  const categories = await columnOf(of('categories', 0) ?? array.get('_levels'), target)
  const codes = await numbersOf(array.get('_codes', '_ndarray', 'labels'), target)
  return {
    data: dictionary(
      target,
      keysOf(target, codes, categories.data.length),
      categories.data,
      of('ordered', 1) === true,
    ),
  }
}

interface Keys {
  readonly data: Int8Array | Int16Array | Int32Array
  readonly nullCount: number
  readonly nullBitmap: Uint8Array | undefined
}

/** In memory of their own: what is missing has code -1, which no other reader should meet. */
function keysOf(target: Target, codes: NDArray, count: number): Keys {
  const { reading } = target
  const from = contiguous(codes).data
  if (!/^u?int/.test(codes.dtype)) throw reading.corrupt(`has categories with codes of ${codes.dtype}`)
  reading.spend(8 * from.length)
  const all = Int32Array.from(from as ArrayLike<number>, Number)
  if (all.some(code => code < -1 || code >= count))
    throw reading.corrupt(`has a code beyond its ${count} categories`)
  const nulls = validity(target, all.length, row => all[row] === -1)
  const keys = all.map(code => Math.max(code, 0))
  const data =
    codes.dtype === 'int8' ? Int8Array.from(keys) : codes.dtype === 'int16' ? Int16Array.from(keys) : keys
  return { data, ...nulls }
}

function dictionary({ arrow }: Target, keys: Keys, categories: Data, isOrdered: boolean): Data<Dictionary> {
  const { data } = keys
  const indices =
    data instanceof Int8Array
      ? new arrow.Int8()
      : data instanceof Int16Array
        ? new arrow.Int16()
        : new arrow.Int32()
  const type = new arrow.Dictionary(categories.type, indices, null, isOrdered)
  return arrow.makeData({ type, length: data.length, ...keys, dictionary: new arrow.Vector([categories]) })
}
