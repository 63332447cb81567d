/** The CRC-32 of two pieces against that of both in a row. */
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineCrc32 } from '../../../src/entry/crc32.js'

describe('combineCrc32', () => {
  it('equals the CRC-32 of the pieces in a row', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])))
      }),
      { numRuns: 500 },
    )
  })

  it('holds for a second piece of many bytes', () => {
    const zeros = new Uint8Array(9_000_001)
    expect(combineCrc32(crc32('head'), crc32(zeros), zeros.length)).toBe(
      crc32(Buffer.concat([Buffer.from('head'), zeros])),
    )
  })
})
