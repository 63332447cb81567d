/**
 * Columns as the body of a message: their buffers one after the other, and where each is. Buffers are written as they
 * are where that is possible; bitmaps and offsets of slices are made to begin at 0.
 * Layout: https://arrow.apache.org/docs/format/Columnar.html#recordbatch-message
 */
import { crc32 } from 'node:zlib'
import type { Data } from 'apache-arrow'
import { bytesOf, readOffsets } from '../_arrow/byte-rows.js'
import { fixedWidth, isBytes, isListLike, isView } from '../_arrow/fixed-width.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { sliceData } from '../_arrow/slice.js'
import { aligned } from './format.js'

const NOTHING = new Uint8Array(0)

/** What the message of a body says of it, and the body itself. */
export interface Body {
  /** Length and number of nulls of each column, and of those within. */
  readonly nodes: readonly number[]
  /** Offset and length of each buffer. */
  readonly buffers: readonly number[]
  readonly variadicCounts: readonly number[]
  /** To be written in this order; nothing lies between them. */
  readonly pieces: readonly Uint8Array[]
  readonly length: number
  /** CRC-32 of each column: the bytes from its first buffer to the end of its last. */
  readonly sums: readonly number[]
}

/** RangeError where buffers are shorter than their columns. */
export function bodyOf(arrow: Arrow, columns: readonly Data[]): Body {
  const writer = new BodyWriter(arrow)
  const sums = columns.map(column => writer.column(column))
  writer.align()
  const { nodes, buffers, variadicCounts, pieces, length } = writer
  return { nodes, buffers, variadicCounts, pieces, length, sums }
}

class BodyWriter {
  readonly nodes: number[] = []
  readonly buffers: number[] = []
  readonly variadicCounts: number[] = []
  readonly pieces: Uint8Array[] = []
  length = 0
  readonly #arrow: Arrow

  constructor(arrow: Arrow) {
    this.#arrow = arrow
  }

  /** Gives the CRC-32 of the column. */
  column(data: Data): number {
    this.align()
    const first = this.pieces.length
    this.#add(data)
    let sum = 0
    for (let i = first; i < this.pieces.length; i++) sum = crc32(this.pieces[i]!, sum)
    return sum
  }

  align(): void {
    this.#push(new Uint8Array(aligned(this.length) - this.length))
  }

  #add(data: Data): void {
    const { DataType } = this.#arrow
    const { type, length } = data
    if (DataType.isNull(type)) {
      this.nodes.push(length, length)
      return
    }
    const nulls = DataType.isUnion(type) ? 0 : data.nullCount
    this.nodes.push(length, nulls)
    if (DataType.isUnion(type)) {
      this.#addUnion(data, DataType.isDenseUnion(type))
      return
    }
    this.#buffer(nulls === 0 ? NOTHING : bitsOf(data.nullBitmap ?? NOTHING, data.offset, length))
    const width = fixedWidth(this.#arrow, type)
    if (width !== undefined) this.#buffer(partOf(data.values, length * width))
    else if (DataType.isBool(type)) this.#buffer(bitsOf(bytesOf(data), data.offset, length))
    else if (isView(this.#arrow, type)) this.#addViews(data)
    else if (isBytes(this.#arrow, type)) this.#addBytes(data)
    else if (isListLike(this.#arrow, type)) this.#addList(data)
    else {
      const size = DataType.isFixedSizeList(type) ? type.listSize : 1
      for (const child of data.children) this.#add(sliceData(this.#arrow, child, 0, length * size))
    }
  }

  #addBytes(data: Data): void {
    const bytes = data.length === 0 ? NOTHING : bytesOf(data)
    const [first, last] = this.#addOffsets(data, bytes.byteLength)
    this.#buffer(bytes.subarray(first, last))
  }

  #addList(data: Data): void {
    const [child] = data.children
    if (child === undefined) throw new RangeError('a list lacks its items')
    const [first, last] = this.#addOffsets(data, child.length)
    this.#add(sliceData(this.#arrow, child, first, last))
  }

  #addUnion(data: Data, isDense: boolean): void {
    const { length } = data
    this.#buffer(partOf(data.typeIds, length))
    if (isDense) this.#buffer(partOf(data.valueOffsets, length * 4))
    for (const child of data.children) {
      this.#add(isDense ? child : sliceData(this.#arrow, child, 0, length))
    }
  }

  #addViews(data: Data): void {
    this.#buffer(bytesOf(data).subarray(0, data.length * 16))
    for (const buffer of data.variadicBuffers) this.#buffer(buffer)
    this.variadicCounts.push(data.variadicBuffers.length)
  }

  /** Gives the first and last of them, as they were. */
  #addOffsets(data: Data, end: number): [first: number, last: number] {
    const { length, valueOffsets } = data
    if (length === 0) {
      this.#buffer(new Uint8Array(valueOffsets instanceof BigInt64Array ? 8 : 4))
      return [0, 0]
    }
    const offsets = readOffsets(data, end)
    const first = offsets[0]!
    if (first === 0) this.#buffer(partOf(valueOffsets, (length + 1) * valueOffsets.BYTES_PER_ELEMENT))
    else if (valueOffsets instanceof BigInt64Array) {
      const shift = valueOffsets[0] ?? 0n
      this.#buffer(partOf(valueOffsets.subarray(0, length + 1).map(offset => offset - shift)))
    } else this.#buffer(partOf(valueOffsets.subarray(0, length + 1).map((offset: number) => offset - first)))
    return [first, offsets[length]!]
  }

  #buffer(bytes: Uint8Array): void {
    this.align()
    this.buffers.push(this.length, bytes.byteLength)
    this.#push(bytes)
  }

  #push(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    this.pieces.push(bytes)
    this.length += bytes.byteLength
  }
}

/** `length` bits from bit `offset` on, from the first bit of a byte on; the rest of the last byte is 0. */
function bitsOf(bitmap: Uint8Array, offset: number, length: number): Uint8Array {
  const bytes = (length + 7) >> 3
  const start = offset >> 3
  const shift = offset & 7
  if (bitmap.byteLength < (offset + length + 7) >> 3)
    throw new RangeError('a bitmap is shorter than its column')
  // Not `slice`: that of a Buffer is no copy.
  const out = new Uint8Array(bytes)
  out.set(bitmap.subarray(start, start + bytes))
  if (shift > 0) {
    for (let i = 0; i < bytes; i++)
      out[i] = (out[i]! >> shift) | ((bitmap[start + i + 1] ?? 0) << (8 - shift))
  }
  if (length % 8 > 0) out[bytes - 1]! &= (1 << (length % 8)) - 1
  return out
}

/** The first `length` bytes of what the memory of `values` holds. */
function partOf(values: ArrayBufferView | undefined, length: number = values?.byteLength ?? 0): Uint8Array {
  if (values === undefined || values.byteLength < length) {
    if (length === 0) return NOTHING
    throw new RangeError('a column is shorter than it says')
  }
  return new Uint8Array(values.buffer, values.byteOffset, length)
}
