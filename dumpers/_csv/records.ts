/**
 * The records of a CSV text, some thousands at a time: decoded piece by piece, checked, then split into fields by
 * Papa Parse. Memory is bounded by the longest record that is allowed, time grows with the length alone.
 *
 * https://www.rfc-editor.org/rfc/rfc4180
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { place, type Refuse } from './refusal.js'
import { RecordScanner } from './scan.js'
import type { Delimiter } from './schema.js'

/** The module, as `importPackage` gives its default export. */
export type Papa = Pick<typeof import('papaparse'), 'parse'>

/** Bytes that are decoded and parsed without letting others run: some milliseconds. */
const PIECE = 2 ** 18
/** Characters of one record. A quote that is never closed would take the whole file for one. */
export const LONGEST_RECORD: number = 2 ** 24
/** Arrow compares every name with every other when it makes a table: more would stop all else for seconds. */
export const MOST_COLUMNS: number = 2 ** 15

/** Consecutive records, all of as many fields as the header has. */
export interface Batch {
  readonly rows: readonly (readonly string[])[]
  /** Length of their text, about. */
  readonly characters: number
  /** The line on which field `column` of row `row` begins. */
  lineOf(row: number, column: number): number
}

export interface Records {
  readonly names: readonly string[]
  readonly batches: AsyncGenerator<Batch>
}

/** Reads the header; the records after it are read as they are asked for. */
export async function openRecords(
  papa: Papa,
  bytes: Uint8Array,
  delimiter: Delimiter,
  refuse: Refuse,
  signal: AbortSignal | undefined,
): Promise<Records> {
  const pieces = parsed(papa, bytes, delimiter, refuse, signal)
  const first = await pieces.next()
  if (first.done === true) throw refuse(' is empty: it has not even a header')
  const [names = [], ...rows] = first.value.rows
  checkNames(names, refuse)
  const { characters } = first.value
  const line = first.value.line + 1 + lineEndsIn(names)
  return { names, batches: checked({ rows, characters, line }, pieces, names, refuse) }
}

interface Piece {
  readonly rows: string[][]
  readonly characters: number
  /** The line on which the first of them begins. */
  readonly line: number
}

async function* checked(
  first: Piece,
  rest: AsyncGenerator<Piece>,
  names: readonly string[],
  refuse: Refuse,
): AsyncGenerator<Batch> {
  yield batchOf(first, names, refuse)
  for await (const piece of rest) yield batchOf(piece, names, refuse)
}

/** Empty lines are no records, but where the record has a single field, which is empty then. */
function batchOf(piece: Piece, names: readonly string[], refuse: Refuse): Batch {
  const width = names.length
  const { rows, line, characters } = piece
  const isBlank = (row: readonly string[]): boolean => width > 1 && row.length === 1 && row[0] === ''
  const odd = rows.findIndex(row => row.length !== width && !isBlank(row))
  if (odd !== -1) {
    const found = rows[odd]?.length ?? 0
    throw refuse(`, line ${lineAt(rows, line, odd, 0)}: it has ${found} fields; the header has ${width}`)
  }
  const full = rows.some(isBlank) ? rows.filter(row => !isBlank(row)) : rows
  const lineOf = (row: number, column: number): number =>
    lineAt(rows, line, full === rows ? row : rows.indexOf(full[row] ?? []), column)
  return { rows: full, characters, lineOf }
}

function lineAt(rows: readonly (readonly string[])[], line: number, row: number, column: number): number {
  let at = line
  for (const fields of rows.slice(0, row)) at += 1 + lineEndsIn(fields)
  return at + lineEndsIn((rows[row] ?? []).slice(0, column))
}

function lineEndsIn(fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + field.split('\n').length - 1, 0)
}

function checkNames(names: readonly string[], refuse: Refuse): void {
  if (names.length > MOST_COLUMNS) {
    throw refuse(
      ` has ${names.length} columns; there may be ${MOST_COLUMNS}. Store it as an array or transposed`,
    )
  }
  const seen = new Map<string, number>()
  for (const [i, name] of names.entries()) {
    const before = seen.get(name)
    if (before !== undefined) {
      throw refuse(`${place(1, i + 1, name)}: column ${before + 1} has the same name. Rename one of them`)
    }
    seen.set(name, i)
  }
}

async function* parsed(
  papa: Papa,
  bytes: Uint8Array,
  delimiter: Delimiter,
  refuse: Refuse,
  signal: AbortSignal | undefined,
): AsyncGenerator<Piece> {
  const scanner = new RecordScanner(delimiter, refuse)
  for (const text of decoded(bytes, () => scanner.line, refuse)) {
    const line = scanner.openLine
    const records = scanner.push(text)
    if (scanner.openLength > LONGEST_RECORD) {
      throw refuse(
        `, line ${scanner.line}: a record is longer than ${LONGEST_RECORD} characters; is a quote never closed?`,
      )
    }
    if (records !== undefined) yield pieceOf(papa, records, delimiter, line)
    await nextTurn()
    signal?.throwIfAborted()
  }
  const last = scanner.end()
  if (last !== undefined) yield pieceOf(papa, last, delimiter, scanner.openLine)
}

/** Papa Parse takes a byte order mark off the start of every text; this one belongs to a value. */
function pieceOf(papa: Papa, records: string, delimiter: Delimiter, line: number): Piece {
  const characters = records.length
  if (characters === 0) return { rows: [['']], characters, line }
  const text = records.startsWith('\ufeff') ? `\ufeff${records}` : records
  return { rows: papa.parse<string[]>(text, { delimiter, newline: '\n' }).data, characters, line }
}

/** The text in pieces that end with a character, and not between CR and LF; without a byte order mark at its start. */
function* decoded(bytes: Uint8Array, line: () => number, refuse: Refuse): Generator<string> {
  const { length } = bytes
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, length)
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  for (let start = hasMark ? 3 : 0; start < length; ) {
    let end = Math.min(start + PIECE, length)
    for (let i = 0; i < 3 && end < length && isContinuation(bytes[end]); i++) end--
    if (end < length && bytes[end - 1] === 13 && bytes[end] === 10) end++
    const piece = buffer.subarray(start, end)
    if (isAscii(piece)) yield piece.toString('latin1')
    else if (isUtf8(piece)) yield piece.toString('utf8')
    else throw refuse(`, line ${line() + linesBeforeDamage(piece)}: it is not UTF-8. Convert it first`)
    start = end
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

function linesBeforeDamage(piece: Buffer): number {
  let lines = 0
  for (let start = 0; ; lines++) {
    const end = piece.indexOf(10, start)
    if (end === -1 || !isUtf8(piece.subarray(start, end))) return lines
    start = end + 1
  }
}
