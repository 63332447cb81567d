/**
 * Builders of Arrow columns out of fields: typed memory that grows, no objects. One builder makes one column of a
 * table, batch by batch.
 */
import type { Data, DataType, Vector } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import { Validity } from './validity.js'

export type Rows = readonly (readonly string[])[]

export interface ColumnBuilder {
  /** Takes field `at` of the rows [from, to); gives the first row whose field the type cannot hold, or -1. */
  append(rows: Rows, at: number, from: number, to: number): number
  /** Ends a record batch. */
  cut(): void
  /** Drops what was taken since the last `cut`. */
  drop(): void
  /** The column's part of every batch. */
  finish(): readonly Data[]
}

/** The memory of a column whose values all have one width. */
export interface FixedMemory {
  readonly buffer: ArrayBufferLike
  readonly byteLength: number
  readonly length: number
  slice(start: number, end: number): FixedMemory
}
/** Puts what `text` says at `row`; false where the type cannot hold it. */
export type Store<M> = (memory: M, row: number, text: string) => boolean

/** The values of one batch. */
interface Cut {
  readonly length: number
  readonly values: FixedMemory
  readonly bits: Uint8Array | undefined
  readonly nullCount: number
}

/** Values of one width: `per` elements of `make`'s memory hold one of them. */
export class FixedColumn<M extends FixedMemory> implements ColumnBuilder {
  readonly #arrow: Arrow
  readonly #type: DataType
  readonly #make: (length: number) => M
  readonly #store: Store<M>
  readonly #per: number
  readonly #validity: Validity
  readonly #cuts: Cut[] = []
  #memory: M
  #length = 0

  constructor(
    arrow: Arrow,
    type: DataType,
    nulls: readonly string[],
    make: (length: number) => M,
    store: Store<M>,
    per = 1,
  ) {
    this.#arrow = arrow
    this.#type = type
    this.#make = make
    this.#store = store
    this.#per = per
    this.#validity = new Validity(nulls)
    this.#memory = make(0)
  }

  append(rows: Rows, at: number, from: number, to: number): number {
    this.#reserve(this.#length + to - from)
    const memory = this.#memory
    for (let i = from, row = this.#length; i < to; i++, row++) {
      const text = rows[i]?.[at] ?? ''
      if (this.#validity.isNull(text)) this.#validity.mark(row)
      else if (!this.#store(memory, row, text)) return i
    }
    this.#length += to - from
    return -1
  }

  cut(): void {
    const values = this.#memory.slice(0, Math.ceil(this.#length * this.#per))
    this.#cuts.push({ length: this.#length, values, ...this.#validity.take(this.#length) })
    this.drop()
  }

  /** The memory is used again: what no store touches, the place of a null, has to be 0. */
  drop(): void {
    this.#validity.take(this.#length)
    new Uint8Array(this.#memory.buffer).fill(0)
    this.#length = 0
  }

  finish(dictionary?: Vector): readonly Data[] {
    return this.#cuts.map(({ length, values, bits, nullCount }) => {
      return new this.#arrow.Data(
        this.#type,
        0,
        length,
        nullCount,
        bits === undefined ? { 1: values } : { 1: values, 2: bits },
        [],
        dictionary,
      )
    })
  }

  #reserve(rows: number): void {
    const needed = Math.ceil(rows * this.#per)
    if (needed <= this.#memory.length) return
    const grown = this.#make(Math.max(needed, this.#memory.length * 2))
    new Uint8Array(grown.buffer).set(new Uint8Array(this.#memory.buffer))
    this.#memory = grown
  }
}

/** UTF-8: the fields of one call are encoded together. */
export class TextColumn implements ColumnBuilder {
  readonly #arrow: Arrow
  readonly #type: DataType
  readonly #large: boolean
  readonly #validity: Validity
  readonly #done: Data[] = []
  #bytes: Uint8Array[] = []
  #size = 0
  #ends: number[] = []

  constructor(arrow: Arrow, type: DataType, nulls: readonly string[], large: boolean) {
    this.#arrow = arrow
    this.#type = type
    this.#large = large
    this.#validity = new Validity(nulls)
  }

  append(rows: Rows, at: number, from: number, to: number): number {
    const texts: string[] = []
    for (let i = from; i < to; i++) {
      const text = rows[i]?.[at] ?? ''
      const isNull = this.#validity.isNull(text)
      if (isNull) this.#validity.mark(this.#ends.length + i - from)
      texts.push(isNull ? '' : text)
    }
    const joined = texts.join('')
    const encoded = Buffer.from(joined, 'utf8')
    const isAscii = encoded.length === joined.length
    for (const text of texts) {
      this.#size += isAscii ? text.length : Buffer.byteLength(text, 'utf8')
      this.#ends.push(this.#size)
    }
    this.#bytes.push(encoded)
    return -1
  }

  cut(): void {
    const values = new Uint8Array(this.#size)
    let at = 0
    for (const piece of this.#bytes) {
      values.set(piece, at)
      at += piece.length
    }
    const length = this.#ends.length
    const offsets = this.#large
      ? BigInt64Array.from({ length: length + 1 }, (_, i) => BigInt(this.#ends[i - 1] ?? 0))
      : Int32Array.from({ length: length + 1 }, (_, i) => this.#ends[i - 1] ?? 0)
    const { bits, nullCount } = this.#validity.take(length)
    const buffers = bits === undefined ? { 0: offsets, 1: values } : { 0: offsets, 1: values, 2: bits }
    this.#done.push(new this.#arrow.Data(this.#type, 0, length, nullCount, buffers))
    this.#reset()
  }

  drop(): void {
    this.#validity.take(this.#ends.length)
    this.#reset()
  }

  finish(): readonly Data[] {
    return this.#done
  }

  #reset(): void {
    this.#bytes = []
    this.#size = 0
    this.#ends = []
  }
}

/** Nothing but nulls. */
export class NullColumn implements ColumnBuilder {
  readonly #arrow: Arrow
  readonly #nulls: Validity
  readonly #done: Data[] = []
  #length = 0

  constructor(arrow: Arrow, nulls: readonly string[]) {
    this.#arrow = arrow
    this.#nulls = new Validity(nulls)
  }

  append(rows: Rows, at: number, from: number, to: number): number {
    for (let i = from; i < to; i++) if (!this.#nulls.isNull(rows[i]?.[at] ?? '')) return i
    this.#length += to - from
    return -1
  }

  cut(): void {
    this.#done.push(this.#arrow.makeData({ type: new this.#arrow.Null(), length: this.#length }))
    this.#length = 0
  }

  drop(): void {
    this.#length = 0
  }

  finish(): readonly Data[] {
    return this.#done
  }
}
