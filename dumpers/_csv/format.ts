/**
 * The values of a column as text, exact: each type's text reads back as the same value. Text is quoted where RFC 4180
 * asks for it, and where other readers would take it for null or trim it.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import type { Data } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import { formatDate, formatTime, formatTimestamp } from './dates.js'
import { formatDecimal, formatFloat, fromHalf } from './numbers.js'
import { quoted } from './refusal.js'
import type { CsvField, Delimiter } from './schema.js'
import { type Kind, MOST_DIGITS, nameOf } from './types.js'

/** Quotes a text where it needs it. */
export type Quote = (text: string) => string
/** The fields of rows [from, to) of a column. */
export type Fields = (from: number, to: number) => readonly string[]

const DAY_IN_MS = 86_400_000n
/** A day by Arrow's number of the unit. */
const UNITS_PER_DAY: readonly number[] = [86_400, 86_400e3, 86_400e6, 86_400e9]
/** What other readers take for null. Between quotes some of them do not. */
const NULL_WORDS = new Set(['', 'NA', 'N/A', 'NULL', 'null', 'None', 'NaN', 'nan'])

/** `\s` is also the byte order mark, which readers take off the start of a file. */
export function quoter(delimiter: Delimiter): Quote {
  const special = new RegExp(`["\\r\\n${delimiter === '|' ? '\\|' : delimiter}]|^\\s|\\s$`)
  return text =>
    special.test(text) || (text.length < 5 && NULL_WORDS.has(text)) ? `"${text.replaceAll('"', '""')}"` : text
}

/** VALUE_REJECTED, when the fields are asked for, for values that their own type does not allow. */
export function fieldsOf(data: Data, field: CsvField, quote: Quote): Fields {
  const [nullText = ''] = field.nulls
  const { kind } = field
  if (kind.kind === 'null') return (from, to) => new Array<string>(to - from).fill(nullText)
  const format =
    kind.kind === 'dictionary'
      ? dictionaryFormat(data, field, quote)
      : kind.kind === 'text'
        ? undefined
        : formatOf(data, kind, field.name)
  return (from, to) => {
    const formatted = format ?? textFormat(data, field.name, from, to, quote)
    const fields: string[] = []
    for (let i = from; i < to; i++) fields.push(data.getValid(i) ? formatted(i) : nullText)
    return fields
  }
}

/** The texts of a column of text. VALUE_REJECTED where they are not UTF-8. */
export function textsOf(data: Data, name: string, from: number, to: number): (row: number) => string {
  const { values, valueOffsets } = data
  const starts: ArrayLike<number | bigint> = valueOffsets
  const base = Number(starts[from] ?? 0)
  const bytes: Uint8Array = values.subarray(base, Number(starts[to] ?? 0))
  const slab = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const ascii = isAscii(slab) ? slab.toString('latin1') : undefined
  return row => {
    const start = Number(starts[row] ?? 0) - base
    const end = Number(starts[row + 1] ?? 0) - base
    if (!(start >= 0 && start <= end && end <= slab.length))
      throw rejected(name, `row ${row} lies outside of the column's memory`)
    if (ascii !== undefined) return ascii.slice(start, end)
    const text = slab.subarray(start, end)
    if (!isUtf8(text)) throw rejected(name, `row ${row} is not UTF-8`)
    return text.toString('utf8')
  }
}

/** The values of a column's dictionary. Arrow's own decoder takes a byte order mark off each of them. */
export function dictionaryTexts({ dictionary }: Data, name: string): readonly (string | null)[] {
  return (dictionary?.data ?? []).flatMap(data => {
    const text = textsOf(data, name, 0, data.length)
    return Array.from({ length: data.length }, (_, row) => (data.getValid(row) ? text(row) : null))
  })
}

export function rejected(name: string, what: string): DirdictError {
  return new DirdictError('VALUE_REJECTED', `Column ${quoted(name)} cannot be stored as CSV: ${what}.`, {
    dumper: 'csv',
  })
}

function textFormat(
  data: Data,
  name: string,
  from: number,
  to: number,
  quote: Quote,
): (row: number) => string {
  const text = textsOf(data, name, from, to)
  return row => quote(text(row))
}

function dictionaryFormat(data: Data, field: CsvField, quote: Quote): (row: number) => string {
  const [nullText = ''] = field.nulls
  const fields = dictionaryTexts(data, field.name).map(text => (text === null ? nullText : quote(text)))
  const indices: ArrayLike<number> = data.values
  return row => {
    const found = fields[indices[row] ?? -1]
    if (found === undefined)
      throw rejected(
        field.name,
        `row ${row} has index ${indices[row]}, the dictionary ${fields.length} values`,
      )
    return found
  }
}

function formatOf(
  data: Data,
  kind: Exclude<Kind, { kind: 'null' | 'text' | 'dictionary' }>,
  name: string,
): (row: number) => string {
  const bad = (row: number, what: string): DirdictError =>
    rejected(name, `row ${row} is no ${nameOf(kind)}: ${what}`)
  const { offset, values } = data
  const numbers: ArrayLike<number> = values
  const bigs: ArrayLike<bigint> = values
  const number = (row: number): number => numbers[row] ?? Number.NaN
  const big = (row: number): bigint => bigs[row] ?? 0n
  switch (kind.kind) {
    case 'bool':
      return row => ((number((offset + row) >> 3) >> ((offset + row) & 7)) & 1 ? 'true' : 'false')
    case 'integer':
      return kind.bits === 64 ? row => String(big(row)) : row => String(number(row))
    case 'float':
      return kind.bits === 16
        ? row => formatFloat(fromHalf(number(row)), 16)
        : row => formatFloat(number(row), kind.bits)
    case 'date':
      if (kind.bits === 32) return row => formatDate(number(row))
      return row => {
        const value = big(row)
        if (value % DAY_IN_MS !== 0n) throw bad(row, `${value} ms is not a whole day`)
        return formatDate(Number(value / DAY_IN_MS))
      }
    case 'time':
      return row => {
        const count = kind.unit < 2 ? number(row) : Number(big(row))
        if (!(count >= 0 && count < (UNITS_PER_DAY[kind.unit] ?? 0)))
          throw bad(row, `${count} is outside of a day`)
        return formatTime(count, kind.unit)
      }
    case 'timestamp':
      return kind.zone === undefined
        ? row => formatTimestamp(big(row), kind.unit)
        : row => `${formatTimestamp(big(row), kind.unit)}Z`
    case 'duration':
      return row => String(big(row))
    case 'decimal': {
      const words = kind.bits / 32
      const end = 10n ** BigInt(Math.min(kind.precision, MOST_DIGITS.get(kind.bits) ?? 0))
      return row => {
        let value = 0n
        for (let word = words - 1; word >= 0; word--)
          value = (value << 32n) | BigInt(number(row * words + word))
        value = BigInt.asIntN(kind.bits, value)
        if (value >= end || value <= -end) throw bad(row, `it has more than ${kind.precision} digits`)
        return formatDecimal(value, kind.scale)
      }
    }
  }
}
