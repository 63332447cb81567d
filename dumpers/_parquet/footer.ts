/**
 * The footer of a Parquet file: where it lies, and what it says of columns, row groups and rows.
 * Format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { countItems, type Fields, Part, readBinary, readList, readNumber, readStruct } from './thrift.js'
import { STRUCT } from './thrift-cursor.js'
import { FieldCursor } from './thrift-fields.js'

/** Length of the footer and `PAR1`, at the end of the file. */
export const TAIL = 8
/** `PAR1`, at both ends of the file. */
export const MAGIC: Uint8Array = Uint8Array.of(0x50, 0x41, 0x52, 0x31)
const MAGIC_NUMBER = 0x31524150
/** Chunks of columns, of all row groups together, that are looked at. */
const MOST_CHUNKS = 2 ** 24
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Levels of nested columns. */
const DEEPEST = 64

/** One column as the user names it; a nested one has several leaves. */
export interface TopColumn {
  readonly name: string
  readonly elements: readonly Part[]
  readonly firstLeaf: number
  readonly leaves: number
}

/** A row group. Its column chunks stay encoded: of thousands, few may be wanted. */
export interface RowGroup {
  readonly index: number
  readonly rows: number
  /** A list with a chunk for each leaf. */
  readonly chunks: Part
  readonly fields: Fields
}

export interface Footer {
  readonly rows: number
  readonly columns: readonly TopColumn[]
  /** Column chunks in each row group. */
  readonly leaves: number
  readonly groups: readonly RowGroup[]
  readonly fields: Fields
}

/** Length of the footer, from the last eight bytes of a file of `size` bytes. */
export function footerLength(tail: Uint8Array, size: number): number {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  if (tail.byteLength < TAIL || size < TAIL + 4)
    throw new RangeError(`a Parquet file has more than ${size} bytes`)
  if (view.getUint32(4, true) !== MAGIC_NUMBER) throw new RangeError('the file does not end in PAR1')
  const length = view.getUint32(0, true)
  if (length > size - TAIL - 4) throw new RangeError(`the footer is said to have ${length} of ${size} bytes`)
  return length
}

/** Throws RangeError where the footer contradicts itself. */
export function readFooter(bytes: Uint8Array): Footer {
  const fields: Fields = new Map()
  const elements: Element[] = []
  const groups: RowGroup[] = []
  const top = new FieldCursor(bytes, 0)
  while (top.next()) {
    if (top.id === 2) top.structs(item => elements.push(readElement(item)))
    if (top.id === 4) top.structs((item, index) => groups.push(readGroup(item, index)))
    fields.set(top.id, top.part())
  }
  const columns = columnsOf(elements)
  const leaves = columns.reduce((sum, column) => sum + column.leaves, 0)
  const rows = readNumber(field(fields, 3))
  field(fields, 4)
  checkGroups(groups, leaves, rows)
  return { rows, columns, leaves, groups, fields }
}

/** The file's own notes: name to value. */
export function keyValues(footer: Footer): Map<string, string> {
  const list = footer.fields.get(5)
  const pairs = new Map<string, string>()
  for (const part of list === undefined ? [] : readList(list)) {
    const pair = readStruct(part)
    const value = pair.get(2)
    pairs.set(text(readBinary(field(pair, 1))), value === undefined ? '' : text(readBinary(value)))
  }
  return pairs
}

/** The field of a struct that has to be there. */
export function field(fields: Fields, id: number): Part {
  const part = fields.get(id)
  if (part === undefined) throw new RangeError(`its metadata lack field ${id}`)
  return part
}

/** UTF-8, or RangeError. */
export function text(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes)
  } catch (cause) {
    throw new RangeError('its metadata hold a string that is not UTF-8', { cause })
  }
}

interface Element {
  readonly part: Part
  readonly name: string
  readonly children: number
}

function readElement(item: FieldCursor): Element {
  const { start } = item
  let name: string | undefined
  let children = 0
  while (item.next()) {
    if (item.id === 4) name = text(readBinary(item.part()))
    else if (item.id === 5) children = item.number()
  }
  if (name === undefined) throw new RangeError('a column has no name')
  return { part: new Part(STRUCT, item.bytes, start, item.end), name, children }
}

function readGroup(item: FieldCursor, index: number): RowGroup {
  const fields: Fields = new Map()
  while (item.next()) fields.set(item.id, item.part())
  return { index, rows: readNumber(field(fields, 3)), chunks: field(fields, 1), fields }
}

/** The first element is the root. */
function columnsOf(elements: readonly Element[]): TopColumn[] {
  const columns: TopColumn[] = []
  let firstLeaf = 0
  for (let at = 1; at < elements.length; ) {
    const { end, leaves } = subtree(elements, at, 0)
    const parts = elements.slice(at, end).map(({ part }) => part)
    columns.push({ name: elements[at]!.name, elements: parts, firstLeaf, leaves })
    at = end
    firstLeaf += leaves
  }
  if (elements[0]?.children !== columns.length)
    throw new RangeError(`its root has ${elements[0]?.children} columns, not ${columns.length}`)
  return columns
}

function subtree(elements: readonly Element[], at: number, depth: number): { end: number; leaves: number } {
  const element = elements[at]
  if (element === undefined || element.children < 0 || depth > DEEPEST)
    throw new RangeError('the schema in the footer is not a tree')
  if (element.children === 0) return { end: at + 1, leaves: 1 }
  let end = at + 1
  let leaves = 0
  for (let i = 0; i < element.children; i++) {
    const child = subtree(elements, end, depth + 1)
    end = child.end
    leaves += child.leaves
  }
  return { end, leaves }
}

function checkGroups(groups: readonly RowGroup[], leaves: number, rows: number): void {
  let sum = 0
  for (const group of groups) {
    const count = countItems(group.chunks)
    if (group.rows < 0 || count !== leaves)
      throw new RangeError(
        `a row group has ${group.rows} rows and ${count} columns, of ${leaves} in the schema`,
      )
    sum += group.rows
  }
  if (sum !== rows) throw new RangeError(`its footer promises ${rows} rows and its row groups have ${sum}`)
  if (groups.length * leaves > MOST_CHUNKS)
    throw new RangeError(`it has ${groups.length} x ${leaves} column chunks`)
}
