/**
 * Reads flatbuffers that may be hostile: every offset is checked, and tables and strings that are reached in many ways
 * are not read more often than the length of the buffer explains. Whatever is wrong is a RangeError.
 * Format: https://flatbuffers.dev/internals/
 */

/** The smallest table is an offset of four bytes, and another four refer to it. */
const SMALLEST_TABLE = 8
/** Writers may refer to a string more than once. */
const SHARED_STRINGS = 4

/** The table that a flatbuffer begins with. */
export function rootOf(bytes: Uint8Array): FlatTable {
  return new FlatSource(bytes).root()
}

class FlatSource {
  readonly bytes: Uint8Array
  readonly view: DataView
  #tables: number
  #characters: number

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#tables = Math.floor(bytes.byteLength / SMALLEST_TABLE)
    this.#characters = bytes.byteLength * SHARED_STRINGS
  }

  root(): FlatTable {
    return this.table(this.view.getUint32(0, true))
  }

  table(position: number): FlatTable {
    if (this.#tables-- <= 0) throw new RangeError('it holds more tables than there is room for')
    return new FlatTable(this, position)
  }

  text(position: number): string {
    const length = this.view.getUint32(position, true)
    this.#characters -= length
    if (this.#characters < 0) throw new RangeError('it holds more text than there is room for')
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.slice(position + 4, length))
  }

  slice(start: number, length: number): Uint8Array {
    if (start + length > this.bytes.byteLength) throw new RangeError('it refers to what lies after its end')
    return this.bytes.subarray(start, start + length)
  }
}

/** One table: its fields by slot. Absent scalars have the default that is asked with. */
export class FlatTable {
  readonly #source: FlatSource
  readonly #position: number
  readonly #vtable: number
  readonly #vtableLength: number

  constructor(source: FlatSource, position: number) {
    this.#source = source
    this.#position = position
    this.#vtable = position - source.view.getInt32(position, true)
    this.#vtableLength = source.view.getUint16(this.#vtable, true)
  }

  has(slot: number): boolean {
    return this.#field(slot) !== undefined
  }

  bool(slot: number): boolean {
    return this.uint8(slot) !== 0
  }

  uint8(slot: number): number {
    const at = this.#field(slot)
    return at === undefined ? 0 : this.#source.view.getUint8(at)
  }

  int16(slot: number, absent: number): number {
    const at = this.#field(slot)
    return at === undefined ? absent : this.#source.view.getInt16(at, true)
  }

  int32(slot: number, absent: number): number {
    const at = this.#field(slot)
    return at === undefined ? absent : this.#source.view.getInt32(at, true)
  }

  int64(slot: number): number {
    const at = this.#field(slot)
    return at === undefined ? 0 : int64At(this.#source.view, at)
  }

  text(slot: number): string | undefined {
    const at = this.#reference(slot)
    return at === undefined ? undefined : this.#source.text(at)
  }

  table(slot: number): FlatTable | undefined {
    const at = this.#reference(slot)
    return at === undefined ? undefined : this.#source.table(at)
  }

  tables(slot: number): FlatTable[] {
    const items = this.items(slot, 4)
    return Array.from({ length: items.byteLength / 4 }, (_, i) => {
      const offset = items.getUint32(i * 4, true)
      return this.#source.table(items.byteOffset - this.#source.bytes.byteOffset + i * 4 + offset)
    })
  }

  /** The bytes of a vector of scalars or structs of `size` bytes each; none where it is absent. */
  items(slot: number, size: number): DataView {
    const at = this.#reference(slot)
    const count = at === undefined ? 0 : this.#source.view.getUint32(at, true)
    const { buffer, byteOffset, byteLength } = this.#source.slice(
      (at ?? 0) + 4 * Math.sign(count),
      count * size,
    )
    return new DataView(buffer, byteOffset, byteLength)
  }

  #reference(slot: number): number | undefined {
    const at = this.#field(slot)
    return at === undefined ? undefined : at + this.#source.view.getUint32(at, true)
  }

  #field(slot: number): number | undefined {
    const entry = 4 + slot * 2
    if (entry + 2 > this.#vtableLength) return undefined
    const offset = this.#source.view.getUint16(this.#vtable + entry, true)
    return offset === 0 ? undefined : this.#position + offset
  }
}

/** An int64 as a number, which it has to fit. */
export function int64At(view: DataView, position: number): number {
  const value = view.getInt32(position + 4, true) * 2 ** 32 + view.getUint32(position, true)
  if (!Number.isSafeInteger(value)) throw new RangeError(`it holds the integer ${value}`)
  return value
}
