/** The head of a message, which may be hostile: what it says of its body. Whatever contradicts itself is a RangeError. */
import { MOST_ROWS } from '../_arrow/validate.js'
import { unsupported } from './damage.js'
import { type FlatTable, int64At, rootOf } from './flat-reader.js'
import { checkVersion } from './footer.js'
import { BATCH, DICTIONARY, HEADER, MESSAGE, PAIR, PREFIX, V4 } from './format.js'
import type { Block } from './messages.js'

/** What a message says of its body. */
export interface BatchHead {
  readonly rows: number
  /** The dictionary that it holds. */
  readonly dictionary: { readonly id: number; readonly isDelta: boolean } | undefined
  /** Length and number of nulls of each column, and of those within. */
  readonly nodes: readonly number[]
  /** Offset and length of each buffer. They lie within the body, and have room there beside each other. */
  readonly buffers: readonly number[]
  readonly variadicCounts: readonly number[]
  /** Unions had a bitmap of nulls then. */
  readonly isV4: boolean
}

/** `bytes` are those of `block` before its body. */
export function readHead(bytes: Uint8Array, block: Block): BatchHead {
  const message = rootOf(flatPart(bytes))
  const version = message.int16(MESSAGE.version, 0)
  checkVersion(version)
  if (message.int64(MESSAGE.bodyLength) !== block.body) {
    throw new RangeError('a message and the footer differ about the length of its body')
  }
  const header = message.table(MESSAGE.header)
  const kind = message.uint8(MESSAGE.headerType)
  if (header === undefined) throw new RangeError('a message is empty')
  if (kind === HEADER.batch)
    return { ...readBatch(header, block), dictionary: undefined, isV4: version === V4 }
  const data = kind === HEADER.dictionary ? header.table(DICTIONARY.data) : undefined
  if (data === undefined) throw new RangeError('a message holds neither a batch nor a dictionary')
  const dictionary = { id: header.int64(DICTIONARY.id), isDelta: header.bool(DICTIONARY.isDelta) }
  return { ...readBatch(data, block), dictionary, isV4: version === V4 }
}

/** Before version 0.15 of Arrow there were no four bytes 0xff before the length. */
function flatPart(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = view.getInt32(0, true) === -1 ? PREFIX : PREFIX / 2
  const length = view.getInt32(start - 4, true)
  if (length <= 0 || start + length > bytes.byteLength) throw new RangeError('a message is cut off')
  return bytes.subarray(start, start + length)
}

function readBatch(batch: FlatTable, block: Block): Omit<BatchHead, 'dictionary' | 'isV4'> {
  if (batch.has(BATCH.compression)) {
    throw unsupported(
      "is compressed, and its columns could not be used where they lie. Write it without: pyarrow's feather.write_feather(…, compression='uncompressed')",
    )
  }
  const nodes = int64s(batch, BATCH.nodes, PAIR)
  const buffers = int64s(batch, BATCH.buffers, PAIR)
  const variadicCounts = int64s(batch, BATCH.variadicCounts, 8)
  const rows = batch.int64(BATCH.length)
  checkRows(rows)
  for (let i = 0; i < nodes.length; i += 2) {
    checkRows(nodes[i]!)
    if (nodes[i + 1]! < 0 || nodes[i + 1]! > nodes[i]!)
      throw new RangeError('a column has more nulls than rows')
  }
  checkBuffers(buffers, block.body)
  if (variadicCounts.some(count => count < 0)) throw new RangeError('a column has fewer than no buffers')
  return { rows, nodes, buffers, variadicCounts }
}

function int64s(batch: FlatTable, slot: number, size: number): number[] {
  const view = batch.items(slot, size)
  return Array.from({ length: view.byteLength / 8 }, (_, i) => int64At(view, i * 8))
}

function checkRows(rows: number): void {
  if (rows < 0) throw new RangeError(`a column has ${rows} rows`)
  if (rows > MOST_ROWS) {
    throw unsupported(
      `has ${rows} rows in one batch; ${MOST_ROWS} fit into a column of apache-arrow. Write it in several batches`,
    )
  }
}

function checkBuffers(buffers: readonly number[], body: number): void {
  let total = 0
  for (let i = 0; i < buffers.length; i += 2) {
    const offset = buffers[i]!
    const length = buffers[i + 1]!
    if (offset < 0 || length < 0 || offset + length > body)
      throw new RangeError('a buffer lies outside of its message')
    total += length
  }
  if (total > body) throw new RangeError('the buffers of a message overlap')
}
