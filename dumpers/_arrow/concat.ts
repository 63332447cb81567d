/** Several pieces of one Arrow column as one, copied from buffer to buffer, so that no bit of a value changes. */
import type { Data, Vector } from 'apache-arrow'
import { bytesOf, readOffsets } from './byte-rows.js'
import { fixedWidth, isBytes, isListLike } from './fixed-width.js'
import type { Arrow } from './rebuild.js'
import { sliceData } from './slice.js'
import { largeOffsets } from './take-buffers.js'

const INT32_MAX = 2 ** 31 - 1

/** TypeError for types that are not copied: unions, views, and dictionaries that differ. RangeError where it is too long. */
export function concatData(arrow: Arrow, pieces: readonly Data[]): Data {
  const [first] = pieces
  if (first === undefined) throw new TypeError('nothing to put together')
  if (pieces.length === 1) return first
  const { DataType } = arrow
  const { type } = first
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  if (length > INT32_MAX) throw new RangeError(`${length} values are more than one piece can hold`)
  if (DataType.isNull(type)) return arrow.makeData({ type, length })
  const { nullCount, nullBitmap } = validity(pieces, length)
  const hasOffsets = isBytes(arrow, type) || isListLike(arrow, type)
  const offsets = hasOffsets ? joinedOffsets(arrow, pieces, length) : undefined
  const values = joinedValues(arrow, pieces, length)
  if (values === undefined && !hasOffsets && !DataType.isStruct(type) && !DataType.isFixedSizeList(type)) {
    throw new TypeError(`pieces of type ${String(type)} cannot be put together`)
  }
  return new arrow.Data(
    type,
    0,
    length,
    nullCount,
    [offsets, values, nullBitmap, undefined],
    childrenOf(arrow, pieces),
    sharedDictionary(pieces),
  )
}

function sharedDictionary(pieces: readonly Data[]): Vector | undefined {
  const dictionary = pieces[0]?.dictionary
  if (pieces.every(piece => piece.dictionary === dictionary)) return dictionary
  throw new TypeError('dictionaries within dictionaries differ from piece to piece')
}

/** Undefined for types without values of their own. */
function joinedValues(arrow: Arrow, pieces: readonly Data[], length: number): ArrayBufferView | undefined {
  const { type } = pieces[0]!
  const { DataType } = arrow
  if (DataType.isBool(type)) {
    return joinedBits(
      pieces.map(piece => ({ bits: piece.length === 0 ? undefined : bytesOf(piece), piece })),
      length,
    )
  }
  if (isBytes(arrow, type)) return joinedBytes(pieces)
  const width = fixedWidth(arrow, type)
  if (width === undefined) return undefined
  const { ArrayType } = DataType.isDictionary(type) ? type.indices : type
  return new ArrayType(joined(pieces, length, width).buffer)
}

/** Of lists only the items between their first and last offset. */
function childrenOf(arrow: Arrow, pieces: readonly Data[]): Data[] {
  const [first] = pieces
  if (first === undefined) return []
  return first.children.map((_, i) => {
    const children = pieces.map(piece => {
      const child = piece.children[i]!
      const size = arrow.DataType.isFixedSizeList(piece.type) ? piece.type.listSize : 1
      if (!isListLike(arrow, piece.type)) return sliceData(arrow, child, 0, piece.length * size)
      const offsets = readOffsets(piece, child.length)
      return sliceData(arrow, child, offsets[0]!, offsets[piece.length]!)
    })
    return concatData(arrow, children)
  })
}

function joined(pieces: readonly Data[], length: number, width: number): Uint8Array {
  const out = new Uint8Array(length * width)
  let at = 0
  for (const piece of pieces) {
    const bytes = piece.length * width
    const values: unknown = piece.values
    if (!ArrayBuffer.isView(values) || values.byteLength < bytes) {
      if (bytes === 0) continue
      throw new RangeError('a column is shorter than it says')
    }
    out.set(new Uint8Array(values.buffer, values.byteOffset, bytes), at)
    at += bytes
  }
  return out
}

function joinedBytes(pieces: readonly Data[]): Uint8Array {
  const parts = pieces.map(piece => {
    if (piece.length === 0) return new Uint8Array(0)
    const bytes = bytesOf(piece)
    const offsets = readOffsets(piece, bytes.byteLength)
    return bytes.subarray(offsets[0]!, offsets[piece.length]!)
  })
  const { buffer, byteOffset, byteLength } = Buffer.concat(parts)
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function joinedOffsets(arrow: Arrow, pieces: readonly Data[], length: number): Int32Array | BigInt64Array {
  const out = new Float64Array(length + 1)
  let at = 0
  for (const piece of pieces) {
    if (piece.length === 0) continue
    const end = isBytes(arrow, piece.type) ? bytesOf(piece).byteLength : (piece.children[0]?.length ?? 0)
    const offsets = readOffsets(piece, end)
    const shift = out[at]! - offsets[0]!
    for (let row = 1; row <= piece.length; row++) out[++at] = offsets[row]! + shift
  }
  const type = pieces[0]?.type
  if (
    arrow.DataType.isLargeUtf8(type) ||
    arrow.DataType.isLargeBinary(type) ||
    arrow.DataType.isLargeList(type)
  ) {
    return largeOffsets(out)
  }
  if (out[length]! > INT32_MAX) throw new RangeError(`${out[length]} bytes are more than one piece can hold`)
  return Int32Array.from(out)
}

function validity(pieces: readonly Data[], length: number): { nullCount: number; nullBitmap: Uint8Array } {
  const nullCount = pieces.reduce((sum, piece) => sum + piece.nullCount, 0)
  if (nullCount === 0) return { nullCount, nullBitmap: new Uint8Array(0) }
  const parts = pieces.map(piece => ({ bits: piece.nullCount > 0 ? piece.nullBitmap : undefined, piece }))
  return { nullCount, nullBitmap: joinedBits(parts, length) }
}

/** Without bits, all are set. */
function joinedBits(
  parts: readonly { readonly bits: Uint8Array | undefined; readonly piece: Data }[],
  length: number,
): Uint8Array {
  const out = new Uint8Array((length + 7) >> 3)
  let at = 0
  for (const { bits, piece } of parts) {
    for (let i = piece.offset; i < piece.offset + piece.length; i++, at++) {
      if (bits === undefined || ((bits[i >> 3]! >> (i & 7)) & 1) === 1) out[at >> 3]! |= 1 << (at & 7)
    }
  }
  return out
}
