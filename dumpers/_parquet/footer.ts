/**
 * The footer of a Parquet file: where it lies, what it says of rows and columns, and the footer of the smaller file
 * that holds only some of the columns.
 * Format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import {
  binaryPart,
  type Fields,
  integerPart,
  listPart,
  type Part,
  readBinary,
  readInteger,
  readList,
  readStruct,
  structPart,
} from './thrift.js'

/** Length of the footer and `PAR1`, at the end of the file. */
export const TAIL = 8
const MAGIC = 0x31524150

/** One column as the user names it; a nested one has several leaves. */
interface TopColumn {
  readonly name: string
  readonly elements: readonly Part[]
  readonly firstLeaf: number
  readonly leaves: number
}

export interface Footer {
  readonly rows: number
  readonly columns: readonly TopColumn[]
  readonly fields: Fields
}

/** A range of the file and where it goes. */
export interface Move {
  readonly from: number
  readonly to: number
  readonly length: number
}

/** Length of the footer, from the last eight bytes of a file of `size` bytes. */
export function footerLength(tail: Uint8Array, size: number): number {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  if (tail.byteLength < TAIL || size < TAIL + 4)
    throw new RangeError(`a Parquet file has more than ${size} bytes`)
  if (view.getUint32(4, true) !== MAGIC) throw new RangeError('the file does not end in PAR1')
  const length = view.getUint32(0, true)
  if (length > size - TAIL - 4) throw new RangeError(`the footer is said to have ${length} of ${size} bytes`)
  return length
}

export function readFooter(bytes: Uint8Array): Footer {
  const fields = readStruct(bytes)
  const [, ...elements] = readList(field(fields, 2))
  const columns: TopColumn[] = []
  for (let at = 0, leaf = 0; at < elements.length; ) {
    const { end, leaves } = subtree(elements, at, 0)
    const name = text(readBinary(field(readStruct(elements[at]!.body), 4)))
    columns.push({ name, elements: elements.slice(at, end), firstLeaf: leaf, leaves })
    at = end
    leaf += leaves
  }
  return { rows: Number(readInteger(field(fields, 3))), columns, fields }
}

/**
 * The file that holds only `names`, in that order: what to move where, and the footer that follows.
 * `arrowSchema` gives the same choice out of the embedded Arrow schema.
 */
export function projectFooter(
  footer: Footer,
  names: readonly string[],
  arrowSchema: () => string,
): { moves: Move[]; footer: Uint8Array; end: number } {
  const chosen = names.map(name => footer.columns.find(column => column.name === name)!)
  const leaves = chosen.flatMap(({ firstLeaf, leaves }) =>
    Array.from({ length: leaves }, (_, i) => firstLeaf + i),
  )
  const moves: Move[] = []
  let end = 4
  const groups = readList(field(footer.fields, 4)).map(group => {
    const fields = readStruct(group.body)
    const chunks = readList(field(fields, 1))
    const moved = leaves.map(leaf => {
      const chunk = chunks[leaf]
      if (chunk === undefined) throw new RangeError('a row group has fewer columns than the schema')
      const { part, move } = moveChunk(chunk, end)
      moves.push(move)
      end += move.length
      return part
    })
    // Sorting columns are numbered by leaf; the offset and compressed size of the group were those of all columns.
    return structPart(keep(fields, [2, 3, 7]).set(1, listPart(moved)))
  })
  const root = readStruct(readList(field(footer.fields, 2))[0]!.body)
  root.set(5, integerPart(field(root, 5), BigInt(chosen.length)))
  const result = new Map(footer.fields)
  result.set(2, listPart([structPart(root), ...chosen.flatMap(column => column.elements)]))
  result.set(4, listPart(groups))
  const keyValues = result.get(5)
  if (keyValues !== undefined)
    result.set(5, listPart(readList(keyValues).map(pair => adapted(pair, arrowSchema))))
  const orders = result.get(7)
  if (orders !== undefined) {
    const all = readList(orders)
    result.set(7, listPart(leaves.flatMap(leaf => all[leaf] ?? [])))
  }
  return { moves, footer: structPart(result).body, end }
}

function subtree(elements: readonly Part[], at: number, depth: number): { end: number; leaves: number } {
  const element = elements[at]
  if (element === undefined || depth > 64) throw new RangeError('the schema in the footer is not a tree')
  const count = readStruct(element.body).get(5)
  const children = count === undefined ? 0n : readInteger(count)
  if (children === 0n) return { end: at + 1, leaves: 1 }
  let end = at + 1
  let leaves = 0
  for (let i = 0n; i < children; i++) {
    const child = subtree(elements, end, depth + 1)
    end = child.end
    leaves += child.leaves
  }
  return { end, leaves }
}

/** A column chunk, its pages now at `to`. Page indexes and Bloom filters lie elsewhere and are not brought along. */
function moveChunk(chunk: Part, to: number): { part: Part; move: Move } {
  const fields = readStruct(chunk.body)
  if (fields.has(1)) throw new RangeError('a column lies in another file')
  const meta = keep(readStruct(field(fields, 3).body), [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16])
  const data = readInteger(field(meta, 9))
  const dictionaryPart = meta.get(11)
  const dictionary = dictionaryPart === undefined ? 0n : readInteger(dictionaryPart)
  // Some writers say 0 where there is no dictionary page.
  const from = dictionary > 0n && dictionary < data ? dictionary : data
  const delta = BigInt(to) - from
  meta.set(9, integerPart(field(meta, 9), data + delta))
  if (dictionaryPart === undefined || dictionary <= 0n) meta.delete(11)
  else meta.set(11, integerPart(dictionaryPart, dictionary + delta))
  const moved = keep(fields, [8, 9])
    .set(3, structPart(meta))
    .set(2, integerPart(field(fields, 2), 0n))
  const length = Number(readInteger(field(meta, 7)))
  if (from < 4n || length < 0) throw new RangeError('a column lies outside of the file')
  return { part: structPart(moved), move: { from: Number(from), to, length } }
}

function adapted(pair: Part, arrowSchema: () => string): Part {
  const fields = readStruct(pair.body)
  if (text(readBinary(field(fields, 1))) !== 'ARROW:schema') return pair
  return structPart(fields.set(2, binaryPart(new TextEncoder().encode(arrowSchema()))))
}

function field(fields: Fields, id: number): Part {
  const part = fields.get(id)
  if (part === undefined) throw new RangeError(`the footer lacks field ${id}`)
  return part
}

function keep(fields: Fields, ids: readonly number[]): Fields {
  return new Map([...fields].filter(([id]) => ids.includes(id)))
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}
