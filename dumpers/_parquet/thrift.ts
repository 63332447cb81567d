/**
 * Thrift's compact protocol, as far as a Parquet footer uses it. Values stay encoded: a struct or list is cut into
 * the bytes of its members, and what is not looked at is copied as it is.
 * Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import {
  BINARY,
  I16,
  I64,
  integerAt,
  itemEnd,
  LIST,
  listHeader,
  MOST_ITEMS,
  numberAt,
  STRUCT,
  sizeAt,
  sizeEnd,
  skipValue,
  skipVarint,
} from './thrift-cursor.js'

/** One encoded value: its type as it stands in a struct, and where its bytes are. */
export class Part {
  readonly type: number
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number

  constructor(type: number, bytes: Uint8Array, start = 0, end: number = bytes.byteLength) {
    this.type = type
    this.bytes = bytes
    this.start = start
    this.end = end
  }

  /** Its encoding alone. Thousands of parts are never asked for it. */
  get body(): Uint8Array {
    return this.bytes.subarray(this.start, this.end)
  }
}

/** A struct: field number to value, in the order of the file. */
export type Fields = Map<number, Part>

const I32 = 5

/** Cuts the encoding of a struct into its fields. Throws RangeError where it is not one. */
export function readStruct(from: Uint8Array | Part): Fields {
  const part = from instanceof Part ? from : new Part(STRUCT, from)
  if (part.type !== STRUCT) throw new RangeError(`a struct was expected, not thrift type ${part.type}`)
  const { bytes } = part
  const fields: Fields = new Map()
  let id = 0
  for (let at = part.start; ; ) {
    const header = bytes[at++]
    if (header === undefined || at > part.end) throw new RangeError('its metadata end inside a value')
    if (header === 0) return fields
    if (header >> 4 === 0) {
      id = numberAt(bytes, at)
      at = skipVarint(bytes, at)
    } else id += header >> 4
    const start = at
    at = skipValue(bytes, at, header & 0x0f, 0)
    fields.set(id, new Part(header & 0x0f, bytes, start, at))
  }
}

/** Cuts the encoding of a list into its items. */
export function readList(part: Part): Part[] {
  const { type, count, next } = listOf(part)
  const { bytes } = part
  const items = new Array<Part>(count)
  for (let i = 0, at = next; i < count; i++) {
    const start = at
    at = itemEnd(bytes, at, type, 0)
    items[i] = new Part(type, bytes, start, at)
  }
  return items
}

/** The items of a list at `indexes`, which ascend: of thousands, those that are not wanted are passed over. */
export function readItems(part: Part, indexes: readonly number[]): Part[] {
  const { type, count, next } = listOf(part)
  const { bytes } = part
  const items: Part[] = []
  let index = 0
  let at = next
  for (const wanted of indexes) {
    if (wanted >= count) throw new RangeError(`a list in the footer has ${count} items, not ${wanted + 1}`)
    for (; index < wanted; index++) at = itemEnd(bytes, at, type, 0)
    const start = at
    at = itemEnd(bytes, at, type, 0)
    index++
    items.push(new Part(type, bytes, start, at))
  }
  return items
}

/** The number of items of a list. */
export function countItems(part: Part): number {
  return listOf(part).count
}

/** An integer of any width. */
export function readInteger(part: Part): bigint {
  checkInteger(part)
  return integerAt(part.bytes, part.start)
}

/** An integer that a number holds exactly; RangeError for any other. */
export function readNumber(part: Part): number {
  checkInteger(part)
  return numberAt(part.bytes, part.start)
}

/** The bytes of a binary or a string. */
export function readBinary(part: Part): Uint8Array {
  if (part.type !== BINARY) throw new RangeError(`a string was expected, not thrift type ${part.type}`)
  const start = sizeEnd(part.bytes, part.start)
  return part.bytes.subarray(start, start + sizeAt(part.bytes, part.start))
}

export function structPart(fields: Fields): Part {
  const pieces: Uint8Array[] = []
  let last = 0
  for (const [id, part] of [...fields].sort(([a], [b]) => a - b)) {
    const step = id - last
    pieces.push(
      step <= 15
        ? Uint8Array.of((step << 4) | part.type)
        : concat([Uint8Array.of(part.type), varintBytes(BigInt(id * 2))]),
    )
    pieces.push(part.body)
    last = id
  }
  pieces.push(Uint8Array.of(0))
  return new Part(STRUCT, concat(pieces))
}

/** A list of structs that are encoded already. */
export function structList(count: number, items: Uint8Array): Part {
  return new Part(LIST, concat([listHead(STRUCT, count), items]))
}

export function listPart(items: readonly Part[]): Part {
  const head = listHead(items[0]?.type ?? STRUCT, items.length)
  return new Part(LIST, concat([head, ...items.map(item => item.body)]))
}

export function i32Part(value: number): Part {
  return new Part(I32, zigzag(BigInt(value)))
}

export function i64Part(value: number): Part {
  return new Part(I64, zigzag(BigInt(value)))
}

export function binaryPart(bytes: Uint8Array): Part {
  return new Part(BINARY, concat([varintBytes(BigInt(bytes.byteLength)), bytes]))
}

function listOf(part: Part): { type: number; count: number; next: number } {
  if (part.type !== LIST) throw new RangeError(`a list was expected, not thrift type ${part.type}`)
  const list = listHeader(part.bytes, part.start)
  // Each becomes an object here: a footer of millions of empty structs would fill the memory.
  if (list.count > MOST_ITEMS) throw new RangeError(`the footer has a list of ${list.count} items`)
  return list
}

function listHead(type: number, count: number): Uint8Array {
  if (count < 15) return Uint8Array.of((count << 4) | type)
  return concat([Uint8Array.of(0xf0 | type), varintBytes(BigInt(count))])
}

function checkInteger({ type }: Part): void {
  if (type < I16 || type > I64) throw new RangeError(`an integer was expected, not thrift type ${type}`)
}

function zigzag(value: bigint): Uint8Array {
  return varintBytes(value >= 0n ? value << 1n : (-value << 1n) - 1n)
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
