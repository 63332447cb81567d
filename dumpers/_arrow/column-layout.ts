/**
 * For every Arrow type that can be compared: its values in order, and how to scan the buffers of a column for those in
 * a set. Lists, structs, maps, unions and intervals cannot.
 */
import type { Data, DataType } from 'apache-arrow'
import { shorter, testBytes } from './byte-rows.js'
import * as domains from './domain.js'
import type { Arrow } from './rebuild.js'
import { byteTest } from './scan-bytes.js'
import { scanDecimals } from './scan-decimals.js'
import {
  type LargeValues,
  type SmallValues,
  scanBits,
  scanHalves,
  scanLarge,
  scanSmall,
} from './scan-numbers.js'
import type { Raw, ValueSet } from './value-set.js'

/** Writes 1 for every row whose value is in a set, 0 for the others; anything for nulls. */
export type DataScan = (data: Data, hits: Uint8Array) => void

/** What is to be made of a type, whatever the form of its values. */
type WithLayout<R> = <T extends Raw>(domain: domains.Domain<T>, scanFor: (set: ValueSet<T>) => DataScan) => R

/** No decimal has as many digits; a scale comes out of a file, and ten to its power must fit into memory. */
const LARGEST_SCALE = 1000

/** Undefined where the values of `type` cannot be compared. A dictionary has the layout of its values. */
export function withLayout<R>(arrow: Arrow, type: DataType, use: WithLayout<R>): R | undefined {
  const { DataType } = arrow
  const small = (domain: domains.Domain<number>): R =>
    use(domain, set => {
      const scan = scanSmall(domain, set)
      return (data, hits) => scan(smallValues(data), hits)
    })
  const large = (domain: domains.Domain<bigint>): R =>
    use(domain, set => {
      const scan = scanLarge(domain, set)
      return (data, hits) => scan(largeValues(data), hits)
    })
  const bytes = (domain: domains.Domain<Uint8Array>): R =>
    use(domain, set => {
      const test = byteTest(domain, set)
      return (data, hits) => testBytes(arrow, data, test, hits)
    })

  if (DataType.isNull(type)) return use(domains.NOTHING, () => () => {})
  if (DataType.isBool(type)) return use(domains.BOOLEANS, boolScan)
  if (DataType.isInt(type)) {
    const { bitWidth, isSigned } = type
    if (bitWidth === 64) return large(domains.largeIntegers(isSigned))
    return small(domains.smallIntegers(bitWidth, isSigned))
  }
  if (DataType.isFloat(type)) {
    return type.precision === arrow.Precision.HALF ? use(domains.FLOATS, halfScan) : small(domains.FLOATS)
  }
  if (DataType.isDecimal(type) && Math.abs(type.scale) <= LARGEST_SCALE) {
    const width = type.bitWidth / 32
    return use(domains.decimals(type.bitWidth, type.scale), set => {
      const scan = scanDecimals(set, width)
      return (data, hits) => scan(words(data, width), hits)
    })
  }
  if (DataType.isDate(type)) {
    return type.unit === arrow.DateUnit.DAY
      ? small(domains.days())
      : large(domains.timestamps(arrow.TimeUnit.MILLISECOND))
  }
  if (DataType.isTimestamp(type)) return large(domains.timestamps(type.unit))
  if (DataType.isTime(type) && type.bitWidth === 32) return small(domains.smallIntegers(32, true))
  if (DataType.isTime(type) || DataType.isDuration(type)) return large(domains.largeIntegers(true))
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type))
    return bytes(domains.STRINGS)
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isBinaryView(type))
    return bytes(domains.BYTES)
  if (DataType.isFixedSizeBinary(type)) return bytes(domains.BYTES)
  return undefined
}

function boolScan(set: ValueSet<number>): DataScan {
  const scan = scanBits(domains.BOOLEANS, set)
  return (data, hits) => {
    const bits = typedValues(data, (data.offset + data.length + 7) >> 3)
    if (!(bits instanceof Uint8Array)) throw shorter()
    scan({ bits, offset: data.offset }, hits)
  }
}

function halfScan(set: ValueSet<number>): DataScan {
  const scan = scanHalves(domains.FLOATS, set)
  return (data, hits) => {
    const bits = typedValues(data, data.length)
    if (!(bits instanceof Uint16Array)) throw shorter()
    scan(bits, hits)
  }
}

function smallValues(data: Data): SmallValues {
  const values = typedValues(data, data.length)
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) throw shorter()
  return values
}

function largeValues(data: Data): LargeValues {
  const values = typedValues(data, data.length)
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return values
  throw shorter()
}

function words(data: Data, width: number): Uint32Array {
  const values = typedValues(data, data.length * width)
  if (values instanceof Uint32Array) return values
  throw shorter()
}

/** The values of a column, which are at least `length` numbers. */
export function typedValues(data: Data, length: number): SmallValues | LargeValues {
  const values: unknown = data.values
  if (!isTyped(values) || values.length < length) throw shorter()
  return values
}

/** What Arrow keeps values in. A clamped array is not among them. */
function isTyped(values: unknown): values is SmallValues | LargeValues {
  return ArrayBuffer.isView(values) && !(values instanceof DataView)
}
