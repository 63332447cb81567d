/**
 * The records of a zip archive, byte by byte, as they are written: every member is followed by its sums, all in the
 * 64-bit form, so that no size has to be known before the last byte has gone through.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (section 4.3)
 */

/** A member that has been written. */
export interface WrittenMember {
  /** In UTF-8. */
  readonly name: Uint8Array
  readonly method: Method
  readonly crc32: number
  /** Bytes in the archive. */
  readonly compressed: number
  /** Bytes before compression. */
  readonly size: number
  /** Where its local header begins. */
  readonly offset: number
}

/** 0 is stored, 8 is deflated. */
export type Method = 0 | 8

/** Bytes of a name: the field for its length has 16 bits. */
export const LONGEST_NAME = 0xffff
/** More would be no study, but an attack on memory: each takes some hundred bytes before it is read. */
export const MOST_MEMBERS: number = 2 ** 20
const MOST_16 = 0xffff
const MOST_32 = 0xffffffff
/** Version 4.5 brought the 64-bit sizes. */
const VERSION = 45
/** The names are UTF-8; sizes and CRC-32 follow the data. */
const FLAGS = 0x0800 | 0x0008
/** 1980-01-01, the first day of DOS, at which numpy and Python's zipfile set all members too: equal values, equal bytes. */
const DATE = (1 << 5) | 1
/** Made on Unix; a regular file that its owner may write and all may read. */
const MADE_BY = (3 << 8) | VERSION
const ATTRIBUTES = 0o100644 * 2 ** 16

/** What stands before the data of a member. */
export function localHeader(name: Uint8Array, method: Method): Uint8Array {
  const fixed = Buffer.alloc(30)
  fixed.writeUInt32LE(0x04034b50, 0)
  fixed.writeUInt16LE(VERSION, 4)
  fixed.writeUInt16LE(FLAGS, 6)
  fixed.writeUInt16LE(method, 8)
  fixed.writeUInt16LE(DATE, 12)
  fixed.writeUInt32LE(MOST_32, 18)
  fixed.writeUInt32LE(MOST_32, 22)
  fixed.writeUInt16LE(name.length, 26)
  const extra = wideExtra([0, 0])
  fixed.writeUInt16LE(extra.length, 28)
  return Buffer.concat([fixed, name, extra])
}

/** What stands after the data of a member. */
export function dataDescriptor({ crc32, compressed, size }: WrittenMember): Uint8Array {
  const bytes = Buffer.alloc(24)
  bytes.writeUInt32LE(0x08074b50, 0)
  bytes.writeUInt32LE(crc32, 4)
  bytes.writeBigUInt64LE(BigInt(compressed), 8)
  bytes.writeBigUInt64LE(BigInt(size), 16)
  return bytes
}

/** What the directory at the end says of a member. */
export function directoryEntry(member: WrittenMember): Uint8Array {
  const { name, compressed, size, offset } = member
  const extra = wideExtra([size, compressed, offset].filter(n => n >= MOST_32))
  const fixed = Buffer.alloc(46)
  fixed.writeUInt32LE(0x02014b50, 0)
  fixed.writeUInt16LE(MADE_BY, 4)
  fixed.writeUInt16LE(VERSION, 6)
  fixed.writeUInt16LE(FLAGS, 8)
  fixed.writeUInt16LE(member.method, 10)
  fixed.writeUInt16LE(DATE, 14)
  fixed.writeUInt32LE(member.crc32, 16)
  fixed.writeUInt32LE(Math.min(compressed, MOST_32), 20)
  fixed.writeUInt32LE(Math.min(size, MOST_32), 24)
  fixed.writeUInt16LE(name.length, 28)
  fixed.writeUInt16LE(extra.length, 30)
  fixed.writeUInt32LE(ATTRIBUTES, 38)
  fixed.writeUInt32LE(Math.min(offset, MOST_32), 42)
  return Buffer.concat([fixed, name, extra])
}

/** What ends the archive: where its directory lies, in the 64-bit form too where the other is too narrow. */
export function directoryEnd(count: number, offset: number, length: number): Uint8Array {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(count, MOST_16), 8)
  end.writeUInt16LE(Math.min(count, MOST_16), 10)
  end.writeUInt32LE(Math.min(length, MOST_32), 12)
  end.writeUInt32LE(Math.min(offset, MOST_32), 16)
  const narrow = count < MOST_16 && length < MOST_32 && offset < MOST_32
  return narrow ? end : Buffer.concat([wideEnd(count, offset, length), end])
}

function wideEnd(count: number, offset: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(56 + 20)
  bytes.writeUInt32LE(0x06064b50, 0)
  bytes.writeBigUInt64LE(56n - 12n, 4)
  bytes.writeUInt16LE(MADE_BY, 12)
  bytes.writeUInt16LE(VERSION, 14)
  bytes.writeBigUInt64LE(BigInt(count), 24)
  bytes.writeBigUInt64LE(BigInt(count), 32)
  bytes.writeBigUInt64LE(BigInt(length), 40)
  bytes.writeBigUInt64LE(BigInt(offset), 48)
  bytes.writeUInt32LE(0x07064b50, 56)
  bytes.writeBigUInt64LE(BigInt(offset + length), 64)
  bytes.writeUInt32LE(1, 72)
  return bytes
}

/** The field that holds what does not fit into 32 bits; nothing where all fits. */
function wideExtra(numbers: readonly number[]): Uint8Array {
  if (numbers.length === 0) return new Uint8Array(0)
  const bytes = Buffer.alloc(4 + 8 * numbers.length)
  bytes.writeUInt16LE(1, 0)
  bytes.writeUInt16LE(8 * numbers.length, 2)
  numbers.forEach((n, i) => {
    bytes.writeBigUInt64LE(BigInt(n), 4 + 8 * i)
  })
  return bytes
}
