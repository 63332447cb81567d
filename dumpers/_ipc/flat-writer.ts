/**
 * Writes flatbuffers from a tree of plain descriptions, from front to back: a table, then what it refers to.
 * Format: https://flatbuffers.dev/internals/
 */

/** What a slot of a table holds. */
export type FlatValue = FlatScalar | FlatReference

interface FlatScalar {
  readonly size: 1 | 2 | 4 | 8
  readonly value: number
}

/** Something that is written once, elsewhere, and referred to. */
export interface FlatReference {
  /** Writes it and gives its position. */
  place(writer: FlatWriter): number
}

export function int8(value: number): FlatScalar {
  return { size: 1, value }
}

export function bool(value: boolean): FlatScalar {
  return { size: 1, value: Number(value) }
}

export function int16(value: number): FlatScalar {
  return { size: 2, value }
}

export function int32(value: number): FlatScalar {
  return { size: 4, value }
}

export function int64(value: number): FlatScalar {
  return { size: 8, value }
}

export function text(value: string): FlatReference {
  return {
    place(writer) {
      const bytes = new TextEncoder().encode(value)
      const position = writer.reserve(4 + bytes.byteLength + 1, 4, 0)
      writer.view.setUint32(position, bytes.byteLength, true)
      writer.bytes.set(bytes, position + 4)
      return position
    },
  }
}

/** A table; the index of a value is its slot. */
export function table(values: readonly (FlatValue | undefined)[]): FlatReference {
  return {
    place(writer) {
      const vtable = writer.reserve(4 + values.length * 2, 2, 0)
      const offsets: number[] = []
      let length = 4
      for (const value of values) {
        const size = value === undefined ? 0 : sizeOf(value)
        if (size > 0) length = Math.ceil(length / size) * size
        offsets.push(size > 0 ? length : 0)
        length += size
      }
      const position = writer.reserve(length, 8, 0)
      writer.view.setInt32(position, position - vtable, true)
      writer.view.setUint16(vtable, 4 + values.length * 2, true)
      writer.view.setUint16(vtable + 2, length, true)
      values.forEach((value, slot) => {
        if (value === undefined) return
        const at = position + offsets[slot]!
        writer.view.setUint16(vtable + 4 + slot * 2, offsets[slot]!, true)
        if ('place' in value) writer.refer(at, value)
        else writer.scalar(at, value)
      })
      return position
    },
  }
}

/** A vector of tables or strings. */
export function references(values: readonly FlatReference[]): FlatReference {
  return {
    place(writer) {
      const position = writer.reserve(4 + values.length * 4, 4, 0)
      writer.view.setUint32(position, values.length, true)
      values.forEach((value, i) => {
        writer.refer(position + 4 + i * 4, value)
      })
      return position
    },
  }
}

/** A vector of scalars or structs of `size` bytes, one after the other in `bytes`. */
export function items(bytes: Uint8Array, size: number): FlatReference {
  return {
    place(writer) {
      const position = writer.reserve(4 + bytes.byteLength, 8, 4)
      writer.view.setUint32(position, bytes.byteLength / size, true)
      writer.bytes.set(bytes, position + 4)
      return position
    },
  }
}

/** The flatbuffer whose root is `root`. */
export function flatBuffer(root: FlatReference): Uint8Array {
  const writer = new FlatWriter()
  writer.refer(writer.reserve(4, 4, 0), root)
  return writer.bytes.subarray(0, writer.length)
}

function sizeOf(value: FlatValue): number {
  return 'place' in value ? 4 : value.size
}

class FlatWriter {
  bytes: Uint8Array = new Uint8Array(1024)
  view: DataView = new DataView(this.bytes.buffer)
  length = 0

  /** Room for `size` bytes, all 0; the byte after the first `head` of them is at a multiple of `alignment`. */
  reserve(size: number, alignment: number, head: number): number {
    const position = Math.ceil((this.length + head) / alignment) * alignment - head
    this.length = position + size
    if (this.length > this.bytes.byteLength) {
      const larger = new Uint8Array(this.length * 2)
      larger.set(this.bytes)
      this.bytes = larger
      this.view = new DataView(larger.buffer)
    }
    return position
  }

  refer(at: number, value: FlatReference): void {
    const target = value.place(this)
    this.view.setUint32(at, target - at, true)
  }

  scalar(at: number, { size, value }: FlatScalar): void {
    if (size === 1) this.view.setInt8(at, value)
    else if (size === 2) this.view.setInt16(at, value, true)
    else if (size === 4) this.view.setInt32(at, value, true)
    else this.view.setBigInt64(at, BigInt(value), true)
  }
}
