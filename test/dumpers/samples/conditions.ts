/** Conditions of all kinds, and what they mean, said as slowly and plainly as can be. */
import fc from 'fast-check'
import type { Comparable, Condition } from '../../../dumpers/_arrow/where.js'
import type { ColumnCase } from './comparable-columns.js'
import type { Stored } from './stored-columns.js'

/** One to three comparisons with such operands. */
export function conditions(operand: fc.Arbitrary<Comparable>): fc.Arbitrary<Condition> {
  const keys = {
    eq: fc.option(operand),
    ne: fc.option(operand),
    in: fc.array(fc.option(operand), { maxLength: 12 }),
  }
  const single = fc.oneof(
    ...Object.entries(keys).map(([name, value]) => value.map((one: unknown): Condition => ({ [name]: one }))),
    ...['lt', 'lte', 'gt', 'gte'].map(name => operand.map((one): Condition => ({ [name]: one }))),
  )
  return fc.array(single, { minLength: 1, maxLength: 3 }).map(all => Object.assign({}, ...all))
}

export function holds(column: ColumnCase, value: Stored | null, condition: Condition): boolean {
  const equal = (operand: Comparable | null): boolean =>
    operand === null ? value === null : value !== null && column.compare(value, operand) === 0
  const ordered = (operand: Comparable | undefined, is: (side: number) => boolean): boolean =>
    operand === undefined || (value !== null && is(column.compare(value, operand)))
  const { eq, ne, lt, lte, gt, gte, in: list } = condition
  return (
    (eq === undefined || equal(eq)) &&
    (ne === undefined || (value !== null && !equal(ne))) &&
    (list === undefined || list.some(equal)) &&
    ordered(lt, side => side < 0) &&
    ordered(lte, side => side <= 0) &&
    ordered(gt, side => side > 0) &&
    ordered(gte, side => side >= 0)
  )
}
