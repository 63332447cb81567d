/**
 * A table as the bytes of an Arrow IPC file, piece by piece. Same table, cut into the same batches: same bytes.
 * Format: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import type { Data, DataType, Field, RecordBatch, Table, Vector } from 'apache-arrow'
import { makeBatch } from '../_arrow/batch.js'
import { concatData } from '../_arrow/concat.js'
import { isView } from '../_arrow/fixed-width.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { sliceData } from '../_arrow/slice.js'
import { takeRows } from '../_arrow/take.js'
import { Validator } from '../_arrow/validate.js'
import { rawBytes } from '../_parquet/raw-bytes.js'
import { type Body, bodyOf } from './body.js'
import { HEAD, MAGIC } from './format.js'
import * as messages from './messages.js'
import { encodeSums, type MessageSums, SUMS } from './sums.js'

const MIB = 2 ** 20
/** Little enough for a part of a table to be read alone, and for the event loop to go on; enough to cost nothing. */
const TARGET = 8 * MIB
const LARGEST = 16 * MIB
/** Shorter pieces are copied together before they are written. */
const SHORT = 64 * 1024

/** The dictionaries of `table` are unified already: see `unifyDictionaries`. */
export class IpcFile {
  /** CRC-32 of the footer, once all has been written. */
  footerSum = 0
  readonly #arrow: Arrow
  readonly #table: Table
  readonly #validator: Validator
  readonly #dictionaries: messages.Block[] = []
  readonly #batches: messages.Block[] = []
  readonly #sums: MessageSums[] = []
  #position = 0

  constructor(arrow: Arrow, table: Table) {
    this.#arrow = arrow
    this.#table = table
    this.#validator = new Validator(arrow)
  }

  /** RangeError or TypeError for a table whose buffers do not hold what they should. */
  async *bytes(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    for (const pieces of this.#parts()) {
      for (const piece of gathered(pieces)) yield piece
      // Validating and summing one part takes milliseconds; what waits comes in between.
      await nextTurn()
      signal?.throwIfAborted()
    }
  }

  *#parts(): Generator<readonly Uint8Array[]> {
    const arrow = this.#arrow
    const { schema, batches } = this.#table
    const head = new Uint8Array(HEAD)
    head.set(MAGIC)
    yield this.#written([head, messages.schemaMessage(arrow, schema, HEAD)])
    for (const [id, vector] of dictionariesOf(arrow, schema.fields, batches))
      yield this.#dictionary(id, vector)
    for (const batch of batches) for (const part of cut(arrow, batch)) yield this.#batch(part)
    const notes = new Map([[SUMS, encodeSums(this.#sums)]])
    const footer = messages.footer(arrow, schema, this.#dictionaries, this.#batches, notes)
    this.footerSum = crc32(footer)
    yield this.#written([messages.endOfStream(), footer, messages.tail(footer)])
  }

  #dictionary(id: number, vector: Vector): readonly Uint8Array[] {
    const arrow = this.#arrow
    const data =
      vector.data.length === 0
        ? arrow.makeData({ type: vector.type, length: 0 })
        : concatData(
            arrow,
            vector.data.map(part => compacted(arrow, part, 0, part.length)),
          )
    this.#validator.check(data)
    const body = bodyOf(arrow, [data])
    const head = messages.dictionaryMessage(id, data.length, body, this.#position)
    return this.#message(this.#dictionaries, data.length, head, body)
  }

  #batch(batch: RecordBatch): readonly Uint8Array[] {
    for (const child of batch.data.children) this.#validator.check(child)
    const body = bodyOf(this.#arrow, batch.data.children)
    const head = messages.batchMessage(batch.numRows, body, this.#position)
    return this.#message(this.#batches, batch.numRows, head, body)
  }

  #message(blocks: messages.Block[], rows: number, head: Uint8Array, body: Body): readonly Uint8Array[] {
    blocks.push({ offset: this.#position, head: head.byteLength, body: body.length })
    this.#sums.push({ rows, head: crc32(head), columns: body.sums })
    return this.#written([head, ...body.pieces])
  }

  #written(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
    for (const piece of pieces) this.#position += piece.byteLength
    return pieces
  }
}

/** Those within others before them; of each id the vector that all batches share. */
function dictionariesOf(
  arrow: Arrow,
  fields: readonly Field[],
  batches: readonly RecordBatch[],
): Map<number, Vector> {
  const found = new Map<number, Vector>()
  const visit = (type: DataType, all: readonly Data[]): void => {
    const isDictionary = arrow.DataType.isDictionary(type)
    const vectors = isDictionary
      ? all.map(data => data.dictionary).filter(vector => vector !== undefined)
      : []
    const below = isDictionary ? [...new Set(vectors)].flatMap(vector => vector.data) : all
    const children: readonly Field[] = type.children ?? []
    for (const [i, child] of children.entries()) {
      visit(
        child.type,
        below.map(data => data.children[i]).filter(data => data !== undefined),
      )
    }
    if (!isDictionary) return
    const vector = vectors[0] ?? new arrow.Vector([arrow.makeData({ type: type.dictionary, length: 0 })])
    if (vectors.some(other => other !== vector)) throw new TypeError('a column has several dictionaries')
    found.set(type.id, vector)
  }
  for (const [i, field] of fields.entries())
    visit(
      field.type,
      batches.map(batch => batch.data.children[i]!),
    )
  return found
}

/** Parts of at most LARGEST bytes, where rows allow it. */
function* cut(arrow: Arrow, batch: RecordBatch): Generator<RecordBatch> {
  yield* cutRows(arrow, batch, 0, batch.numRows)
}

function* cutRows(arrow: Arrow, batch: RecordBatch, start: number, stop: number): Generator<RecordBatch> {
  const { children } = batch.data
  const size = children.reduce((sum, child) => sum + rawBytes(arrow, child, start, stop), 0)
  const rows = stop - start
  if (size <= LARGEST || rows <= 1) {
    const columns = children.map(child => compacted(arrow, child, start, stop))
    yield makeBatch(arrow, batch.schema, columns, rows)
    return
  }
  const step = Math.max(1, Math.ceil(rows / Math.ceil(size / TARGET)))
  for (let from = start; from < stop; from += step) {
    yield* cutRows(arrow, batch, from, Math.min(stop, from + step))
  }
}

/** Views and unions point into what all rows share: a part of them is copied, so that it holds nothing else. */
function compacted(arrow: Arrow, data: Data, start: number, stop: number): Data {
  if (!sharesValues(arrow, data.type)) return sliceData(arrow, data, start, stop)
  const schema = new arrow.Schema([new arrow.Field('', data.type, true)])
  const batch = makeBatch(arrow, schema, [data], data.length)
  const rows = stop > start ? Uint32Array.of(start, stop) : new Uint32Array(0)
  return takeRows(arrow, batch, rows).data.children[0]!
}

function sharesValues(arrow: Arrow, type: DataType): boolean {
  if (arrow.DataType.isDictionary(type)) return false
  if (isView(arrow, type) || arrow.DataType.isDenseUnion(type)) return true
  return (type.children ?? []).some((child: Field) => sharesValues(arrow, child.type))
}

/** The same bytes in fewer pieces: each costs a call. */
function* gathered(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let short: Uint8Array[] = []
  let size = 0
  for (const piece of pieces) {
    const isShort = piece.byteLength < SHORT
    if (isShort) {
      short.push(piece)
      size += piece.byteLength
    }
    if (size > 0 && (!isShort || size >= MIB)) {
      yield Buffer.concat(short)
      short = []
      size = 0
    }
    if (!isShort) yield piece
  }
  if (size > 0) yield Buffer.concat(short)
}
