/**
 * Thrift structs without an object for each field: for the chunks of a table of thousands of columns, which are read
 * and written by the ten thousand.
 * Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { Part } from './thrift.js'
import {
  I16,
  I64,
  LIST,
  listHeader,
  MOST_ITEMS,
  numberAt,
  STRUCT,
  skipValue,
  skipVarint,
} from './thrift-cursor.js'

/** Up to this many bytes are copied one by one, which is faster than a call. */
const SHORT = 32

/** The fields of a struct one after the other; what it says is that of the field that `next` went to. */
export class FieldCursor {
  readonly bytes: Uint8Array
  id = 0
  type = 0
  /** Where the field's value starts; before the first field, where the struct does. */
  start: number
  /** Where the value ends, or -1 as long as nobody has asked for it. */
  #end: number

  /** Of the struct that starts at `at`. */
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.start = at
    this.#end = at
  }

  /** Where the field's value ends; after the last field, where the struct ends. */
  get end(): number {
    if (this.#end < 0) this.#end = skipValue(this.bytes, this.start, this.type, 0)
    return this.#end
  }

  /** For who has gone through the value: it need not be gone through again. */
  set end(at: number) {
    this.#end = at
  }

  /** False after the last field. */
  next(): boolean {
    const { bytes } = this
    let at = this.end
    const header = bytes[at++]
    if (header === undefined) throw new RangeError('its metadata end inside a value')
    if (header === 0) {
      this.#end = at
      return false
    }
    if (header >> 4 === 0) {
      this.id = numberAt(bytes, at)
      at = skipVarint(bytes, at)
    } else this.id += header >> 4
    this.type = header & 0x0f
    this.start = at
    this.#end = -1
    return true
  }

  /** The field's value as it is. */
  part(): Part {
    return new Part(this.type, this.bytes, this.start, this.end)
  }

  /** The field's value, where it is an integer. */
  number(): number {
    if (this.type < I16 || this.type > I64)
      throw new RangeError(`an integer was expected, not thrift type ${this.type}`)
    return numberAt(this.bytes, this.start)
  }

  /** The fields of the field's value, where it is a struct. */
  struct(): FieldCursor {
    if (this.type !== STRUCT) throw new RangeError(`a struct was expected, not thrift type ${this.type}`)
    return new FieldCursor(this.bytes, this.start)
  }

  /** The structs of the field's value, where it is a list of them; `visit` has to go through each to its end. */
  structs(visit: (item: FieldCursor, index: number) => void): void {
    if (this.type !== LIST) throw new RangeError(`a list was expected, not thrift type ${this.type}`)
    const { type, count, next } = listHeader(this.bytes, this.start)
    if (count > 0 && type !== STRUCT) throw new RangeError(`structs were expected, not thrift type ${type}`)
    if (count > MOST_ITEMS) throw new RangeError(`its metadata have a list of ${count} items`)
    let at = next
    for (let i = 0; i < count; i++) {
      const item = new FieldCursor(this.bytes, at)
      visit(item, i)
      at = item.end
    }
    this.#end = at
  }
}

/** Structs that are being encoded, one after the other. */
export class StructWriter {
  #bytes = new Uint8Array(4096)
  #length = 0
  /** Field that was written last in the struct that is being written, and those of the structs around it. */
  #last = 0
  readonly #around: number[] = []

  /** A struct: with `id` as a field of the one that is being written, without as the next item of a list. */
  begin(id?: number): void {
    if (id !== undefined) this.#header(id, STRUCT)
    this.#around.push(this.#last)
    this.#last = 0
  }

  end(): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = 0
    this.#last = this.#around.pop() ?? 0
  }

  /** The field that `cursor` is at. */
  copy({ bytes, id, type, start, end }: FieldCursor): void {
    this.#header(id, type)
    this.#reserve(end - start)
    if (end - start < SHORT) for (let i = start; i < end; i++) this.#bytes[this.#length++] = bytes[i]!
    else {
      this.#bytes.set(bytes.subarray(start, end), this.#length)
      this.#length += end - start
    }
  }

  /** An integer of 64 bits, not negative. */
  number(id: number, value: number): void {
    this.#header(id, I64)
    this.#varint(value * 2)
  }

  /** All that was written. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #header(id: number, type: number): void {
    const step = id - this.#last
    this.#last = id
    this.#reserve(1)
    if (step > 0 && step <= 15) this.#bytes[this.#length++] = (step << 4) | type
    else {
      this.#bytes[this.#length++] = type
      this.#varint(id * 2)
    }
  }

  #varint(value: number): void {
    this.#reserve(10)
    let rest = value
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 0x80
    this.#bytes[this.#length++] = rest
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.byteLength) return
    const larger = new Uint8Array(Math.max(2 * this.#bytes.byteLength, this.#length + count))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
