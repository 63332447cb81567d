/** Categoricals: codes into categories, which become an Arrow dictionary of the same order. */
import type { Data, Dictionary } from 'apache-arrow'
import type { NDArray } from '../../../src/ndarray.js'
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
  const { data: from, dtype } = codes
  const [length, step] = [codes.shape[0]!, codes.stride[0]!]
  if (!/^u?int/.test(dtype)) throw reading.corrupt(`has categories with codes of ${dtype}`)
  reading.spend(4 * length)
  const Keys = dtype === 'int8' ? Int8Array : dtype === 'int16' ? Int16Array : Int32Array
  const data = new Keys(length)
  const isMissing = new Uint8Array(length)
  for (let row = 0; row < length; row++) {
    const code = Number(from[codes.offset + row * step])
    if (!(code >= -1 && code < count)) throw reading.corrupt(`has a code beyond its ${count} categories`)
    if (code === -1) isMissing[row] = 1
    else data[row] = code
  }
  return { data, ...validity(target, length, row => isMissing[row] === 1) }
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
