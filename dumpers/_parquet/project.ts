/**
 * The smaller Parquet file that holds only some columns of some row groups: which bytes of the file go where, and the
 * footer that knows of nothing else. The synchronous reader of parquet-wasm ignores its option `columns`.
 */
import { type Chunk, type Move, movedChunks } from './chunk.js'
import { type Footer, field, MAGIC, type RowGroup, TAIL, type TopColumn, text } from './footer.js'
import { SUMS } from './sums.js'
import {
  binaryPart,
  type Fields,
  i32Part,
  i64Part,
  listPart,
  type Part,
  readBinary,
  readList,
  readStruct,
  structPart,
} from './thrift.js'

/** Name of the note with the Arrow schema, as Arrow's writers keep it. */
export const ARROW_SCHEMA = 'ARROW:schema'

/** Some column chunks of a row group, in the order of the columns of the smaller file. */
export interface ChosenGroup {
  readonly group: RowGroup
  readonly chunks: readonly Chunk[]
}

/** A chunk of row group `group`, and where it goes. */
export interface Placed extends Move {
  readonly group: number
}

/** A smaller file: its bytes but for the pages, which are still to be put where `moves` says. */
export interface SmallFile {
  readonly bytes: Uint8Array
  readonly moves: readonly Placed[]
}

/** What all files with the same choice of columns share. */
export interface Projection {
  readonly columns: readonly TopColumn[]
  /** The leaves of `columns`, in their order. */
  readonly leaves: readonly number[]
  readonly fields: Fields
}

/** `arrowSchema` is the choice out of the embedded Arrow schema, in base64; it is left out where the file has none. */
export function project(
  footer: Footer,
  columns: readonly TopColumn[],
  arrowSchema: string | undefined,
): Projection {
  const leaves = leavesOf(columns)
  const fields: Fields = new Map(footer.fields)
  const root = readStruct(readList(field(footer.fields, 2))[0]!).set(5, i32Part(columns.length))
  fields.set(2, listPart([structPart(root), ...columns.flatMap(column => column.elements)]))
  fields.delete(5)
  const notes = footer.fields.get(5)
  if (notes !== undefined)
    fields.set(5, listPart(readList(notes).flatMap(pair => adapted(pair, arrowSchema))))
  const orders = footer.fields.get(7)
  if (orders !== undefined) {
    const all = readList(orders)
    fields.set(7, listPart(leaves.flatMap(leaf => all[leaf] ?? [])))
  }
  return { columns, leaves, fields }
}

/** The leaves of `columns`, in their order. */
export function leavesOf(columns: readonly TopColumn[]): number[] {
  return columns.flatMap(({ firstLeaf, leaves }) => Array.from({ length: leaves }, (_, i) => firstLeaf + i))
}

/** The file with `groups` as its row groups; its rows are theirs. */
export function smallFile(projection: Projection, groups: readonly ChosenGroup[]): SmallFile {
  const moves: Placed[] = []
  let end = MAGIC.byteLength
  const encoded = groups.map(({ group, chunks }) => {
    const moved = chunks.map(chunk => {
      end += chunk.length
      return { chunk, to: end - chunk.length, group: group.index }
    })
    for (const move of moved) moves.push(move)
    return structPart(rowGroupFields(group.fields).set(1, movedChunks(moved)))
  })
  const rows = groups.reduce((sum, { group }) => sum + group.rows, 0)
  const fields: Fields = new Map(projection.fields).set(3, i64Part(rows)).set(4, listPart(encoded))
  return { bytes: fileWith(structPart(fields).body, end), moves }
}

/** A Parquet file with `footer` at `end`, and room for the pages before it. */
export function fileWith(footer: Uint8Array, end: number): Uint8Array {
  const out = new Uint8Array(end + footer.byteLength + TAIL)
  out.set(MAGIC, 0)
  out.set(footer, end)
  new DataView(out.buffer).setUint32(out.byteLength - TAIL, footer.byteLength, true)
  out.set(MAGIC, out.byteLength - MAGIC.byteLength)
  return out
}

/** Sorting columns are numbered by leaf; offset and compressed size of the group were those of all columns. */
function rowGroupFields(fields: Fields): Fields {
  return new Map([...fields].filter(([id]) => id === 2 || id === 3 || id === 7))
}

/** The sums are those of the whole file. */
function adapted(pair: Part, arrowSchema: string | undefined): Part[] {
  const fields = readStruct(pair)
  const name = text(readBinary(field(fields, 1)))
  if (name === SUMS) return []
  if (name !== ARROW_SCHEMA || arrowSchema === undefined) return [pair]
  return [structPart(fields.set(2, binaryPart(new TextEncoder().encode(arrowSchema))))]
}
