/** A column in a wider type, which holds the same values: what `commonType` gives. */
import type { Data, DataType } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import type { LargeValues, SmallValues } from '../_arrow/scan-numbers.js'
import { isSameType } from './common-type.js'

/** `data` itself where it has the type. RangeError for an integer that a float does not hold. */
export function converted(arrow: Arrow, data: Data, type: DataType): Data {
  const { DataType } = arrow
  if (isSameType(data.type, type)) return data
  if (DataType.isNull(data.type)) return allNull(arrow, type, data.length)
  const { offset, length, nullCount, nullBitmap, valueOffsets, values, dictionary } = data
  const make = (offsets: unknown, items: unknown, children: Data[] = []): Data =>
    new arrow.Data(
      type,
      offset,
      length,
      nullCount,
      [offsets, items, nullBitmap, undefined] as Data['buffers'],
      children,
      dictionary,
    )
  if (DataType.isDictionary(type)) return make(undefined, numbers(data, new type.indices.ArrayType(length)))
  if (DataType.isLargeUtf8(type) || DataType.isLargeBinary(type))
    return make(BigInt64Array.from(valueOffsets.subarray(0, length + 1), BigInt), values)
  if (DataType.isDecimal(type)) return make(undefined, values)
  if (DataType.isList(type))
    return make(valueOffsets, undefined, [converted(arrow, data.children[0]!, type.valueType)])
  return make(undefined, numbers(data, new type.ArrayType(length)))
}

function allNull(arrow: Arrow, type: DataType, length: number): Data {
  const [data, ...more] = arrow.vectorFromArray(new Array<null>(length).fill(null), type).data
  if (data === undefined || more.length > 0) throw new TypeError(`nulls of type ${String(type)} have no form`)
  return data
}

function numbers(data: Data, into: SmallValues | LargeValues): SmallValues | LargeValues {
  const values: SmallValues | LargeValues = data.values
  if (isBig(into)) {
    for (let i = 0; i < into.length; i++) into[i] = BigInt(values[i]!)
    return into
  }
  for (let i = 0; i < into.length; i++) {
    const value = values[i]!
    into[i] = Number(value)
    if (typeof value === 'bigint' && BigInt(into[i]!) !== value && data.getValid(i))
      throw new RangeError(`the integer ${value} has no float64`)
  }
  return into
}

function isBig(array: SmallValues | LargeValues): array is LargeValues {
  return array instanceof BigInt64Array || array instanceof BigUint64Array
}
