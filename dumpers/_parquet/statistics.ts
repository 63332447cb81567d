/**
 * What a footer says of the values in a column chunk, as far as it can be trusted: a bound that might not be one would
 * hide rows. Whatever is missing, of another order or not of the column's type is left out.
 * Format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (Statistics, ColumnOrder)
 */
import type { DataType, Field } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import type { ColumnStatistics, Raw } from '../_arrow/value-set.js'
import { type Bound, boundOf } from './bound.js'
import { type Footer, field as required, type TopColumn } from './footer.js'
import {
  type Fields,
  type Part,
  readBinary,
  readInteger,
  readList,
  readNumber,
  readStruct,
} from './thrift.js'

export type { ColumnStatistics } from '../_arrow/value-set.js'

/** What the schema of a file says of a column without children. */
export interface LeafSchema {
  /** SchemaElement. */
  readonly element: Fields
  /** ColumnOrder; undefined in files that are older than it. */
  readonly order: Part | undefined
}

/** Members of Statistics. */
const OLD_MAX = 1
const OLD_MIN = 2
const NULLS = 3
const MAX = 5
const MIN = 6
const MAX_IS_EXACT = 7
const MIN_IS_EXACT = 8

const FALSE = 2
const REPEATED = 2
const TYPE_DEFINED_ORDER = 1

/** Undefined for a nested column. */
export function leafSchema(footer: Footer, column: TopColumn): LeafSchema | undefined {
  const [element, ...others] = column.elements
  if (element === undefined || others.length > 0) return undefined
  const orders = footer.fields.get(7)
  return {
    element: readStruct(element),
    order: orders === undefined ? undefined : readList(orders)[column.firstLeaf],
  }
}

/**
 * The statistics of a chunk of `rows` rows, in the form in which the Arrow column `field` stores its values (see `Raw`);
 * undefined where there are none. `metadata` is the chunk's ColumnMetaData. RangeError where it cannot be decoded.
 */
export function readStatistics(
  arrow: Arrow,
  metadata: Fields,
  field: Field,
  rows: number,
  leaf: LeafSchema,
): ColumnStatistics | undefined {
  const type: DataType = arrow.DataType.isDictionary(field.type) ? field.type.dictionary : field.type
  if (arrow.DataType.isNull(type)) return { rows, nulls: rows }
  const part = metadata.get(12)
  const repetition = leaf.element.get(3)
  if (part === undefined || (repetition !== undefined && readNumber(repetition) === REPEATED))
    return undefined
  if (readInteger(required(metadata, 5)) !== BigInt(rows)) return undefined
  const statistics = readStruct(part)
  const bound = boundOf(arrow, type, readNumber(required(metadata, 1)), leaf.element)
  const nulls = nullsOf(statistics, rows)
  return {
    rows,
    ...(nulls === undefined ? {} : { nulls }),
    ...(bound === undefined ? {} : boundsOf(statistics, bound, leaf.order)),
  }
}

function nullsOf(statistics: Fields, rows: number): number | undefined {
  const part = statistics.get(NULLS)
  if (part === undefined) return undefined
  const nulls = readInteger(part)
  return nulls >= 0n && nulls <= BigInt(rows) ? Number(nulls) : undefined
}

function boundsOf(statistics: Fields, bound: Bound, order: Part | undefined): { min?: Raw; max?: Raw } {
  const min = oneOf(statistics, bound, order, MIN, OLD_MIN, MIN_IS_EXACT)
  const max = oneOf(statistics, bound, order, MAX, OLD_MAX, MAX_IS_EXACT)
  // Some writers take NaN for a bound, and then neither of the two means anything.
  if (Number.isNaN(min) || Number.isNaN(max)) return {}
  if (min !== undefined && max !== undefined && isGreater(min, max)) return {}
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
}

function oneOf(
  statistics: Fields,
  bound: Bound,
  order: Part | undefined,
  current: number,
  old: number,
  isExact: number,
): Raw | undefined {
  const part = statistics.get(current)
  if (part !== undefined && isOrderKnown(order, bound)) {
    // Only of bytes is a part of the value a bound.
    if (bound.isWhole && statistics.get(isExact)?.type === FALSE) return undefined
    return bound.decode(readBinary(part))
  }
  const oldPart = statistics.get(old)
  return oldPart !== undefined && bound.isSigned ? bound.decode(readBinary(oldPart)) : undefined
}

/** Without an order, and in the old members, values were compared as if they had a sign. */
function isOrderKnown(order: Part | undefined, bound: Bound): boolean {
  return order === undefined ? bound.isSigned : readStruct(order).has(TYPE_DEFINED_ORDER)
}

function isGreater(min: Raw, max: Raw): boolean {
  if (typeof min === 'object') return typeof max !== 'object' || Buffer.compare(min, max) > 0
  return typeof max === 'object' || min > max
}
