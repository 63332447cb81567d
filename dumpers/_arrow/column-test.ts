/**
 * The conditions on one column as one set of values, and which rows are in it. Null is in no set: whether it is wanted
 * is said beside it.
 */
import type { Data, Field, Vector } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import { shorter } from './byte-rows.js'
import { type DataScan, typedValues, withLayout } from './column-layout.js'
import type { Comparable, Domain } from './domain.js'
import type { Arrow } from './rebuild.js'
import {
  allBut,
  anyOf,
  type ColumnStatistics,
  complement,
  everything,
  intersection,
  meets,
  type Position,
  type Raw,
  range,
  type ValueSet,
} from './value-set.js'

export type Operator = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'in'
/** What all has to hold: an operator and what it compares with. Only `in` has any other number than one. */
export type Comparison = readonly [operator: Operator, operands: readonly (Comparable | null)[]]

export interface ColumnTest {
  /** 1 for each row for which the conditions hold, 0 for the others. RangeError where the buffers are damaged. */
  hits(data: Data): Uint8Array
  /** False where no row with these statistics can be a hit. */
  mayMatch(statistics: ColumnStatistics | undefined): boolean
}

/** The test of a column that is no dictionary. */
interface PlainTest extends ColumnTest {
  /** Whether null is a hit. */
  readonly nulls: boolean
}

interface Wanted<T extends Raw> {
  readonly set: ValueSet<T>
  readonly nulls: boolean
}

/** OPTION_INVALID where the type cannot be compared, or not with one of the operands. */
export function columnTest(arrow: Arrow, field: Field, comparisons: readonly Comparison[]): ColumnTest {
  const isDictionary = arrow.DataType.isDictionary(field.type)
  const type = isDictionary ? field.type.dictionary : field.type
  const isNull = arrow.DataType.isNull(type)
  const test = withLayout(arrow, type, (domain, scanFor) => {
    const wanted = wantedBy(domain, field, comparisons)
    return plainTest(domain, wanted, scanFor(wanted.set), isNull)
  })
  if (test !== undefined) return isDictionary ? throughDictionary(test) : test
  throw invalid(
    field,
    'which `where` does not compare. Leave it out of `where`, read the column and choose among its values',
  )
}

function wantedBy<T extends Raw>(
  domain: Domain<T>,
  field: Field,
  comparisons: readonly Comparison[],
): Wanted<T> {
  return comparisons.reduce<Wanted<T>>(
    (wanted, [operator, operands]) => {
      const values = operands.filter(operand => operand !== null)
      const positions = values.map(value => locate(domain, field, value))
      const nulls = values.length < operands.length
      const next = wantedByOne(domain, operator, positions, nulls)
      return { set: intersection(domain, wanted.set, next.set), nulls: wanted.nulls && next.nulls }
    },
    { set: everything(domain), nulls: true },
  )
}

function wantedByOne<T extends Raw>(
  domain: Domain<T>,
  operator: Operator,
  positions: readonly Position<T>[],
  withNull: boolean,
): Wanted<T> {
  const [position] = positions
  if (operator === 'eq' || operator === 'in') return { set: anyOf(domain, positions), nulls: withNull }
  // `ne: null`, the only one of the others that null is an operand of.
  if (position === undefined) return { set: everything(domain), nulls: false }
  return { set: setBy(domain, operator, position), nulls: false }
}

function setBy<T extends Raw>(
  domain: Domain<T>,
  operator: Exclude<Operator, 'eq' | 'in'>,
  position: Position<T>,
): ValueSet<T> {
  switch (operator) {
    case 'ne':
      return allBut(domain, position)
    case 'lt':
      return range(domain, domain.least, position.from)
    case 'lte':
      return range(domain, domain.least, position.after)
    case 'gt':
      return range(domain, position.after, undefined)
    case 'gte':
      return range(domain, position.from, undefined)
  }
}

function locate<T extends Raw>(domain: Domain<T>, field: Field, operand: Comparable): Position<T> {
  const position = domain.locate(operand)
  if (position !== undefined) return position
  const what =
    typeof operand === 'object' ? operand.constructor.name : `the ${typeof operand} ${shown(operand)}`
  throw invalid(field, `which \`where\` compares with ${domain.takes}, not with ${what}`)
}

function plainTest<T extends Raw>(
  domain: Domain<T>,
  { set, nulls }: Wanted<T>,
  scan: DataScan,
  isNull: boolean,
): PlainTest {
  const all = set.unordered && complement(domain, set.boundaries).length === 0
  const none = set.boundaries.length === 0 && !set.unordered
  return {
    nulls,
    hits(data) {
      const hits = new Uint8Array(data.length)
      if (data.length === 0) return hits
      if (isNull) return hits.fill(nulls ? 1 : 0)
      if (all) hits.fill(1)
      else if (!none) scan(data, hits)
      markNulls(data, hits, nulls)
      return hits
    },
    mayMatch(statistics) {
      if (statistics === undefined) return true
      if (nulls && statistics.nulls !== 0) return true
      if (none || statistics.nulls === statistics.rows) return false
      // Statistics do not count NaN.
      if (set.unordered && domain.hasNaN) return true
      const { min, max } = statistics
      return meets(
        domain,
        set.boundaries,
        min !== undefined && domain.isRaw(min) ? min : undefined,
        max !== undefined && domain.isRaw(max) ? max : undefined,
      )
    },
  }
}

/** Each value of a dictionary is looked at once, however many rows have it. */
function throughDictionary(test: PlainTest): ColumnTest {
  const known = new WeakMap<Vector, Uint8Array>()
  const tableOf = (dictionary: Vector): Uint8Array => {
    const table = known.get(dictionary) ?? Buffer.concat(dictionary.data.map(data => test.hits(data)))
    known.set(dictionary, table)
    return table
  }
  return {
    hits(data) {
      if (data.dictionary === undefined) throw new RangeError('a column lacks its dictionary')
      const table = tableOf(data.dictionary)
      const hits = new Uint8Array(data.length)
      const keys = keysOf(data)
      for (let i = 0; i < hits.length; i++) {
        const hit = table[keys[i]!]
        if (hit === undefined && data.getValid(i)) throw new RangeError('a key is not in its dictionary')
        hits[i] = hit ?? 0
      }
      markNulls(data, hits, test.nulls)
      return hits
    },
    mayMatch: statistics => test.mayMatch(statistics),
  }
}

function keysOf(data: Data): Int32Array {
  const keys = typedValues(data, data.length)
  if (keys instanceof BigInt64Array || keys instanceof BigUint64Array) return Int32Array.from(keys, Number)
  return keys instanceof Int32Array ? keys : Int32Array.from(keys)
}

/** Null slots hold anything. Arrow's bitmaps: least significant bit first, 0 for null. */
function markNulls(data: Data, hits: Uint8Array, nulls: boolean): void {
  const bitmap: unknown = data.nullBitmap
  if (!(bitmap instanceof Uint8Array) || bitmap.byteLength === 0 || data.nullCount === 0) return
  const { offset } = data
  if (bitmap.byteLength < (offset + hits.length + 7) >> 3) throw shorter()
  const hit = nulls ? 1 : 0
  for (let i = 0; i < hits.length; i++) {
    const at = offset + i
    if (((bitmap[at >> 3]! >> (at & 7)) & 1) === 0) hits[i] = hit
  }
}

function shown(operand: Comparable): string {
  const text = typeof operand === 'string' ? JSON.stringify(operand) : String(operand)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

function invalid(field: Field, what: string): DirdictError {
  return new DirdictError(
    'OPTION_INVALID',
    `Column ${JSON.stringify(field.name)} is ${field.type}, ${what}.`,
    {
      option: 'where',
    },
  )
}
