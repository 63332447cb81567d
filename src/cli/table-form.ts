/**
 * A table in JSON: one object a row. Integers of 64 bits are strings, times ISO 8601 with all their digits. And its
 * beginning, for people.
 */
import { inspect } from 'node:util'
import type { dataframe, OutputOf } from '../index.js'
import { DirdictError } from '../index.js'
import { assertFits, scalarForm } from './plain-form.js'
import { printable } from './print.js'

export type Table = OutputOf<typeof dataframe>
type Column = NonNullable<ReturnType<Table['getChildAt']>>
type Rows = Record<string, unknown>[]

export const PREVIEW_ROWS = 10
const PREVIEW_COLUMNS = 30
/** Digits after the seconds, by the unit that Arrow names: s, ms, µs, ns. */
const FRACTION_DIGITS: readonly number[] = [0, 3, 6, 9]

/** Every row. VALUE_REJECTED for more cells than JSON is good for, and for types that it has no form for. */
export function tableForm(table: Table): Rows {
  assertFits(table.numRows * table.numCols)
  return rowsOf(table, table.numRows, table.numCols)
}

/** Number of rows, columns with their types, and the first rows; `numRows` where `table` is only the beginning. */
export function tablePreview(
  table: Table,
  numRows: number = table.numRows,
  title: string = `Table of ${numRows} rows`,
): string {
  const columns = table.schema.fields
    .slice(0, PREVIEW_COLUMNS)
    .map(field => `  ${printable(field.name)}: ${printable(String(field.type))}`)
  if (table.numCols > PREVIEW_COLUMNS) columns.push(`  … ${table.numCols - PREVIEW_COLUMNS} more columns`)
  const shown = Math.min(PREVIEW_ROWS, table.numRows)
  const rows = rowsOf(table, shown, Math.min(PREVIEW_COLUMNS, table.numCols)).map(row =>
    inspect(row, { breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100, maxArrayLength: 10 }),
  )
  if (numRows > shown) rows.push(`… ${numRows - shown} more rows`)
  return [title, ...columns, ...rows].join('\n')
}

function rowsOf(table: Table, rows: number, columns: number): Rows {
  const found: Rows = Array.from({ length: rows }, () => ({}))
  table.schema.fields.slice(0, columns).forEach((field, index) => {
    const column = table.getChildAt(index)
    if (column === null) return
    const cell = cellOf(column, field.name)
    found.forEach((row, at) => {
      // Not an assignment: a column may be called __proto__.
      Object.defineProperty(row, field.name, {
        value: cell(at),
        enumerable: true,
        configurable: true,
        writable: true,
      })
    })
  })
  return found
}

/** How the cells of a column are written. */
export function cellOf(column: Column, name: string): (row: number) => unknown {
  const time = timeOf(column)
  if (time !== undefined) return row => (column.isValid(row) ? time(row) : null)
  return row => form(column.get(row), name)
}

function form(value: unknown, name: string): unknown {
  const scalar = scalarForm(value)
  if (scalar !== undefined) return scalar
  if (value instanceof Date) return value.toISOString()
  // Lists are vectors; structs and maps have toJSON.
  if (isVector(value)) return Array.from(value, item => form(item, name))
  if (isRow(value)) {
    return Object.fromEntries(Object.entries(value.toJSON()).map(([key, item]) => [key, form(item, name)]))
  }
  throw new DirdictError(
    'VALUE_REJECTED',
    `JSON has no form for the type of column ${JSON.stringify(name)}. Write the table to a file with --out FILE.`,
  )
}

/** The cells of a timestamp column. Arrow's own accessor gives milliseconds, and loses digits. */
function timeOf(column: Column): ((row: number) => string) | undefined {
  const { type } = column
  if (!('unit' in type && 'timezone' in type) || typeof type.unit !== 'number') return undefined
  const digits = FRACTION_DIGITS[type.unit]
  if (digits === undefined) return undefined
  const zone = type.timezone == null ? '' : 'Z'
  return row => isoTime(rawTime(column, row), digits, zone)
}

/** The 64 bits of a cell. */
function rawTime(column: Column, row: number): bigint {
  let at = row
  for (const chunk of column.data) {
    if (at < chunk.length) {
      const values: unknown = chunk.values
      return values instanceof BigInt64Array ? (values[at] ?? 0n) : 0n
    }
    at -= chunk.length
  }
  return 0n
}

/** 2001-01-01T00:00:00.000001: of `count` units of 10^-digits seconds since 1970. */
function isoTime(count: bigint, digits: number, zone: string): string {
  const unit = 10n ** BigInt(digits)
  const fraction = ((count % unit) + unit) % unit
  const seconds = Number((count - fraction) / unit)
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return `${count}e-${digits} s`
  const text = date.toISOString().slice(0, -5)
  return `${text}${digits === 0 ? '' : `.${String(fraction).padStart(digits, '0')}`}${zone}`
}

function isVector(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && 'data' in value && Symbol.iterator in value
}

function isRow(value: unknown): value is { toJSON(): Record<string, unknown> } {
  return (
    typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
  )
}
