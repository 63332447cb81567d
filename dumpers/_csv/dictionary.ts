/** Builder of dictionary columns: each text once, and an index for each row. */
import type { Data, DataType } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import { type ColumnBuilder, FixedColumn, type Rows, type Store, TextColumn } from './column.js'
import type { CsvField } from './schema.js'
import { arrowType, type Kind, type TextKind } from './types.js'

export type DictionaryKind = Extract<Kind, { kind: 'dictionary' }>
/** How many categories the indices tell apart. */
export function mostCategories({ index }: DictionaryKind): number {
  return 2 ** (index.bits - (index.signed ? 1 : 0))
}

/** Indices into texts: the given ones and no others; where none are given, those of the column, as they come. */
export class DictionaryColumn implements ColumnBuilder {
  readonly #arrow: Arrow
  readonly #values: TextKind
  readonly #codes: Map<string, number>
  readonly #indices: FixedColumn<SmallIntegers>

  constructor(arrow: Arrow, type: DataType, kind: DictionaryKind, { nulls, categories }: CsvField) {
    this.#arrow = arrow
    this.#values = kind.values
    this.#codes = new Map([...new Set(categories)].map((category, code) => [category, code]))
    const most = mostCategories(kind)
    const isOpen = categories === undefined
    const store: Store<SmallIntegers> = (memory, row, text) => {
      let code = this.#codes.get(text)
      if (code === undefined && isOpen) {
        code = this.#codes.size
        this.#codes.set(text, code)
      }
      if (code === undefined || code >= most) return false
      memory[row] = code
      return true
    }
    const { bits, signed } = kind.index
    this.#indices = new FixedColumn(arrow, type, nulls, smallIntegers(bits, signed), store)
  }

  append(rows: Rows, at: number, from: number, to: number): number {
    return this.#indices.append(rows, at, from, to)
  }

  cut(): void {
    this.#indices.cut()
  }

  drop(): void {
    this.#indices.drop()
  }

  finish(): readonly Data[] {
    const type = arrowType(this.#arrow, this.#values)
    const texts = new TextColumn(this.#arrow, type, [], this.#values.large)
    texts.append(
      Array.from(this.#codes.keys(), category => [category]),
      0,
      0,
      this.#codes.size,
    )
    texts.cut()
    return this.#indices.finish(new this.#arrow.Vector([...texts.finish()]))
  }
}

/** Memory of integers that JavaScript's numbers hold. */
export type SmallIntegers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array

export function smallIntegers(bits: number, signed: boolean): (length: number) => SmallIntegers {
  if (bits === 8) return n => (signed ? new Int8Array(n) : new Uint8Array(n))
  if (bits === 16) return n => (signed ? new Int16Array(n) : new Uint16Array(n))
  return n => (signed ? new Int32Array(n) : new Uint32Array(n))
}
