/** Rows that wait until there are enough of them for a part, in memory of their own. */
import type { Data, RecordBatch, Schema, Table } from 'apache-arrow'
import { makeBatch } from '../_arrow/batch.js'
import { concatData } from '../_arrow/concat.js'
import { emptyBatch } from '../_arrow/empty.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { sliceData } from '../_arrow/slice.js'
import { rawBytes } from '../_parquet/raw-bytes.js'
import { withUsedValues } from '../_parquet/used-values.js'
import { isSameType } from './common-type.js'
import { converted } from './convert.js'
import type { Rows } from './incoming.js'

/** Batches with fewer rows are put together. */
const SMALL = 4096
/** Rows that are put together. */
const JOINED = 65536

interface Sized extends Rows {
  readonly bytes: number
  /** Whether nobody else has their memory. */
  readonly isOwn: boolean
}

export class Pending {
  readonly #arrow: Arrow
  #all: Sized[] = []
  #small: Rows[] = []
  #smallRows = 0
  /** Bytes of all values. */
  bytes = 0
  /** Rows that wait. */
  rows = 0

  constructor(arrow: Arrow) {
    this.#arrow = arrow
  }

  add(rows: Rows): void {
    if (rows.length === 0) return
    this.rows += rows.length
    this.bytes += this.#bytesOf(rows, rows.length)
    if (rows.length >= SMALL) {
      this.#join()
      this.#push(rows, false)
      return
    }
    this.#small.push(copied(this.#arrow, rows))
    this.#smallRows += rows.length
    if (this.#smallRows >= JOINED) this.#join()
  }

  /** Copies what waits: who gave the rows may fill their memory with the next ones. */
  keep(): void {
    const all = this.#all
    for (let i = all.length - 1; i >= 0 && !all[i]!.isOwn; i--)
      all[i] = { ...copied(this.#arrow, all[i]!), bytes: all[i]!.bytes, isOwn: true }
  }

  /** So many of the first rows as take at most `bytes`; one at least. */
  rowsWithin(bytes: number): number {
    this.#join()
    let left = bytes
    let count = 0
    for (const rows of this.#all) {
      if (rows.bytes > left) return Math.max(1, count + this.#fitting(rows, left))
      left -= rows.bytes
      count += rows.length
    }
    return count
  }

  /** Takes the first `count` rows away, as a table with this schema. */
  take(count: number, schema: Schema): Table {
    this.#join()
    const batches: RecordBatch[] = []
    let left = count
    while (left > 0) {
      const rows = this.#all.shift()!
      const { length } = rows
      if (length > left) this.#all.unshift(this.#part(rows, schema, left, length))
      const taken = length > left ? this.#part(rows, schema, 0, left) : rows
      batches.push(this.#batch(taken, schema))
      left -= taken.length
    }
    this.rows -= count
    this.bytes = this.#all.reduce((sum, { bytes }) => sum + bytes, 0)
    return new this.#arrow.Table(schema, batches.length > 0 ? batches : [emptyBatch(this.#arrow, schema)])
  }

  /** Column `index` of the rows, piece by piece. */
  column(index: number): Rows['children'] {
    this.#join()
    return this.#all.map(({ children }) => children[index]!)
  }

  #batch(rows: Rows, schema: Schema): RecordBatch {
    const children = rows.children.map((child, i) => converted(this.#arrow, child, schema.fields[i]!.type))
    return makeBatch(this.#arrow, schema, children, rows.length)
  }

  #part(rows: Sized, schema: Schema, from: number, to: number): Sized {
    const children = rows.children.map((child, i) =>
      withUsedValues(this.#arrow, schema.fields[i]!.name, sliceData(this.#arrow, child, from, to)),
    )
    const part = { children, length: to - from, isOwn: rows.isOwn }
    return { ...part, bytes: this.#bytesOf(part, part.length) }
  }

  /** How many of the first rows take at most `bytes`. */
  #fitting(rows: Rows, bytes: number): number {
    let [low, high] = [0, rows.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#bytesOf(rows, middle) <= bytes) low = middle
      else high = middle
    }
    return low
  }

  #join(): void {
    const small = this.#small
    this.#small = []
    this.#smallRows = 0
    for (const rows of small.length < 2 ? small : this.#joined(small)) this.#push(rows, true)
  }

  /** Dictionaries that differ and views stay in pieces, as do columns whose type was not known at first. */
  #joined(small: readonly Rows[]): readonly Rows[] {
    const types = small[0]!.children.map(({ type }) => type)
    if (!small.every(({ children }) => children.every(({ type }, i) => isSameType(type, types[i]!))))
      return small
    try {
      const children = small[0]!.children.map((_, i) =>
        concatData(
          this.#arrow,
          small.map(({ children }) => children[i]!),
        ),
      )
      return [{ children, length: small.reduce((sum, { length }) => sum + length, 0) }]
    } catch (error) {
      if (error instanceof TypeError) return small
      throw error
    }
  }

  #push(rows: Rows, isOwn: boolean): void {
    this.#all.push({ ...rows, bytes: this.#bytesOf(rows, rows.length), isOwn })
  }

  #bytesOf({ children }: Rows, rows: number): number {
    return children.reduce((sum, child) => sum + rawBytes(this.#arrow, child, 0, rows), 0)
  }
}

/** Unions and views, which are not copied, stay as they are; dictionaries are taken to be nobody's to change. */
function copied(arrow: Arrow, { children, length }: Rows): Rows {
  return { children: children.map(child => copiedData(arrow, child)), length }
}

/** Beside a piece without rows, the other is copied, and of a slice no more than its own rows. */
function copiedData(arrow: Arrow, data: Data): Data {
  try {
    return concatData(arrow, [data, sliceData(arrow, data, 0, 0)])
  } catch (error) {
    if (error instanceof TypeError) return data
    throw error
  }
}
