/**
 * Conditions on one fact of an entry: equal, or compared as in the option `where` of tables. Each is checked and made
 * a function once, before anything is read.
 */
import { types } from 'node:util'
import { wrongOption } from '../options.js'

/** Comparisons that all have to hold. None holds for a fact that is not known; for null only `eq: null` and `in`. */
export interface Comparison<T> {
  readonly eq?: T | null
  readonly ne?: T | null
  readonly lt?: T
  readonly lte?: T
  readonly gt?: T
  readonly gte?: T
  /** Equal to one of them. */
  readonly in?: readonly (T | null)[]
}

/** Whether a fact answers a condition. */
export type Test = (fact: unknown) => boolean

/** Negative, zero or positive, as for `sort`; undefined where two values have no order. */
export type Order = (a: unknown, b: unknown) => number | undefined

const RANGES: Readonly<Record<string, (sign: number) => boolean>> = {
  lt: sign => sign < 0,
  lte: sign => sign <= 0,
  gt: sign => sign > 0,
  gte: sign => sign >= 0,
}
const OPERATORS: readonly string[] = ['eq', 'ne', 'in', ...Object.keys(RANGES)]

/** Numbers among themselves and strings among themselves. */
const naturalOrder: Order = (a, b) => {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  return numericOrder(a, b)
}

export const numericOrder: Order = (a, b) =>
  typeof a !== 'number' || typeof b !== 'number' || Number.isNaN(a) || Number.isNaN(b)
    ? undefined
    : a < b
      ? -1
      : a > b
        ? 1
        : 0

/**
 * The condition on attributes: a value that it has to equal, a {@link Comparison}, or an object whose members are
 * conditions again. OPTION_INVALID for what no attribute can be.
 */
export function attributeTest(option: string, wanted: unknown): Test {
  if (!isPlainObject(wanted)) return equalTo(option, wanted)
  const names = Object.keys(wanted)
  const operators = names.filter(name => OPERATORS.includes(name))
  if (operators.length > 0) {
    if (operators.length < names.length) {
      throw wrongOption(option, `a comparison or a value, not both; a value with such members is { eq: … }`)
    }
    return comparisonTest(option, wanted, naturalOrder)
  }
  const members = names.map(name => [name, attributeTest(`${option}.${name}`, wanted[name])] as const)
  return fact =>
    isPlainObject(fact) && members.every(([name, test]) => Object.hasOwn(fact, name) && test(fact[name]))
}

/** The condition on a fact that has no members: a value or a {@link Comparison}. */
export function plainTest(option: string, wanted: unknown, order: Order): Test {
  if (isPlainObject(wanted)) return comparisonTest(option, wanted, order)
  if (order(wanted, wanted) === undefined)
    throw wrongOption(option, 'a value to compare with, or a comparison')
  return equalTo(option, wanted)
}

function comparisonTest(option: string, wanted: Readonly<Record<string, unknown>>, order: Order): Test {
  const tests = Object.entries(wanted).map(([name, operand]) =>
    operatorTest(`${option}.${name}`, name, operand, order),
  )
  if (tests.length === 0) throw wrongOption(option, `a comparison: ${OPERATORS.join(', ')}`)
  return fact => tests.every(test => test(fact))
}

function operatorTest(option: string, name: string, operand: unknown, order: Order): Test {
  if (name === 'eq') return equalTo(option, operand)
  if (name === 'ne') {
    const equal = equalTo(option, operand)
    return fact => fact !== undefined && fact !== null && !equal(fact)
  }
  if (name === 'in') {
    if (!Array.isArray(operand)) throw wrongOption(option, 'an array of values')
    const tests = operand.map((item, index) => equalTo(`${option}[${index}]`, item))
    return fact => tests.some(test => test(fact))
  }
  const holds = Object.hasOwn(RANGES, name) ? RANGES[name] : undefined
  if (holds === undefined) throw wrongOption(option, `one of ${OPERATORS.join(', ')}`)
  // Dates are text in the records, and that text is ordered as they are.
  const bound = types.isDate(operand) ? JSON.parse(canonical(option, operand)) : operand
  if (order(bound, bound) === undefined) throw wrongOption(option, 'a value that has an order')
  return fact => {
    const sign = order(fact, bound)
    return sign !== undefined && holds(sign)
  }
}

function equalTo(option: string, wanted: unknown): Test {
  const text = canonical(option, wanted)
  if (typeof wanted !== 'object' || wanted === null) return fact => fact === wanted
  return fact => typeof fact !== 'undefined' && canonical(option, fact) === text
}

/** JSON with members in order, so that equal values have equal texts. */
function canonical(option: string, value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (types.isDate(value) && !Number.isNaN(value.getTime())) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item, i) => canonical(`${option}[${i}]`, item)).join()}]`
  if (!isPlainObject(value)) throw wrongOption(option, 'a plain JSON value')
  const members = Object.keys(value)
    .sort()
    .map(name => `${JSON.stringify(name)}:${canonical(`${option}.${name}`, value[name])}`)
  return `{${members.join()}}`
}

/** Notebooks run cells in another realm, whose `Object` is not ours. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]'
}
