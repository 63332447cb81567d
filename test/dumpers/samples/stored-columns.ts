/** Arrow columns made of the values that they store, buffer by buffer: Arrow's own builders do not make all of them. */
import * as arrow from 'apache-arrow'

export type Stored = number | bigint | string | boolean | Uint8Array

export function numbersOf(type: arrow.DataType, values: readonly (Stored | null)[]): ArrayBufferView {
  return type.ArrayType.from(values.map(value => Number(value ?? 9)))
}

export function fixed(type: arrow.DataType, data: ArrayBufferView, values: readonly unknown[]): arrow.Data {
  const nullBitmap = values.includes(null) ? bitsOf(values, value => value !== null) : undefined
  return new arrow.Data(type, 0, values.length, nullBitmap === undefined ? 0 : -1, [
    undefined,
    data,
    nullBitmap,
  ] as never)
}

export function variable(type: arrow.DataType, values: readonly (Uint8Array | null)[]): arrow.Data {
  const nullBitmap = bitsOf(values, value => value !== null)
  if (arrow.DataType.isUtf8View(type) || arrow.DataType.isBinaryView(type)) {
    const pieces = values.map(value => value ?? new Uint8Array())
    const views = new Uint8Array(values.length * 16)
    const view = new DataView(views.buffer)
    for (const [i, piece] of pieces.entries()) {
      // The view of a null may hold something.
      view.setInt32(i * 16, values[i] === null ? 3 : piece.length, true)
      views.set(piece.subarray(0, piece.length > 12 ? 4 : 12), i * 16 + 4)
      if (piece.length > 12) view.setInt32(i * 16 + 8, i, true)
    }
    return new arrow.Data(
      type,
      0,
      values.length,
      -1,
      [undefined, views, nullBitmap] as never,
      [],
      undefined,
      pieces,
    )
  }
  // A null may have bytes.
  const bytes = values.map(value => value ?? Uint8Array.of(0x78))
  const isLarge = arrow.DataType.isLargeUtf8(type) || arrow.DataType.isLargeBinary(type)
  let end = 0
  const ends = [0, ...bytes.map(piece => (end += piece.length))]
  const offsets = isLarge ? BigInt64Array.from(ends, BigInt) : Int32Array.from(ends)
  return new arrow.Data(type, 0, values.length, -1, [
    offsets,
    new Uint8Array(Buffer.concat(bytes)),
    nullBitmap,
  ] as never)
}

export function bitsOf(values: readonly unknown[], isSet: (value: unknown) => boolean): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >> 3)
  values.forEach((value, i) => {
    if (isSet(value)) bits[i >> 3]! |= 1 << (i & 7)
  })
  return bits
}
