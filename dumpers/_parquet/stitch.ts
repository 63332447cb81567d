/**
 * One Parquet file out of several: the pages of each are appended, the offsets of its column chunks shifted, and one
 * footer is written at the end. All of them come from the same encoder, schema and settings.
 */
import { crc32 } from 'node:zlib'
import { movedChunks, readChunks } from './chunk.js'
import { type Footer, footerLength, MAGIC, readFooter, TAIL } from './footer.js'
import { encodeSums, SUMS } from './sums.js'
import { binaryPart, type Fields, i64Part, listPart, type Part, readList, structPart } from './thrift.js'

/** The end of a stitched file, and the CRC-32 of the footer in it. */
export interface FileEnd {
  readonly bytes: Uint8Array
  readonly crc32: number
}

export class Stitcher {
  #first: Footer | undefined
  #position = MAGIC.byteLength
  #rows = 0
  readonly #groups: Part[] = []
  readonly #sums: number[] = []

  /** The bytes to append for the file `piece`: its pages, those of the first with the magic number before them. */
  add(piece: Uint8Array): Uint8Array {
    const footer = readFooter(footerBytes(piece))
    const start = this.#first === undefined ? 0 : MAGIC.byteLength
    const shift = this.#position - MAGIC.byteLength
    let end = MAGIC.byteLength
    const leaves = Array.from({ length: footer.leaves }, (_, leaf) => leaf)
    for (const group of footer.groups) {
      const chunks = readChunks(group, leaves, piece.byteLength)
      for (const { from, length } of chunks) {
        this.#sums.push(crc32(piece.subarray(from, from + length)))
        end = Math.max(end, from + length)
      }
      const moved = movedChunks(chunks.map(chunk => ({ chunk, to: chunk.from + shift })))
      const first = chunks[0]?.from ?? MAGIC.byteLength
      const fields = new Map(group.fields).set(1, moved).set(5, i64Part(first + shift))
      // The number of the row group, which has no meaning but in encrypted files.
      fields.delete(7)
      this.#groups.push(structPart(fields))
    }
    this.#first ??= footer
    this.#rows += footer.rows
    this.#position += end - MAGIC.byteLength
    return piece.subarray(start, end)
  }

  /** What follows the last pages: the footer, which holds `notes` as they are, and the end of the file. */
  end(notes: ReadonlyMap<string, string>): FileEnd {
    if (this.#first === undefined) throw new RangeError('a file has one piece at least')
    const fields: Fields = new Map(this.#first.fields)
    const schema = fields.get(5)
    const pairs = [...notes, [SUMS, encodeSums(this.#sums)] as const].map(([name, value]) =>
      note(name, value),
    )
    fields.set(3, i64Part(this.#rows))
    fields.set(4, listPart(this.#groups))
    fields.set(5, listPart([...(schema === undefined ? [] : readList(schema)), ...pairs]))
    const footer = structPart(fields).body
    const tail = Buffer.alloc(TAIL)
    tail.writeUInt32LE(footer.byteLength)
    tail.set(MAGIC, 4)
    return { bytes: Buffer.concat([footer, tail]), crc32: crc32(footer) }
  }
}

/** The footer of a whole file. */
export function footerBytes(file: Uint8Array): Uint8Array {
  const length = footerLength(file.subarray(-TAIL), file.byteLength)
  return file.subarray(file.byteLength - TAIL - length, file.byteLength - TAIL)
}

function note(name: string, value: string): Part {
  const utf8 = new TextEncoder()
  return structPart(
    new Map([
      [1, binaryPart(utf8.encode(name))],
      [2, binaryPart(utf8.encode(value))],
    ]),
  )
}
