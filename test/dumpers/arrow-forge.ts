/** Arrow files that lie: every number that a file states can be set by itself. */
import * as arrow from 'apache-arrow'
import {
  bool,
  type FlatReference,
  type FlatValue,
  flatBuffer,
  int8,
  int16,
  int64,
  items,
  references,
  table,
} from '../../dumpers/_ipc/flat-writer.js'
import { schemaTable } from '../../dumpers/_ipc/schema-write.js'
import { type ArrowEntry, codeOf, storeArrow } from './arrow-entry.js'

/** One message. By default it states what is there. */
export interface ForgedMessage {
  readonly rows: number
  /** Length and number of nulls of each column. */
  readonly nodes: readonly number[]
  /** The bytes of each buffer, one after the other at multiples of 8. */
  readonly buffers: readonly ArrayBufferView[]
  readonly dictionary?: { readonly id: number; readonly isDelta?: boolean }
  readonly counts?: readonly number[]
  /** Offset and length of each buffer, instead of where they are. */
  readonly regions?: readonly number[]
  readonly bodyLength?: number
  readonly version?: number
  readonly isCompressed?: boolean
}

export interface ForgedFile {
  readonly schema: arrow.Schema | FlatReference
  readonly messages: readonly ForgedMessage[]
  /** Instead of the blocks of all messages. */
  readonly blocks?: (blocks: readonly ForgedBlock[]) => readonly ForgedBlock[]
  readonly footerLength?: number
  readonly version?: number
}

export interface ForgedBlock {
  readonly offset: number
  readonly head: number
  readonly body: number
  readonly isDictionary: boolean
}

const MAGIC = Buffer.from('ARROW1')

export function forge({ schema, messages, blocks, footerLength, version = 4 }: ForgedFile): Buffer {
  const pieces: Uint8Array[] = [MAGIC, new Uint8Array(2)]
  const found: ForgedBlock[] = []
  let offset = 8
  for (const message of messages) {
    const body = Buffer.concat(message.buffers.flatMap(padded))
    const head = headOf(message, body.byteLength)
    found.push({
      offset,
      head: head.byteLength,
      body: body.byteLength,
      isDictionary: 'dictionary' in message,
    })
    pieces.push(head, body)
    offset += head.byteLength + body.byteLength
  }
  const stated = blocks?.(found) ?? found
  const schemaPart = schema instanceof arrow.Schema ? schemaTable(arrow, schema) : schema
  const dictionaries = blockItems(stated.filter(block => block.isDictionary))
  const batches = blockItems(stated.filter(block => !block.isDictionary))
  const footer = flatBuffer(table([int16(version), schemaPart, dictionaries, batches]))
  const length = Buffer.alloc(4)
  length.writeInt32LE(footerLength ?? footer.byteLength)
  return Buffer.concat([...pieces, footer, length, MAGIC])
}

/** An entry with such a file in it. */
export async function openForged(file: ForgedFile): Promise<ArrowEntry> {
  const entry = await storeArrow([['x', [1]]])
  entry.replace(forge(file))
  return entry
}

/** The code that reading gives, whole and in parts, which is the same. */
export async function codeOfForged(file: ForgedFile): Promise<string> {
  const { loadBare } = await openForged(file)
  const codes = new Set<string>()
  for (const options of [{}, { columns: ['x'] }, { rows: [0, 1] as const }])
    codes.add(await codeOf(loadBare(options)))
  return [...codes].join(' or ')
}

/** A schema of fields that are given slot by slot, as the format numbers them. */
export function forgedSchema(
  fields: readonly (readonly (FlatValue | undefined)[])[],
  endianness = 0,
): FlatReference {
  return table([int16(endianness), references(fields.map(slots => table(slots)))])
}

/** What is written once, however often it is referred to. */
export function shared(reference: FlatReference): FlatReference {
  let position: number | undefined
  return {
    place(writer) {
      position ??= reference.place(writer)
      return position
    },
  }
}

function padded(view: ArrayBufferView): Uint8Array[] {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  return [bytes, new Uint8Array((8 - (bytes.byteLength % 8)) % 8)]
}

function headOf(message: ForgedMessage, body: number): Uint8Array {
  let offset = 0
  const actual = message.buffers.flatMap(({ byteLength }) => {
    const start = offset
    offset += Math.ceil(byteLength / 8) * 8
    return [start, byteLength]
  })
  const batch = table([
    int64(message.rows),
    words(message.nodes, 16),
    words(message.regions ?? actual, 16),
    message.isCompressed === true ? table([int8(0)]) : undefined,
    message.counts === undefined ? undefined : words(message.counts, 8),
  ])
  const { dictionary } = message
  const header =
    dictionary === undefined ? batch : table([int64(dictionary.id), batch, bool(dictionary.isDelta ?? false)])
  const kind = int8(dictionary === undefined ? 3 : 2)
  const flat = flatBuffer(
    table([int16(message.version ?? 4), kind, header, int64(message.bodyLength ?? body)]),
  )
  const head = Buffer.alloc(Math.ceil((8 + flat.byteLength) / 8) * 8)
  head.writeInt32LE(-1, 0)
  head.writeInt32LE(head.byteLength - 8, 4)
  head.set(flat, 8)
  return head
}

function words(values: readonly number[], size: number): FlatReference {
  return items(new Uint8Array(BigInt64Array.from(values, BigInt).buffer), size)
}

function blockItems(blocks: readonly ForgedBlock[]): FlatReference {
  return words(
    blocks.flatMap(({ offset, head, body }) => [offset, head, body]),
    24,
  )
}
