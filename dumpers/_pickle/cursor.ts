/**
 * The bytes of a pickle, read from front to back. What an argument says of its own length is compared with what is there
 * before anything is made of it.
 */
import type { Reading } from './reading.js'

export class Cursor {
  readonly bytes: Buffer
  readonly #view: DataView
  readonly #reading: Reading
  /** The next byte. */
  at = 0
  /** The end of the last bytes of which a view was given away. */
  #given = 0

  constructor(bytes: Uint8Array, reading: Reading) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#reading = reading
  }

  uint8(): number {
    return this.bytes[this.#take(1)]!
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** Exact up to 2^53; a larger one is larger than any file. */
  uint64(): number {
    const at = this.#take(8)
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32
  }

  /** The only number of pickles that has its highest byte first. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8))
  }

  /** Where `length` bytes begin, which are passed over. */
  skip(length: number): number {
    return this.#take(length)
  }

  /** A view of the next `length` bytes. */
  view(length: number): Uint8Array {
    const begin = this.#aligned(this.#take(length), length)
    this.#given = this.at
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + begin, length)
  }

  /** Up to the next line end, which is passed over. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at)
    if (end < 0) throw this.#reading.corrupt('ends within a line of text')
    const begin = this.#take(end + 1 - this.at)
    return this.#reading.sized(() => this.bytes.toString('latin1', begin, end))
  }

  #take(length: number): number {
    const begin = this.at
    if (length > this.bytes.length - begin) {
      throw this.#reading.corrupt(`ends after ${this.bytes.length} bytes, within an opcode`)
    }
    this.at = begin + length
    return begin
  }

  /**
   * Memory that is most of the file serves as an array's own, and must then begin at a multiple of 8: it is moved over
   * opcodes that have been read already.
   */
  #aligned(begin: number, length: number): number {
    const shift = (this.bytes.byteOffset + begin) % 8
    if (!this.#reading.isMost(length) || begin - shift < this.#given) return begin
    this.bytes.copyWithin(begin - shift, begin, begin + length)
    return begin - shift
  }
}
