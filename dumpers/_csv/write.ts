/**
 * A table as CSV text, some hundred thousand fields at a time. Lines end in LF, as those of pandas and DuckDB do, not in
 * the CRLF of RFC 4180, which every reader takes too, but many Unix tools leave in the last field.
 */
import { constants } from 'node:buffer'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Data, Table } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import { type Fields, fieldsOf, type Quote, quoter, rejected } from './format.js'
import { LONGEST_RECORD } from './records.js'
import type { CsvSchema } from './schema.js'

/** Fields that are formatted without letting others run: some milliseconds. */
const FIELDS_AT_ONCE = 2 ** 16
const ROWS_AT_ONCE = 2 ** 13
/** Bytes of text that become strings at once, where rows are long. */
const BYTES_AT_ONCE = 2 ** 22
/** Characters that are handed on together. */
const PIECE = 2 ** 18

/** The file, piece by piece. VALUE_REJECTED for what it could not be read from again. */
export async function* csvText(
  table: Table,
  { fields, delimiter }: CsvSchema,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const quote = quoter(delimiter)
  let written = 0
  for await (const text of lines(table, fields, delimiter, quote, signal)) {
    const bytes = Buffer.from(text, 'utf8')
    written += bytes.length
    if (written > constants.MAX_LENGTH) throw tooLong()
    yield bytes
  }
}

async function* lines(
  table: Table,
  fields: CsvSchema['fields'],
  delimiter: string,
  quote: Quote,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const header = fields.map(({ name }) => quote(name)).join(delimiter)
  if (header.length > LONGEST_RECORD) throw recordTooLong('The header')
  yield `${header}\n`
  for (const { numRows, data } of table.batches) {
    const columns = fields.map((field, i): Column => {
      const column = childOf(data, i)
      assertWhole(column, field.name)
      return { data: column, fields: fieldsOf(column, field, quote) }
    })
    for (let from = 0; from < numRows; ) {
      const to = from + rowsAtOnce(columns, from, numRows)
      yield* records(columns, from, to, delimiter)
      from = to
      await nextTurn()
      signal?.throwIfAborted()
    }
  }
}

interface Column {
  readonly data: Data
  readonly fields: Fields
}

function* records(
  columns: readonly Column[],
  from: number,
  to: number,
  delimiter: string,
): Generator<string> {
  const parts = columns.map(({ fields }) => fields(from, to))
  let text = ''
  for (let row = 0; row < to - from; row++) {
    const start = text.length
    for (let i = 0; i < parts.length; i++) {
      text += i === 0 ? (parts[i]?.[row] ?? '') : delimiter + (parts[i]?.[row] ?? '')
      if (text.length - start > LONGEST_RECORD) throw recordTooLong(`Row ${from + row}`)
    }
    text += '\n'
    if (text.length < PIECE) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

/** Few enough rows that neither their number nor their text holds up others. */
function rowsAtOnce(columns: readonly Column[], from: number, all: number): number {
  const most = Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(FIELDS_AT_ONCE / columns.length)))
  let count = Math.min(most, all - from)
  for (const { data } of columns) {
    const offsets: ArrayLike<number | bigint> | undefined = data.valueOffsets
    if (offsets === undefined) continue
    const bytes = (rows: number): number => Number(offsets[from + rows] ?? 0) - Number(offsets[from] ?? 0)
    while (count > 1 && bytes(count) > BYTES_AT_ONCE) count >>= 1
  }
  return count
}

function childOf(data: Data, i: number): Data {
  const child = data.children[i]
  if (child === undefined) throw new TypeError(`A record batch lacks column ${i + 1}`)
  return child
}

/** Memory that is shorter than it says would be written as zeros. */
function assertWhole({ type, values, valueOffsets, length, offset, stride }: Data, name: string): void {
  if (length === 0 || type.typeId === 1) return
  const have = (valueOffsets ?? values)?.length ?? 0
  const need = type.typeId === 6 ? Math.ceil((offset + length) / 8) : length * stride + (valueOffsets ? 1 : 0)
  if (have < need) throw rejected(name, `its memory holds fewer than ${length} rows`)
}

function recordTooLong(what: string): DirdictError {
  const message = `${what} has more than ${LONGEST_RECORD} characters as CSV. dataframe and arrow hold it.`
  return new DirdictError('VALUE_REJECTED', message, { dumper: 'csv' })
}

function tooLong(): DirdictError {
  const message = `The table has more than ${constants.MAX_LENGTH} bytes as CSV, which could not be read again. dataframe holds it in less.`
  return new DirdictError('VALUE_REJECTED', message, { dumper: 'csv' })
}
