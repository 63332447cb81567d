/**
 * A dictionary column with those values alone that its rows use: a dictionary of a million strings would else be sent
 * with each row group of the table.
 */
import type { Data, Vector } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import { makeBatch } from '../_arrow/batch.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { rangesOf } from '../_arrow/row-ranges.js'
import { takeRows } from '../_arrow/take.js'

type KeyArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array

/**
 * The same column where it is no dictionary, or one with no more values than rows. VALUE_REJECTED for a key that has no
 * value: the encoder, which refuses it else, would not see it any more.
 */
export function withUsedValues(arrow: Arrow, name: string, data: Data): Data {
  const { type, dictionary, length } = data
  if (!arrow.DataType.isDictionary(type) || dictionary === undefined || dictionary.length <= length)
    return data
  const keys: KeyArray = data.values.slice(0, length)
  const used = new Uint8Array(dictionary.length)
  for (let i = 0; i < length; i++) {
    if (!data.getValid(i)) continue
    const key = keys[i]!
    if (key < 0 || key >= used.length) throw outOfRange(name, key, used.length)
    used[key] = 1
  }
  const places = new Uint32Array(used.length)
  let count = 0
  for (let i = 0; i < used.length; i++) if (used[i] === 1) places[i] = count++
  for (let i = 0; i < length; i++) keys[i] = data.getValid(i) ? places[keys[i]!]! : 0
  const { offset, nullCount, nullBitmap } = data
  return arrow.makeData({
    type,
    offset,
    length,
    nullCount,
    nullBitmap,
    data: keys,
    dictionary: taken(arrow, dictionary, used),
  })
}

function taken(arrow: Arrow, dictionary: Vector, used: Uint8Array): Vector {
  const schema = new arrow.Schema([new arrow.Field('value', dictionary.type, true)])
  let start = 0
  const chunks = dictionary.data.map(chunk => {
    const batch = makeBatch(arrow, schema, [chunk], chunk.length)
    const ranges = rangesOf(used.subarray(start, start + chunk.length))
    start += chunk.length
    return takeRows(arrow, batch, ranges).data.children[0]!
  })
  return new arrow.Vector(chunks)
}

function outOfRange(name: string, key: number, values: number): DirdictError {
  return new DirdictError(
    'VALUE_REJECTED',
    `Column ${JSON.stringify(name)} has key ${key} in a row, and its dictionary ${values} values.`,
    { dumper: 'dataframe' },
  )
}
