/**
 * The different values of several dictionaries. Two values are the same where their bytes are, so that NaN and -0 stay
 * what they are; values of nested types are all taken to be different, as a dictionary allows.
 */
import type { Data } from 'apache-arrow'
import { bytesOf, readOffsets } from './byte-rows.js'
import { fixedWidth, isBytes } from './fixed-width.js'
import type { Arrow } from './rebuild.js'
import { sliceData } from './slice.js'

/** The key of each value of a piece, and what of the piece had to be added. */
export interface Added {
  readonly keys: Int32Array
  readonly added: readonly Data[]
}

export class DistinctValues {
  readonly #arrow: Arrow
  readonly #known = new Map<string, number>()
  #pieces = 0
  size = 0

  constructor(arrow: Arrow) {
    this.#arrow = arrow
  }

  /** The first piece is added whole, so that its keys need not change. */
  add(data: Data): Added {
    const nameOf = this.#pieces++ === 0 ? undefined : this.#names(data)
    if (nameOf === undefined) return this.#addWhole(data)
    const keys = new Int32Array(data.length)
    const added: Data[] = []
    let start = 0
    for (let i = 0; i < data.length; i++) {
      const name = nameOf(i)
      const known = this.#known.get(name)
      keys[i] = known ?? this.size
      if (known === undefined) {
        this.#known.set(name, this.size++)
        continue
      }
      if (i > start) added.push(sliceData(this.#arrow, data, start, i))
      start = i + 1
    }
    if (data.length > start) added.push(sliceData(this.#arrow, data, start, data.length))
    return { keys, added }
  }

  #addWhole(data: Data): Added {
    const keys = Int32Array.from({ length: data.length }, (_, i) => this.size + i)
    const nameOf = this.#names(data)
    for (let i = 0; i < data.length && nameOf !== undefined; i++) {
      const name = nameOf(i)
      if (!this.#known.has(name)) this.#known.set(name, this.size + i)
    }
    this.size += data.length
    return { keys, added: data.length > 0 ? [data] : [] }
  }

  /** What tells the value of a row from others; undefined where nothing does. */
  #names(data: Data): ((row: number) => string) | undefined {
    const arrow = this.#arrow
    const { type } = data
    const isNull = (row: number): boolean => data.nullCount > 0 && !data.getValid(row)
    if (arrow.DataType.isDictionary(type)) return undefined
    if (isBytes(arrow, type)) {
      if (data.length === 0) return () => ''
      const bytes = asBuffer(bytesOf(data))
      const offsets = readOffsets(data, bytes.byteLength)
      return row => (isNull(row) ? '' : `v${bytes.toString('latin1', offsets[row]!, offsets[row + 1]!)}`)
    }
    const width = fixedWidth(arrow, type)
    if (width === undefined || data.length === 0) return data.length === 0 ? () => '' : undefined
    const bytes = asBuffer(data.values)
    return row => (isNull(row) ? '' : `v${bytes.toString('latin1', row * width, (row + 1) * width)}`)
  }
}

function asBuffer(values: ArrayBufferView): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}
