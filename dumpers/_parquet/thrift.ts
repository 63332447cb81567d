/**
 * Thrift's compact protocol, as far as a Parquet footer uses it. Values stay encoded: a struct or list is cut into
 * the bytes of its members, and what is not looked at is copied as it is.
 * Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

/** One encoded value: its type as it stands in a struct, and its bytes. */
export interface Part {
  readonly type: number
  readonly body: Uint8Array
}

/** A struct: field number to value, in the order of the file. */
export type Fields = Map<number, Part>

const TRUE = 1
const FALSE = 2
const BYTE = 3
const I16 = 4
const I64 = 6
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const SET = 10
const STRUCT = 12
/** No footer nests deeper; a hostile one must not exhaust the stack. */
const DEEPEST = 32

/** Cuts the encoding of a struct into its fields. Throws RangeError where it is not one. */
export function readStruct(bytes: Uint8Array): Fields {
  const cursor = new Cursor(bytes)
  const fields: Fields = new Map()
  cursor.eachField((id, type) => {
    const start = cursor.position
    cursor.skip(type, 0)
    fields.set(id, { type, body: bytes.subarray(start, cursor.position) })
  })
  return fields
}

/** Cuts the encoding of a list into its items. */
export function readList(part: Part): Part[] {
  if (part.type !== LIST) throw new RangeError(`a list was expected, not thrift type ${part.type}`)
  const cursor = new Cursor(part.body)
  const { type, count } = cursor.listHeader()
  const items: Part[] = []
  for (let i = 0; i < count; i++) {
    const start = cursor.position
    cursor.skipItem(type, 0)
    items.push({ type, body: part.body.subarray(start, cursor.position) })
  }
  return items
}

/** An integer of any width. */
export function readInteger(part: Part): bigint {
  if (part.type < I16 || part.type > I64)
    throw new RangeError(`an integer was expected, not thrift type ${part.type}`)
  const value = new Cursor(part.body).varint()
  return (value >> 1n) ^ -(value & 1n)
}

/** The bytes of a binary or a string. */
export function readBinary(part: Part): Uint8Array {
  if (part.type !== BINARY) throw new RangeError(`a string was expected, not thrift type ${part.type}`)
  const cursor = new Cursor(part.body)
  const length = cursor.size()
  return part.body.subarray(cursor.position, cursor.position + length)
}

export function structPart(fields: Fields): Part {
  const pieces: Uint8Array[] = []
  let last = 0
  for (const [id, { type, body }] of [...fields].sort(([a], [b]) => a - b)) {
    const step = id - last
    pieces.push(
      step <= 15
        ? Uint8Array.of((step << 4) | type)
        : concat([Uint8Array.of(type), varintBytes(BigInt(id * 2))]),
    )
    pieces.push(body)
    last = id
  }
  pieces.push(Uint8Array.of(0))
  return { type: STRUCT, body: concat(pieces) }
}

export function listPart(items: readonly Part[]): Part {
  const type = items[0]?.type ?? STRUCT
  const count = items.length
  const header =
    count < 15
      ? Uint8Array.of((count << 4) | type)
      : concat([Uint8Array.of(0xf0 | type), varintBytes(BigInt(count))])
  return { type: LIST, body: concat([header, ...items.map(item => item.body)]) }
}

/** An integer with the type of the one that it replaces. */
export function integerPart(like: Part, value: bigint): Part {
  return { type: like.type, body: varintBytes(value >= 0n ? value << 1n : (-value << 1n) - 1n) }
}

export function binaryPart(bytes: Uint8Array): Part {
  return { type: BINARY, body: concat([varintBytes(BigInt(bytes.byteLength)), bytes]) }
}

function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.byteLength
  }
  return out
}

/** Walks over encoded values. Every step is checked against the end of the bytes. */
class Cursor {
  position = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  byte(): number {
    const value = this.#bytes[this.position++]
    if (value === undefined) throw new RangeError('the footer ends inside a value')
    return value
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new RangeError('an integer in the footer has more than 64 bits')
  }

  /** A number of bytes or items, which cannot be more than there are bytes left. */
  size(): number {
    let value = 0
    for (let unit = 1; unit <= 2 ** 28; unit *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * unit
      if (byte >= 0x80) continue
      if (value > this.#bytes.byteLength - this.position) break
      return value
    }
    throw new RangeError('the footer ends inside a value')
  }

  listHeader(): { type: number; count: number } {
    const byte = this.byte()
    return { type: byte & 0x0f, count: byte >> 4 === 15 ? this.size() : byte >> 4 }
  }

  eachField(visit: (id: number, type: number) => void): void {
    let id = 0
    for (let header = this.byte(); header !== 0; header = this.byte()) {
      id = header >> 4 === 0 ? Number(this.varint() >> 1n) : id + (header >> 4)
      visit(id, header & 0x0f)
    }
  }

  skip(type: number, depth: number): void {
    if (depth > DEEPEST) throw new RangeError('the footer is nested too deeply')
    if (type === TRUE || type === FALSE) return
    if (type === BYTE) this.#advance(1)
    else if (type >= I16 && type <= I64) while (this.byte() >= 0x80);
    else if (type === DOUBLE) this.#advance(8)
    else if (type === BINARY) this.#advance(this.size())
    else if (type === LIST || type === SET) {
      const { type: inner, count } = this.listHeader()
      for (let i = 0; i < count; i++) this.skipItem(inner, depth + 1)
    } else if (type === STRUCT) this.eachField((_id, inner) => this.skip(inner, depth + 1))
    else throw new RangeError(`the footer holds an unknown thrift type ${type}`)
  }

  /** In a list a boolean takes a byte; in a struct it is in the field's header. */
  skipItem(type: number, depth: number): void {
    if (type === TRUE || type === FALSE) this.#advance(1)
    else this.skip(type, depth)
  }

  #advance(count: number): void {
    if (this.position + count > this.#bytes.byteLength) throw new RangeError('the footer ends inside a value')
    this.position += count
  }
}
