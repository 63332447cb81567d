/**
 * Numbers of the Arrow IPC format: which slot of a flatbuffers table holds what, and the values of its enumerations.
 * Schema.fbs, Message.fbs and File.fbs in https://github.com/apache/arrow/tree/main/format
 */

/** Name of the file in an entry. */
export const FILE = 'value.arrow'

export const MAGIC: Uint8Array = Uint8Array.of(0x41, 0x52, 0x52, 0x4f, 0x57, 0x31)
/** Before the flatbuffer of a message: four bytes 0xff and its length. */
export const PREFIX = 8
/** After the footer: its length and the magic. */
export const TAIL: number = 4 + MAGIC.byteLength
/** Where the first message may begin. */
export const HEAD = 8
/** Buffers and bodies begin at multiples of this in files that are written here, as the format recommends. */
const ALIGNMENT = 64

/** Levels of nesting; deeper columns are neither read nor written. */
export const DEEPEST = 64

/** What the version of the metadata is called, and the only ones whose bodies are laid out as today. */
export const V4 = 3
export const V5 = 4

export const FOOTER = { version: 0, schema: 1, dictionaries: 2, batches: 3, metadata: 4 } as const
/** Bytes of a block in the footer, and where its parts lie. */
export const BLOCK = { size: 24, offset: 0, head: 8, body: 16 } as const

export const MESSAGE = { version: 0, headerType: 1, header: 2, bodyLength: 3 } as const
export const HEADER = { schema: 1, dictionary: 2, batch: 3 } as const
export const BATCH = { length: 0, nodes: 1, buffers: 2, compression: 3, variadicCounts: 4 } as const
export const DICTIONARY = { id: 0, data: 1, isDelta: 2 } as const
/** Two int64: length and number of nulls of a node, offset and length of a buffer. */
export const PAIR = 16

export const SCHEMA = { endianness: 0, fields: 1, metadata: 2 } as const
export const FIELD = {
  name: 0,
  nullable: 1,
  typeType: 2,
  type: 3,
  dictionary: 4,
  children: 5,
  metadata: 6,
} as const
export const ENCODING = { id: 0, indexType: 1, isOrdered: 2 } as const
export const KEY_VALUE = { key: 0, value: 1 } as const

/** The union `Type` of Schema.fbs. apache-arrow's own numbers of these types differ from them. */
export const TYPE = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  union: 14,
  fixedSizeBinary: 15,
  fixedSizeList: 16,
  map: 17,
  duration: 18,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  runEndEncoded: 22,
  binaryView: 23,
  utf8View: 24,
  listView: 25,
  largeListView: 26,
} as const

/** `position` and as many bytes as are missing to a multiple of `alignment`. */
export function aligned(position: number, alignment: number = ALIGNMENT): number {
  return Math.ceil(position / alignment) * alignment
}
