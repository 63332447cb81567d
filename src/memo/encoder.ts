/**
 * Writes tags, sizes, numbers, texts and memory into a SHA-256; see `hash.ts` for what they stand for. Long memory goes in
 * by pieces, after each of which its generator yields, for a pause.
 */
import { createHash } from 'node:crypto'

/** Small things are collected up to here before they are hashed. */
const COLLECTED = 2 ** 14
/** Memory that is hashed without a pause: a millisecond's work. */
const PIECE = 2 ** 20
/** Lone surrogates: well-formed pairs are one character under the flag `u`. */
const LONE = /\p{Surrogate}/u

export class Encoder {
  readonly #hash = createHash('sha256')
  readonly #small = new Uint8Array(COLLECTED)
  readonly #view = new DataView(this.#small.buffer)
  #filled = 0
  #hashed = 0

  /** `format` opens the encoding: its name and version. */
  constructor(format: string) {
    this.#hash.update(format)
  }

  /** Bytes that were written so far. */
  get written(): number {
    return this.#hashed + this.#filled
  }

  tag(letter: string): void {
    this.#small[this.#room(1)] = letter.charCodeAt(0)
    this.#filled += 1
  }

  size(count: number): void {
    const at = this.#room(8)
    this.#view.setUint32(at, count % 2 ** 32, true)
    this.#view.setUint32(at + 4, Math.floor(count / 2 ** 32), true)
    this.#filled += 8
  }

  /** Every NaN is the same: those of different sign or payload are one value in JavaScript. */
  float(value: number): void {
    const at = this.#room(8)
    if (Number.isNaN(value)) this.#view.setBigUint64(at, 0x7ff8000000000000n, true)
    else this.#view.setFloat64(at, value, true)
    this.#filled += 8
  }

  text(text: string): void {
    const isLone = LONE.test(text)
    this.tag(isLone ? 'S' : 's')
    const bytes = Buffer.from(text, isLone ? 'utf16le' : 'utf8')
    this.size(bytes.length)
    this.#add(bytes)
  }

  /** A size and so many bytes. */
  *sized(bytes: Uint8Array): Generator<undefined> {
    this.size(bytes.length)
    yield* this.raw(bytes)
  }

  /** Bytes whose number is known already to whoever reads. */
  *raw(bytes: Uint8Array): Generator<undefined> {
    for (let at = 0; at < bytes.length; at += PIECE) {
      this.#add(bytes.subarray(at, at + PIECE))
      yield
    }
  }

  /** The hash in hexadecimal. Nothing can be written after it. */
  digest(): string {
    this.#flush()
    return this.#hash.digest('hex')
  }

  #add(bytes: Uint8Array): void {
    if (bytes.length <= COLLECTED) {
      this.#small.set(bytes, this.#room(bytes.length))
      this.#filled += bytes.length
      return
    }
    this.#flush()
    this.#hash.update(bytes)
    this.#hashed += bytes.length
  }

  /** Where the next `bytes` go. */
  #room(bytes: number): number {
    if (this.#filled + bytes > COLLECTED) this.#flush()
    return this.#filled
  }

  #flush(): void {
    this.#hash.update(this.#small.subarray(0, this.#filled))
    this.#hashed += this.#filled
    this.#filled = 0
  }
}
