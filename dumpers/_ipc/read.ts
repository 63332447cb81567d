/**
 * An Arrow IPC file as a table, whole or in part: of the batches that hold wanted rows, the buffers of the wanted
 * columns are read, and nothing else. Columns are views of what was read.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Data, DataType, Field, RecordBatch, Schema, Table, Vector } from 'apache-arrow'
import type { RandomAccess } from '../../src/dumper.js'
import { makeBatch } from '../_arrow/batch.js'
import { emptyBatch } from '../_arrow/empty.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { sliceBatch } from '../_arrow/slice.js'
import { takeRows } from '../_arrow/take.js'
import { MOST_ROWS, Validator } from '../_arrow/validate.js'
import type { Predicate } from '../_arrow/where.js'
import { unsupported } from './damage.js'
import { decodeColumn, placesOf } from './decode.js'
import type { Footer } from './footer.js'
import { type BatchHead, readHead } from './head.js'
import type { Block } from './messages.js'
import { extentOf, readRanges } from './ranges.js'
import { checkSum, type MessageSums } from './sums.js'

/** Messages after which the event loop gets its turn. */
const HEADS = 256

/** A message, and what is known of it where the file is one of ours. */
interface Message {
  readonly block: Block
  readonly sums: MessageSums | undefined
  readonly what: string
}

/** Which part of a file is read. */
export interface Wanted {
  /** The columns of the answer. */
  readonly columns: readonly number[]
  readonly rows: readonly [start: number, stop: number]
  /** The row that each batch begins with, and the number of all rows. */
  readonly starts: Float64Array
  readonly predicate: Predicate | undefined
}

/** Reads what a footer points at. Where the footer has checksums, whatever is read is checked. */
export class IpcReader {
  readonly #arrow: Arrow
  readonly #file: RandomAccess
  readonly #footer: Footer
  readonly #signal: AbortSignal | undefined
  readonly #validator: Validator
  readonly #batches: readonly Message[]
  #heads = 0

  constructor(arrow: Arrow, file: RandomAccess, footer: Footer, signal: AbortSignal | undefined) {
    this.#arrow = arrow
    this.#file = file
    this.#footer = footer
    this.#signal = signal
    this.#validator = new Validator(arrow)
    const { batches, dictionaries, sums } = footer
    this.#batches = batches.map((block, i) => {
      return { block, sums: sums?.[dictionaries.length + i], what: `batch ${i}` }
    })
  }

  /** The row that each batch begins with, and the number of all rows. */
  async starts(): Promise<Float64Array> {
    const starts = new Float64Array(this.#batches.length + 1)
    for (const [i, message] of this.#batches.entries()) {
      // The heads of a file of ours are checked when they are read.
      const rows = message.sums?.rows ?? (await this.#head(message)).rows
      starts[i + 1] = starts[i]! + rows
    }
    const rows = starts[this.#batches.length]!
    if (rows > MOST_ROWS) {
      const columns = this.#footer.schema.fields.length
      throw unsupported(
        `has ${rows} rows in ${columns} columns; ${MOST_ROWS} rows fit into a table of apache-arrow`,
      )
    }
    return starts
  }

  /** RangeError where what is read contradicts itself. */
  async table({ columns, rows, starts, predicate }: Wanted): Promise<Table> {
    const arrow = this.#arrow
    const { fields, metadata } = this.#footer.schema
    const known = new Set(columns)
    const tested = fields.flatMap(({ name }, i) =>
      predicate?.columns.includes(name) && !known.has(i) ? [i] : [],
    )
    const all = [...columns, ...tested]
    const schema = new arrow.Schema(
      all.map(i => fields[i]!),
      metadata,
    )
    const answer = new arrow.Schema(schema.fields.slice(0, columns.length), metadata)
    const dictionaries = await this.#dictionaries(schema.fields)
    const types = fields.map(field => field.type)
    const batches: RecordBatch[] = []
    for (const [i, message] of this.#batches.entries()) {
      const first = starts[i]!
      const [from, to] = [Math.max(rows[0], first) - first, Math.min(rows[1], starts[i + 1]!) - first]
      if (from >= to) continue
      const data = await this.#columns(message, types, all, dictionaries)
      const length = starts[i + 1]! - first
      if (data.some(column => column.length !== length))
        throw new RangeError(`${message.what} has not ${length} rows`)
      const part = cut(arrow, makeBatch(arrow, schema, data, length), from, to)
      const found = filtered(arrow, part, predicate, answer)
      if (found.numRows > 0) batches.push(found)
      // Validating one batch takes milliseconds; what waits comes in between.
      await nextTurn()
      this.#signal?.throwIfAborted()
    }
    // Arrow cannot cut a table that has no batch at all.
    if (batches.length === 0) batches.push(emptyBatch(arrow, answer))
    return new arrow.Table(answer, batches)
  }

  /** Those of `fields`, by id. Those within others are read before them. */
  async #dictionaries(fields: readonly Field[]): Promise<ReadonlyMap<number, Vector>> {
    const arrow = this.#arrow
    const found = new Map<number, Vector>()
    const order = dictionaryOrder(arrow, fields)
    if (order.length === 0) return found
    const messages = await this.#dictionaryMessages(new Set(order.map(({ id }) => id)))
    for (const { id, type } of order) {
      const pieces: Data[] = []
      for (const message of messages.get(id) ?? []) {
        pieces.push(...(await this.#columns(message, [type], [0], found)))
      }
      if (pieces.length === 0) throw new RangeError(`its dictionary ${id} is missing`)
      found.set(id, new arrow.Vector(pieces).memoize())
    }
    return found
  }

  async #dictionaryMessages(wanted: ReadonlySet<number>): Promise<Map<number, Message[]>> {
    const messages = new Map<number, Message[]>()
    for (const [i, block] of this.#footer.dictionaries.entries()) {
      const message = { block, sums: this.#footer.sums?.[i], what: `dictionary message ${i}` }
      const { dictionary } = await this.#head(message)
      if (dictionary === undefined) throw new RangeError(`${message.what} holds no dictionary`)
      const { id, isDelta } = dictionary
      if (!wanted.has(id)) continue
      const before = messages.get(id)
      if (isDelta !== (before !== undefined)) {
        throw new RangeError(
          `its dictionary ${id} is ${isDelta ? 'extended before it is there' : 'replaced'}`,
        )
      }
      if (before === undefined) messages.set(id, [message])
      else before.push(message)
    }
    return messages
  }

  /** The columns at `indices` of the message, whose columns are all of `types`. */
  async #columns(
    message: Message,
    types: readonly DataType[],
    indices: readonly number[],
    dictionaries: ReadonlyMap<number, Vector>,
  ): Promise<Data[]> {
    const { block, sums, what } = message
    const head = await this.#head(message)
    const places = placesOf(this.#arrow, types, head)
    const extents = indices.map(i => extentOf(head, places[i]!, places[i + 1]!))
    const bytes = await readRanges(this.#file, block, extents, this.#signal)
    return indices.map((index, i) => {
      const extent = extents[i]
      if (sums !== undefined && extent !== undefined) {
        checkSum(
          `column ${index} of ${what}`,
          bytes(extent.from, extent.to - extent.from),
          sums.columns[index],
        )
      }
      const column = decodeColumn(this.#arrow, types[index]!, head, places[index]!, bytes, dictionaries)
      if (column.length !== head.rows) throw new RangeError(`columns of ${what} differ in length`)
      this.#validator.check(column)
      return column
    })
  }

  async #head({ block, sums, what }: Message): Promise<BatchHead> {
    // Short reads do not wait: a file of very many messages would keep the event loop.
    if (++this.#heads % HEADS === 0) {
      await nextTurn()
      this.#signal?.throwIfAborted()
    }
    const bytes = await this.#file.read({ offset: block.offset, length: block.head })
    checkSum(`the head of ${what}`, bytes, sums?.head)
    return readHead(bytes, block)
  }
}

/** A few rows are copied: a view of them would keep the memory of all. */
function cut(arrow: Arrow, batch: RecordBatch, from: number, to: number): RecordBatch {
  const few = (to - from) * 2 < batch.numRows
  return few
    ? takeRows(arrow, batch, Uint32Array.of(from, to))
    : sliceBatch(arrow, batch.schema, batch, from, to)
}

/** The rows for which the predicate holds, and of them the columns of `schema`, which come first. */
function filtered(
  arrow: Arrow,
  batch: RecordBatch,
  predicate: Predicate | undefined,
  schema: Schema,
): RecordBatch {
  if (predicate === undefined) return batch
  const ranges = predicate.matches(batch)
  const children = batch.data.children.slice(0, schema.fields.length)
  return takeRows(arrow, makeBatch(arrow, schema, children, batch.numRows), ranges)
}

/** The dictionaries of `fields`, those within others before them. */
function dictionaryOrder(arrow: Arrow, fields: readonly Field[]): { id: number; type: DataType }[] {
  const found = new Map<number, DataType>()
  const visit = (type: DataType): void => {
    const children: readonly Field[] = type.children ?? []
    for (const child of children) visit(child.type)
    if (arrow.DataType.isDictionary(type) && !found.has(type.id)) found.set(type.id, type.dictionary)
  }
  for (const field of fields) visit(field.type)
  return [...found].map(([id, type]) => ({ id, type }))
}
