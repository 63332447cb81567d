/**
 * Opens one member of a zip archive as if it were a file, and sees to it that what is read is what the archive says: its
 * length to the byte, and its CRC-32 with the last of its bytes.
 */

import { promisify } from 'node:util'
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib'
import type { RandomAccess } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import { inMemory } from '../_npy/in-memory.js'
import { type Content, checked } from './checked.js'
import { corrupt, notInflated, wrongSum } from './damage.js'
import type { Member } from './directory.js'
import { inflating } from './inflate.js'

/** Members up to this size are read whole. */
const SMALL = 2 ** 20
/** Up to here, inflating takes less time than a turn in the thread pool. */
const TINY = 64 * 2 ** 10
const HEADER = 30
const inflateAsync = promisify(inflateRaw)

/**
 * The content of `member`. It is to be read from its beginning to its end without gaps; only its first MiB may be read
 * again. CORRUPT_ENTRY where it is not what the archive says, at the latest with its last byte; UNSUPPORTED_FORMAT
 * for encryption and for compression other than deflate.
 */
export async function openMember(
  source: RandomAccess,
  member: Member,
  signal?: AbortSignal,
): Promise<RandomAccess> {
  refuseForeign(member)
  const room = member.end - member.offset
  if (member.size <= SMALL && room <= 2 * SMALL) {
    const bytes = await source.read({ offset: member.offset, length: room })
    const begin = dataBegin(bytes, member)
    return inMemory(await whole(bytes.subarray(begin, begin + member.compressed), member))
  }
  const header = await source.read({ offset: member.offset, length: HEADER + member.rawName.length })
  const offset = member.offset + dataBegin(header, member)
  const content =
    member.method === 8
      ? inflating(source, { offset, length: member.compressed }, member, signal)
      : stored(source, offset)
  return checked(content, member)
}

function refuseForeign({ path, encrypted, method }: Member): void {
  if (!encrypted && (method === 0 || method === 8)) return
  const why = encrypted ? 'is encrypted' : `is compressed by method ${method} of zip`
  const message = `'${path}' ${why}; members are read stored or deflated, as numpy writes them. Save it again.`
  throw new DirdictError('UNSUPPORTED_FORMAT', message, { file: path })
}

/** Where the data begin, counted from the local header, which has to say the same name as the directory. */
function dataBegin(header: Uint8Array, { path, rawName, offset, end, compressed }: Member): number {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength)
  const name = bytes.subarray(HEADER, HEADER + bytes.readUInt16LE(26))
  if (bytes.readUInt32LE(0) !== 0x04034b50 || !name.equals(rawName)) {
    throw corrupt(path, `does not begin at byte ${offset}, where the directory of the archive says`)
  }
  const begin = HEADER + rawName.length + bytes.readUInt16LE(28)
  if (offset + begin + compressed > end) {
    throw corrupt(
      path,
      `should have ${compressed} bytes at ${offset + begin}; something else begins at ${end}`,
    )
  }
  return begin
}

async function whole(data: Uint8Array, member: Member): Promise<Uint8Array> {
  const bytes = member.method === 8 ? await inflated(data, member) : data
  if (bytes.length !== member.size) {
    throw corrupt(member.path, `inflates to ${bytes.length} bytes; the archive says ${member.size}`)
  }
  if (crc32(bytes) !== member.crc32) throw wrongSum(member.path)
  return bytes
}

async function inflated(data: Uint8Array, { path, size }: Member): Promise<Uint8Array> {
  // One byte more than needed: else zlib asks for a second buffer, to see that nothing follows.
  const options = { chunkSize: Math.max(64, size + 1), maxOutputLength: Math.max(1, size) }
  try {
    return size <= TINY ? inflateRawSync(data, options) : await inflateAsync(data, options)
  } catch (error) {
    throw notInflated(path, error)
  }
}

function stored(source: RandomAccess, begin: number): Content {
  return {
    read: ({ offset, ...range }) => source.read({ ...range, offset: begin + offset }),
    close: async () => {},
  }
}
