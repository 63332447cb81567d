/**
 * What the second process has to find: counts, sums and a few cells of what was stored, as JSON.
 */
import type { Table } from 'apache-arrow'
import type { NDArray } from 'dirdict'
import { integers, type Summary } from './delays.js'

export interface Expected {
  readonly flights: TableFacts
  readonly delay: ArrayFacts
  readonly summary: Summary
  readonly weather: { readonly rows: number; readonly precipitation: number }
}

export interface TableFacts {
  readonly rows: number
  readonly columns: readonly string[]
  /** Exact sums of 64-bit integers, as text. */
  readonly sums: Readonly<Record<string, string>>
  readonly cells: readonly string[]
}

export interface ArrayFacts {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly sum: number
  readonly missing: number
}

type Weather = readonly (readonly [name: string, column: ArrayLike<unknown>])[]

export function expectations(flights: Table, delay: NDArray, summary: Summary, weather: Weather): Expected {
  const precipitation = weather.find(([name]) => name === 'precipitation')?.[1] ?? []
  return {
    flights: tableFacts(flights),
    delay: arrayFacts(delay),
    summary,
    weather: { rows: precipitation.length, precipitation: total(precipitation) },
  }
}

export function tableFacts(table: Table): TableFacts {
  const rows = [0, 1, Math.floor(table.numRows / 3), table.numRows - 1]
  return {
    rows: table.numRows,
    columns: table.schema.fields.map(field => `${field.name}: ${field.type}`),
    sums: Object.fromEntries(['date', 'delay', 'distance'].map(name => [name, String(sumOf(table, name))])),
    cells: rows.map(row =>
      ['delay', 'origin', 'destination'].map(name => String(table.getChild(name)?.get(row))).join(' '),
    ),
  }
}

export function arrayFacts({ shape, dtype, data }: NDArray): ArrayFacts {
  const numbers = Array.from<unknown, number>(data, Number)
  const present = numbers.filter(value => !Number.isNaN(value))
  return { shape, dtype, sum: total(present), missing: numbers.length - present.length }
}

export function total(values: ArrayLike<unknown>): number {
  return Array.from(values, Number).reduce((sum, value) => sum + value, 0)
}

function sumOf(table: Table, name: string): bigint {
  let sum = 0n
  for (const batch of table.batches) for (const value of integers(batch, name)) sum += value
  return sum
}
