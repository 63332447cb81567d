/** Messages and the footer as bytes: what lies in a file beside the bodies. */
import type { Schema } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import type { Body } from './body.js'
import { bool, type FlatReference, flatBuffer, int8, int16, int64, items, table } from './flat-writer.js'
import { aligned, BLOCK, HEADER, MAGIC, PAIR, PREFIX, TAIL, V5 } from './format.js'
import { metadataOf, schemaTable } from './schema-write.js'

/** Where a message lies: its head, which says what is in it, and its body. */
export interface Block {
  readonly offset: number
  readonly head: number
  readonly body: number
}

/** The message that a stream begins with. It is padded so that what follows is aligned. */
export function schemaMessage(arrow: Arrow, schema: Schema, position: number): Uint8Array {
  return message(HEADER.schema, schemaTable(arrow, schema), 0, position)
}

export function batchMessage(rows: number, body: Body, position: number): Uint8Array {
  return message(HEADER.batch, batchTable(rows, body), body.length, position)
}

export function dictionaryMessage(id: number, rows: number, body: Body, position: number): Uint8Array {
  const header = table([int64(id), batchTable(rows, body), bool(false)])
  return message(HEADER.dictionary, header, body.length, position)
}

/** The end of a stream. */
export function endOfStream(): Uint8Array {
  return new Uint8Array(Int32Array.of(-1, 0).buffer)
}

export function footer(
  arrow: Arrow,
  schema: Schema,
  dictionaries: readonly Block[],
  batches: readonly Block[],
  notes: ReadonlyMap<string, string>,
): Uint8Array {
  return flatBuffer(
    table([int16(V5), schemaTable(arrow, schema), blocks(dictionaries), blocks(batches), metadataOf(notes)]),
  )
}

/** What follows the footer. */
export function tail(footer: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(TAIL)
  new DataView(bytes.buffer).setInt32(0, footer.byteLength, true)
  bytes.set(MAGIC, 4)
  return bytes
}

function message(kind: number, header: FlatReference, body: number, position: number): Uint8Array {
  const flat = flatBuffer(table([int16(V5), int8(kind), header, int64(body)]))
  const bytes = new Uint8Array(aligned(position + PREFIX + flat.byteLength) - position)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, -1, true)
  view.setInt32(4, bytes.byteLength - PREFIX, true)
  bytes.set(flat, PREFIX)
  return bytes
}

function batchTable(rows: number, { nodes, buffers, variadicCounts }: Body): FlatReference {
  const counts = variadicCounts.length > 0 ? int64s(variadicCounts, 8) : undefined
  return table([int64(rows), int64s(nodes, PAIR), int64s(buffers, PAIR), undefined, counts])
}

function int64s(values: readonly number[], size: number): FlatReference {
  return items(new Uint8Array(BigInt64Array.from(values, BigInt).buffer), size)
}

function blocks(all: readonly Block[]): FlatReference {
  const bytes = new Uint8Array(all.length * BLOCK.size)
  const view = new DataView(bytes.buffer)
  all.forEach(({ offset, head, body }, i) => {
    view.setBigInt64(i * BLOCK.size + BLOCK.offset, BigInt(offset), true)
    view.setInt32(i * BLOCK.size + BLOCK.head, head, true)
    view.setBigInt64(i * BLOCK.size + BLOCK.body, BigInt(body), true)
  })
  return items(bytes, BLOCK.size)
}
