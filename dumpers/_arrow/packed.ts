/**
 * Columns of strings or bytes out of JavaScript arrays, in as many pieces as offsets of 32 bits ask for. apache-arrow's
 * builder takes twenty times as long, makes text of holes in the array, and goes beyond 2 GiB without a word.
 */
import type { Data } from 'apache-arrow'
import { validityOf } from './bitmap.js'
import type { Arrow } from './rebuild.js'

const INT32_MAX = 2 ** 31 - 1
/** Strings that are encoded together, and their characters at most: a single one may have more. */
const STRINGS = 4096
const CHARACTERS = 2 ** 22
const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * What is no string is null; a piece has `most` bytes at most. RangeError for half a surrogate pair, which UTF-8 has no
 * form for.
 */
export function packStrings(
  arrow: Arrow,
  values: readonly unknown[],
  most: number = INT32_MAX,
): readonly Data[] {
  const packer = stringPacker(arrow, values, most)
  for (let row = 0; row < values.length; ) row = addStrings(packer, values, row)
  return packer.end()
}

/** The same, waiting every few thousand strings for what `pause` gives. */
export async function packStringsInTurns(
  arrow: Arrow,
  values: readonly unknown[],
  pause: () => Promise<void> | undefined,
): Promise<readonly Data[]> {
  const packer = stringPacker(arrow, values, INT32_MAX)
  for (let row = 0; row < values.length; await pause()) row = addStrings(packer, values, row)
  return packer.end()
}

function stringPacker(arrow: Arrow, values: readonly unknown[], most: number): Packer {
  const type = new arrow.Utf8()
  return new Packer(values, most, buffers => arrow.makeData({ type, ...buffers }))
}

/** Adds strings from `row` on; gives the first row that is left. */
function addStrings(packer: Packer, values: readonly unknown[], row: number): number {
  const texts: string[] = []
  let next = row
  for (let characters = 0; next < values.length && texts.length < STRINGS; next++) {
    const value = values[next]
    const text = typeof value === 'string' ? value : ''
    characters += text.length
    if (characters > CHARACTERS && texts.length > 0) break
    texts.push(text)
  }
  const joined = texts.join('')
  const bytes = Buffer.from(joined, 'utf8')
  const isAscii = bytes.byteLength === joined.length
  packer.add(isAscii ? texts.map(text => text.length) : texts.map(encodedLength), bytes)
  return next
}

/** What is no Uint8Array is null; a piece has `most` bytes at most. RangeError for a value that has more. */
export function packBytes(
  arrow: Arrow,
  values: readonly unknown[],
  most: number = INT32_MAX,
): readonly Data[] {
  const type = new arrow.Binary()
  const packer = new Packer(values, most, buffers => arrow.makeData({ type, ...buffers }))
  const none = new Uint8Array(0)
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    const bytes = value instanceof Uint8Array ? value : none
    packer.add([bytes.byteLength], bytes)
  }
  return packer.end()
}

/** Each string by itself: two halves that stand side by side in the joined text would be a whole character. */
function encodedLength(text: string): number {
  if (LONE_SURROGATE.test(text))
    throw new RangeError('holds a string with half a surrogate pair, which UTF-8 has no form for')
  return Buffer.byteLength(text, 'utf8')
}

interface Buffers {
  readonly length: number
  readonly nullCount: number
  readonly nullBitmap: Uint8Array | undefined
  readonly valueOffsets: Int32Array
  readonly data: Uint8Array
}

class Packer {
  readonly #values: readonly unknown[]
  readonly #most: number
  readonly #make: (buffers: Buffers) => Data
  readonly #done: Data[] = []
  #start = 0
  #bytes: Uint8Array[] = []
  /** Of the piece that is being made. */
  readonly #ends: Int32Array
  #rows = 0
  #size = 0

  /** `values` says which rows are null. */
  constructor(values: readonly unknown[], most: number, make: (buffers: Buffers) => Data) {
    this.#values = values
    this.#most = most
    this.#make = make
    this.#ends = new Int32Array(values.length + 1)
  }

  /** The next rows, of so many bytes each. */
  add(lengths: readonly number[], bytes: Uint8Array): void {
    if (bytes.byteLength > this.#most)
      throw new RangeError(`holds a value of ${bytes.byteLength} bytes; one may have ${this.#most}`)
    if (this.#size + bytes.byteLength > this.#most) this.#cut()
    for (const length of lengths) {
      this.#size += length
      this.#ends[++this.#rows] = this.#size
    }
    this.#bytes.push(bytes)
  }

  end(): readonly Data[] {
    this.#cut()
    return this.#done
  }

  #cut(): void {
    const data = new Uint8Array(this.#size)
    let at = 0
    for (const piece of this.#bytes) {
      data.set(piece, at)
      at += piece.byteLength
    }
    const length = this.#rows
    const valueOffsets = this.#ends.slice(0, length + 1)
    const rows = this.#values.slice(this.#start, this.#start + length)
    this.#done.push(this.#make({ length, valueOffsets, data, ...validityOf(rows) }))
    this.#start += length
    this.#bytes = []
    this.#rows = 0
    this.#size = 0
  }
}
