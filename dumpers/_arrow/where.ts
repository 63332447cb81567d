/**
 * The option `where`: which rows of a table to read. It is compiled once for the columns of a table, skips row groups
 * by their statistics and finds the rows of a batch by scanning its columns.
 */
import { types } from 'node:util'
import type { Field, RecordBatch } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import { isPlainObject } from '../_plain/plain-object.js'
import { type ColumnTest, type Comparison, columnTest, type Operator } from './column-test.js'
import type { Comparable } from './domain.js'
import { nearest } from './nearest.js'
import type { Arrow } from './rebuild.js'
import { type RowRanges, rangesOf } from './row-ranges.js'
import type { ColumnStatistics } from './value-set.js'

export type { Comparable } from './domain.js'

/** Comparisons that all have to hold for the value of a column. */
export interface Condition {
  /** Equal; `null`: is null. */
  readonly eq?: Comparable | null
  /** Not equal, and not null; `null`: is not null. */
  readonly ne?: Comparable | null
  readonly lt?: Comparable
  readonly lte?: Comparable
  readonly gt?: Comparable
  readonly gte?: Comparable
  /** Equal to one of them. An empty array is no row. */
  readonly in?: readonly (Comparable | null)[]
}

/**
 * Which rows: column name to a value that it has to equal, or to a condition. Rows for which all columns hold are
 * meant; `{}` is all rows.
 *
 * - **null** is neither equal nor unequal to a value, as in SQL: `{ x: { ne: 5 } }` leaves nulls out, `{ x: null }` is
 *   null, `{ x: { ne: null } }` is not null, `{ x: { in: [1, null] } }` is 1 or null.
 * - **Numbers** (number or bigint) are compared exactly, whatever the type of the column. A float32 column that was
 *   given 0.1 holds 0.10000000149…, which is greater than 0.1: compare with `Math.fround(0.1)`. Both zeros are equal.
 *   NaN in a column is unequal to everything and matches `ne` only; it cannot be asked for.
 * - **Timestamps and dates**: a Date exactly, also between the milliseconds of finer units; a number as Arrow's `get`
 *   gives it, milliseconds since 1970; a bigint in the unit of the column. Zones do not matter: all are instants.
 *   Times of day and durations: numbers and bigints in the unit of the column.
 * - **Decimals**: a number as JavaScript prints it, a bigint, or a string such as `'12.50'`, exactly.
 * - **Strings** are ordered by code points, binaries by bytes, `false` before `true`.
 * - A dictionary is compared by its values. Lists, structs, maps, unions and intervals cannot be compared.
 *
 * @example
 * `{ cell: 'L5tt', rate: { gt: 0.5, lte: 20 }, day: { gte: new Date('2024-03-01') }, trial: { in: [1, 2, 5] } }`
 */
export type Where = Readonly<Record<string, Comparable | null | Condition>>

/** What `where` says of one table. */
export interface Predicate {
  /** The columns that it looks at. */
  readonly columns: readonly string[]
  /** The rows of a batch for which it holds. RangeError where the buffers of the batch are damaged. */
  matches(batch: RecordBatch): RowRanges
  /** False where the statistics of a row group prove that no row can match. */
  mayMatch(statistics: (column: string) => ColumnStatistics | undefined): boolean
}

const OPERATORS: Readonly<Record<Operator, string>> = {
  eq: 'a value or null',
  ne: 'a value or null',
  lt: 'a value',
  lte: 'a value',
  gt: 'a value',
  gte: 'a value',
  in: 'an array of values and nulls',
}

/**
 * Compiles the option for the columns `fields`. OPTION_INVALID for anything that is not a {@link Where} of them: an
 * unknown column (`near` names those that look like it), an unknown operator, a condition that says nothing, NaN, or a
 * value that the type of the column is not compared with.
 */
export function compileWhere(arrow: Arrow, where: unknown, fields: readonly Field[]): Predicate {
  if (!isRecord(where)) {
    throw invalid('The option `where` is an object that maps names of columns to values or conditions.')
  }
  const tests = Object.entries(where).map(([name, condition]) => {
    const field = fields.find(field => field.name === name) ?? unknownColumn(name, fields)
    return { name, test: columnTest(arrow, field, comparisonsOf(name, condition)) }
  })
  return {
    columns: tests.map(({ name }) => name),
    matches: batch => matches(tests, batch),
    mayMatch: statistics => tests.every(({ name, test }) => test.mayMatch(statistics(name))),
  }
}

function matches(tests: readonly { name: string; test: ColumnTest }[], batch: RecordBatch): RowRanges {
  let all: Uint8Array | undefined
  for (const { name, test } of tests) {
    const data = batch.data.children[batch.schema.fields.findIndex(field => field.name === name)]
    if (data === undefined) throw new RangeError(`a batch lacks column ${JSON.stringify(name)}`)
    const hits = test.hits(data)
    if (all === undefined) all = hits
    else for (let i = 0; i < all.length; i++) all[i]! &= hits[i]!
  }
  return all === undefined ? rangesOf(new Uint8Array(batch.numRows).fill(1)) : rangesOf(all)
}

function comparisonsOf(name: string, condition: unknown): readonly Comparison[] {
  if (condition === null || isComparable(condition)) return [['eq', [operand(name, condition)]]]
  if (!isRecord(condition)) {
    const hint = Array.isArray(condition) ? 'For one of several values write { in: [ … ] }' : CONDITION
    throw invalid(`Column ${JSON.stringify(name)} cannot be compared with ${kindOf(condition)}. ${hint}.`)
  }
  const comparisons = Object.entries(condition).map(([operator, value]): Comparison => {
    if (!isOperator(operator)) {
      throw invalid(
        `There is no operator ${JSON.stringify(operator)} (column ${JSON.stringify(name)}). ${CONDITION}.`,
      )
    }
    const operands = operator === 'in' ? value : [value]
    const nullable = operator === 'eq' || operator === 'ne' || operator === 'in'
    if (!isArray(operands) || (!nullable && value === null)) {
      throw invalid(
        `The operator \`${operator}\` of column ${JSON.stringify(name)} takes ${OPERATORS[operator]}, not ${kindOf(value)}.`,
      )
    }
    return [operator, operands.map(one => operand(name, one))]
  })
  if (comparisons.length > 0) return comparisons
  throw invalid(`The condition on column ${JSON.stringify(name)} is empty. ${CONDITION}.`)
}

const CONDITION = 'A condition is a value, null, or an object with eq, ne, lt, lte, gt, gte or in'

function operand(name: string, value: unknown): Comparable | null {
  if (value !== null && !isComparable(value)) {
    throw invalid(`Column ${JSON.stringify(name)} cannot be compared with ${kindOf(value)}. ${CONDITION}.`)
  }
  if (typeof value === 'number' && Number.isNaN(value)) {
    throw invalid(`Column ${JSON.stringify(name)} cannot be compared with NaN, to which nothing is equal.`)
  }
  if (types.isDate(value) && Number.isNaN(value.getTime())) {
    throw invalid(`Column ${JSON.stringify(name)} cannot be compared with an invalid Date.`)
  }
  return value
}

function isComparable(value: unknown): value is Comparable {
  if (types.isDate(value) || types.isUint8Array(value)) return true
  const type = typeof value
  return type === 'number' || type === 'bigint' || type === 'string' || type === 'boolean'
}

function isOperator(name: string): name is Operator {
  return Object.hasOwn(OPERATORS, name)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && isPlainObject(value)
}

/** `Array.isArray` makes any of unknown. */
function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'such an object' : `a ${typeof value}`
}

function unknownColumn(name: string, fields: readonly Field[]): never {
  const names = fields.map(field => field.name)
  const near = nearest(name, names)
  const rest = names.length > near.length ? ` (of ${names.length} columns)` : ''
  const list = near.map(item => JSON.stringify(item)).join(', ')
  throw new DirdictError(
    'OPTION_INVALID',
    `There is no column ${JSON.stringify(name)}. There is: ${list}${rest}.`,
    {
      option: 'where',
      near,
    },
  )
}

function invalid(message: string): DirdictError {
  return new DirdictError('OPTION_INVALID', message, { option: 'where' })
}
