/**
 * A column chunk: the pages of one leaf in one row group, as the footer describes them.
 * Format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { field, type RowGroup, text } from './footer.js'
import { type Fields, type Part, readBinary, readItems, readList, readStruct, structList } from './thrift.js'
import { FieldCursor, StructWriter } from './thrift-fields.js'

export interface Chunk {
  readonly leaf: number
  /** First byte of its pages in the file. */
  readonly from: number
  readonly length: number
  readonly values: number
  /** Bytes that it takes once it is decoded, as far as the footer tells. */
  readonly decoded: number
  readonly codec: number
  /** ColumnChunk. */
  readonly part: Part
}

/** A chunk, and where its pages start in another file. */
export interface Move {
  readonly chunk: Chunk
  readonly to: number
}

/** Bytes of a decoded value by physical type: BOOLEAN INT32 INT64 INT96 FLOAT DOUBLE, and the offset of BYTE_ARRAY. */
const WIDTHS = [1 / 8, 4, 8, 8, 4, 8, 4]

/** The chunks of `leaves`, in this order, in a file of `size` bytes. RangeError where they cannot be as described. */
export function readChunks(group: RowGroup, leaves: readonly number[], size: number): Chunk[] {
  const ascending = leaves.every((leaf, i) => i === 0 || leaf > leaves[i - 1]!)
  if (ascending) return readItems(group.chunks, leaves).map((part, i) => readChunk(part, leaves[i]!, size))
  const sorted = [...leaves].sort((a, b) => a - b)
  const chunks = new Map(readChunks(group, sorted, size).map(chunk => [chunk.leaf, chunk]))
  return leaves.map(leaf => chunks.get(leaf)!)
}

/** The list of chunks, as it is in the footer of the other file. */
export function movedChunks(moves: readonly Move[]): Part {
  const writer = new StructWriter()
  for (const { chunk, to } of moves) moveChunk(writer, chunk, to - chunk.from)
  return structList(moves.length, writer.bytes)
}

/** ColumnMetaData, with the statistics. */
export function chunkMetadata({ part }: Chunk): Fields {
  return readStruct(field(readStruct(part), 3))
}

/** Names from the column down to the leaf. */
export function columnPath(chunk: Chunk): string {
  return readList(field(chunkMetadata(chunk), 3))
    .map(part => text(readBinary(part)))
    .join('.')
}

function readChunk(part: Part, leaf: number, size: number): Chunk {
  const found = {
    type: -1,
    codec: -1,
    values: -1,
    uncompressed: 0,
    length: -1,
    data: -1,
    dictionary: 0,
    strings: 0,
  }
  const fields = new FieldCursor(part.bytes, part.start)
  while (fields.next()) {
    if (fields.id === 1) throw new RangeError('a column lies in another file')
    if (fields.id === 3) readMetadata(fields.struct(), found)
  }
  const { type, codec, values, uncompressed, length, data, dictionary, strings } = found
  const from = dictionary > 0 && dictionary < data ? dictionary : data
  const last = from + length
  if (from < 4 || length < 0 || values < 0 || type < 0 || codec < 0 || !(last <= size) || data > last)
    throw new RangeError('a column lies outside of the file')
  const decoded = Math.max(uncompressed, values * (WIDTHS[type] ?? 1) + strings)
  return { leaf, from, length, values, decoded, codec, part }
}

interface Found {
  type: number
  codec: number
  values: number
  uncompressed: number
  length: number
  data: number
  dictionary: number
  /** Bytes of all strings, where the writer told it. */
  strings: number
}

function readMetadata(meta: FieldCursor, found: Found): void {
  while (meta.next()) {
    if (meta.id === 1) found.type = meta.number()
    else if (meta.id === 4) found.codec = meta.number()
    else if (meta.id === 5) found.values = meta.number()
    else if (meta.id === 6) found.uncompressed = meta.number()
    else if (meta.id === 7) found.length = meta.number()
    else if (meta.id === 9) found.data = meta.number()
    // Some writers say 0 where there is no dictionary page.
    else if (meta.id === 11) found.dictionary = meta.number()
    else if (meta.id === 16) {
      const sizes = meta.struct()
      while (sizes.next()) if (sizes.id === 1) found.strings = sizes.number()
    }
  }
}

/** Page indexes and Bloom filters lie elsewhere in the file and are not brought along. */
function moveChunk(writer: StructWriter, { part }: Chunk, shift: number): void {
  writer.begin()
  writer.number(2, 0)
  const fields = new FieldCursor(part.bytes, part.start)
  while (fields.next()) {
    if (fields.id === 3) moveMetadata(writer, fields.struct(), shift)
    else if (fields.id === 8 || fields.id === 9) writer.copy(fields)
  }
  writer.end()
}

function moveMetadata(writer: StructWriter, meta: FieldCursor, shift: number): void {
  writer.begin(3)
  while (meta.next()) {
    const { id } = meta
    if (id === 9 || (id === 11 && meta.number() > 0)) writer.number(id, meta.number() + shift)
    // Offsets of an index page, of a Bloom filter and its length.
    else if (id !== 10 && id !== 11 && id !== 14 && id !== 15) writer.copy(meta)
  }
  writer.end()
}
