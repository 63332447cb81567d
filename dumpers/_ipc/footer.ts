/**
 * The footer of an Arrow IPC file, which may be hostile: the schema, and where dictionaries and batches lie. Whatever
 * contradicts itself is a RangeError before memory is taken for it.
 */
import type { RandomAccess } from '../../src/dumper.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { unsupported } from './damage.js'
import { type FlatTable, int64At, rootOf } from './flat-reader.js'
import { BLOCK, FOOTER, HEAD, MAGIC, PREFIX, TAIL, V4, V5 } from './format.js'
import type { Block } from './messages.js'
import { type FileSchema, readMetadata, readSchema } from './schema-read.js'
import { checkSum, decodeSums, type MessageSums, SUMS } from './sums.js'

/** The tail and, for most files, the whole footer. */
const FIRST_READ = 65536

export interface Footer extends FileSchema {
  readonly dictionaries: readonly Block[]
  readonly batches: readonly Block[]
  /** Of dictionaries, then of batches; undefined in files of other programs. */
  readonly sums: readonly MessageSums[] | undefined
}

/** `expectedSum` is the CRC-32 of the footer, where it is known. */
export async function readFooter(
  arrow: Arrow,
  file: RandomAccess,
  expectedSum: number | undefined,
): Promise<Footer> {
  const { size } = file
  if (size < HEAD + TAIL) throw new RangeError(`it has ${size} bytes`)
  const head = await file.read({ offset: 0, length: MAGIC.byteLength })
  const first = Math.min(size, FIRST_READ)
  let end = await file.read({ offset: size - first, length: first })
  if (!isMagic(head) || !isMagic(end.subarray(-MAGIC.byteLength))) {
    throw new RangeError('it does not begin and end with ARROW1')
  }
  const length = new DataView(end.buffer, end.byteOffset + end.byteLength - TAIL).getInt32(0, true)
  const begin = size - TAIL - length
  if (length <= 0 || begin < HEAD) throw new RangeError(`its footer has ${length} of ${size} bytes`)
  if (length + TAIL > first) end = await file.read({ offset: begin, length: length + TAIL })
  const bytes = end.subarray(end.byteLength - TAIL - length, end.byteLength - TAIL)
  checkSum('its footer', bytes, expectedSum)
  const footer = parseFooter(arrow, rootOf(bytes), begin)
  if (expectedSum !== undefined && footer.sums === undefined)
    throw new RangeError('its footer has no checksums')
  return footer
}

/** Versions before V4 laid out bodies differently, and later ones are not known yet. */
export function checkVersion(version: number): void {
  if (version === V4 || version === V5) return
  throw unsupported(
    `has version ${version + 1} of the metadata; 4 and 5 are read. Write it again with a current Arrow`,
  )
}

function parseFooter(arrow: Arrow, table: FlatTable, end: number): Footer {
  checkVersion(table.int16(FOOTER.version, 0))
  const schemaTable = table.table(FOOTER.schema)
  if (schemaTable === undefined) throw new RangeError('it has no schema')
  const schema = readSchema(arrow, schemaTable)
  const dictionaries = readBlocks(table, FOOTER.dictionaries)
  const batches = readBlocks(table, FOOTER.batches)
  checkBlocks([...dictionaries, ...batches], end)
  const note = readMetadata(table, FOOTER.metadata).get(SUMS)
  const columns = schema.schema.fields.length
  const sums = note === undefined ? undefined : decodeSums(note, dictionaries.length, batches.length, columns)
  return { ...schema, dictionaries, batches, sums }
}

function readBlocks(table: FlatTable, slot: number): Block[] {
  const view = table.items(slot, BLOCK.size)
  return Array.from({ length: view.byteLength / BLOCK.size }, (_, i) => ({
    offset: int64At(view, i * BLOCK.size + BLOCK.offset),
    head: view.getInt32(i * BLOCK.size + BLOCK.head, true),
    body: int64At(view, i * BLOCK.size + BLOCK.body),
  }))
}

/** All lie before the footer and have room there beside each other: none can be read over and over. */
function checkBlocks(blocks: readonly Block[], end: number): void {
  let total = HEAD
  for (const { offset, head, body } of blocks) {
    if (offset < HEAD || head < PREFIX || body < 0 || offset + head + body > end) {
      throw new RangeError('a message lies outside of it')
    }
    total += head + body
  }
  if (total > end) throw new RangeError('its messages overlap')
}

function isMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte)
}
