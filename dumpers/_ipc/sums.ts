/**
 * A CRC-32 of every message and every column in it, and the number of rows of each, kept in the metadata of the footer:
 * what is read of a part of a file can be checked without reading the rest. The loader arguments hold the CRC-32 of the
 * footer itself.
 */
import { crc32 } from 'node:zlib'

/** Name of the note in the footer: base64 of little-endian uint32. */
export const SUMS = 'dirdict.crc32'

/** What is known of one message. */
export interface MessageSums {
  readonly rows: number
  readonly head: number
  readonly columns: readonly number[]
}

/** What `SUMS` holds. */
export function encodeSums(messages: readonly MessageSums[]): string {
  const words = messages.flatMap(({ rows, head, columns }) => [rows, head, ...columns])
  const bytes = Buffer.alloc(words.length * 4)
  words.forEach((word, i) => {
    bytes.writeUInt32LE(word, i * 4)
  })
  return bytes.toString('base64')
}

/** In the order of the footer: dictionaries, which have one column, then batches. RangeError where it is of another length. */
export function decodeSums(
  note: string,
  dictionaries: number,
  batches: number,
  columns: number,
): MessageSums[] {
  const bytes = Buffer.from(note, 'base64')
  const expected = (dictionaries * 3 + batches * (2 + columns)) * 4
  if (bytes.byteLength !== expected) {
    throw new RangeError(`its footer holds ${bytes.byteLength} bytes of checksums, not ${expected}`)
  }
  let at = 0
  const next = (): number => {
    at += 4
    return bytes.readUInt32LE(at - 4)
  }
  return Array.from({ length: dictionaries + batches }, (_, i) => ({
    rows: next(),
    head: next(),
    columns: Array.from({ length: i < dictionaries ? 1 : columns }, next),
  }))
}

/** RangeError where `bytes` are not what was written. */
export function checkSum(what: string, bytes: Uint8Array, expected: number | undefined): void {
  if (expected === undefined || crc32(bytes) === expected) return
  throw new RangeError(`${what} is not what was written: its CRC-32 differs from the record`)
}
