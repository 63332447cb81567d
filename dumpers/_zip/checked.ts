/**
 * Content of which the CRC-32 is taken while it is read, in the order of its bytes, whatever the order in which reads
 * that were begun together come to their ends.
 */

import { crc32 } from 'node:zlib'
import type { RandomAccess, ReadRange } from '../../src/dumper.js'
import { corrupt, wrongSum } from './damage.js'
import type { Member } from './directory.js'

/** Where the content comes from. */
export interface Content {
  readonly read: (
    range: ReadRange & { readonly offset: number; readonly length: number },
  ) => Promise<Uint8Array>
  readonly close: () => Promise<void>
}

/**
 * The content of `member` as a file. Reads begin where others ended, or before; the one that reaches the end fails with
 * CORRUPT_ENTRY where the sum is not the one of `member`.
 */
export function checked(content: Content, member: Member): RandomAccess {
  let sum = 0
  let position = 0
  let last: Promise<unknown> = Promise.resolve()
  const add = (bytes: Uint8Array, offset: number): void => {
    if (offset > position)
      throw new RangeError(`byte ${offset} of ${member.path} is read before byte ${position}`)
    const fresh = bytes.subarray(position - offset)
    if (fresh.length === 0) return
    sum = crc32(fresh, sum)
    position += fresh.length
    if (position === member.size && sum !== member.crc32) throw wrongSum(member.path)
  }
  return {
    size: member.size,
    read({ offset = 0, length = Math.max(0, member.size - offset), out } = {}) {
      if (offset + length > member.size) {
        const asked = `bytes ${offset} to ${offset + length} were asked for`
        return Promise.reject(corrupt(member.path, `has ${member.size} bytes; ${asked}`))
      }
      const reading = content.read(out === undefined ? { offset, length } : { offset, length, out })
      // Settled, not only failed: the file may be closed after a failure, and no read must be under way then.
      const turn = Promise.allSettled([last, reading]).then(([before, bytes]) => {
        if (before.status === 'rejected') throw before.reason
        if (bytes.status === 'rejected') throw bytes.reason
        add(bytes.value, offset)
        return bytes.value
      })
      last = turn
      return turn
    },
    close: () => content.close(),
  }
}
