/**
 * A CRC-32 of every column chunk, kept in the footer beside the schema: what is read of a part of a file can be
 * checked without reading the rest. The loader arguments hold the CRC-32 of the footer itself.
 */
import { crc32 } from 'node:zlib'
import { type Chunk, columnPath } from './chunk.js'
import { type Footer, keyValues } from './footer.js'

/** Name of the note in the footer: base64 of little-endian uint32, row group by row group, leaf by leaf. */
export const SUMS = 'dirdict.crc32'

/** What `SUMS` holds. */
export function encodeSums(sums: readonly number[]): string {
  const bytes = Buffer.alloc(sums.length * 4)
  sums.forEach((sum, i) => {
    bytes.writeUInt32LE(sum, i * 4)
  })
  return bytes.toString('base64')
}

/** The sums of a file of ours. RangeError where the footer, whose own sum was right, has none for each chunk. */
export function decodeSums(footer: Footer): Sums {
  const bytes = Buffer.from(keyValues(footer).get(SUMS) ?? '', 'base64')
  const expected = footer.groups.length * footer.leaves * 4
  if (bytes.byteLength !== expected) {
    throw new RangeError(`its footer holds ${bytes.byteLength} bytes of checksums, not ${expected}`)
  }
  return new Sums(bytes, footer.leaves)
}

export class Sums {
  readonly #bytes: Buffer
  readonly #leaves: number

  constructor(bytes: Buffer, leaves: number) {
    this.#bytes = bytes
    this.#leaves = leaves
  }

  /** RangeError where `pages`, those of `chunk` in row group `group`, are not what was written. */
  check(group: number, chunk: Chunk, pages: Uint8Array): void {
    if (crc32(pages) === this.#bytes.readUInt32LE((group * this.#leaves + chunk.leaf) * 4)) return
    throw new RangeError(
      `column ${JSON.stringify(columnPath(chunk))} in row group ${group} is not what was written: its CRC-32 differs from the record`,
    )
  }
}
