/**
 * Archives that are damaged, that lie, or that are nothing for numpy: an error with a code, before memory is taken for
 * what they say.
 */
import { totalmem } from 'node:os'
import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { array } from '../../src/index.js'
import { archive, entry, load, type Made, npy } from './npz-archive.js'

const one = npy(array([1, 2, 3]))
const two = npy(array([4, 5, 6]))
/** Longer than what is read whole. */
const long = npy(array(Float64Array.from({ length: 400_000 }, (_, i) => Math.sin(i))))
const a: Made = { name: 'a.npy', content: one }
const b: Made = { name: 'b.npy', content: two, method: 8 }

async function read(file: Uint8Array, names?: readonly string[]): Promise<unknown> {
  return load(entry(file), names === undefined ? {} : { names })
}

function damaged(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at]! ^= 1
  return copy
}

/** The header of a file that says to hold zeros of the given shape, and as many of them as are asked for. */
function zeros(rows: number, length: number): Buffer {
  const header = npy(array(new Uint8Array(0), [0]))
    .toString('latin1')
    .replace('(0,)', `(${rows},)`)
  // The header has room for larger numbers, which is spaces.
  const grown = header.replace(new RegExp(` {${String(rows).length - 1}}\n`), '\n')
  return Buffer.concat([Buffer.from(grown, 'latin1'), Buffer.alloc(length)])
}

const corrupt: Readonly<Record<string, Uint8Array>> = {
  'no archive': Buffer.from('no archive at all'),
  nothing: Buffer.alloc(0),
  'an npy file': one,
  'the beginning of an archive': archive([a, b]).subarray(0, 150),
  'an archive with something after it': Buffer.concat([archive([a]), Buffer.from('more')]),
  'an archive with something before it': Buffer.concat([Buffer.from('before'), archive([a])]),
  'more members told than there are': archive([a], 2),
  'fewer members told than there are': archive([a, b], 1),
  'no member told, though there is one': archive([a], 0),
  'a member told twice': archive([a, { ...a, content: two }]),
  'two members on the same bytes': archive([a, { ...a, name: 'c.npy', localName: 'a.npy', offset: 0 }]),
  'a member within another': archive([{ ...a, compressed: 2 * one.length, size: 2 * one.length }, b]),
  'a member on the directory': archive([{ ...a, compressed: one.length + 1, size: one.length + 1 }]),
  'a member after the end': archive([{ ...a, offset: 100_000 }]),
  'a member that begins elsewhere': archive([{ ...a, offset: 1 }]),
  'a name that is not the UTF-8 that it says to be': archive([
    { ...a, name: 'a\xff.npy', flags: 0x0800, latin1: true },
  ]),
  'no member where one should begin': damaged(archive([a]), 0),
  'another name before the data': archive([{ ...a, localName: 'x.npy' }]),
  'another sum of a stored member': archive([{ ...a, crc32: 1 }]),
  'another sum of a deflated member': archive([{ ...b, crc32: 1 }]),
  'another sum of a long stored member': archive([{ name: 'a.npy', content: long, crc32: 1 }]),
  'another sum of a long deflated member': archive([{ name: 'a.npy', content: long, method: 8, crc32: 1 }]),
  'a changed byte in a stored member': damaged(archive([a]), 60 + one.length - 40),
  'a changed byte in a long stored member': damaged(archive([{ name: 'a.npy', content: long }]), 2_000_000),
  'a changed byte in a long deflated member': damaged(
    archive([{ name: 'a.npy', content: long, method: 8 }]),
    1_500_000,
  ),
  'stored members of two sizes': archive([{ ...a, size: one.length + 1 }]),
  'a member that inflates to less': archive([{ ...b, size: two.length + 1 }]),
  'a member that inflates to more': archive([{ ...b, size: two.length - 1 }]),
  'a long member that inflates to less': archive([
    { name: 'a.npy', content: zeros(2_000_001, 2_000_000), size: 2_000_129, method: 8 },
  ]),
  'a long member that inflates to more': archive([
    { name: 'a.npy', content: zeros(2_000_000, 2_000_001), size: 2_000_000 + one.length - 24, method: 8 },
  ]),
  'a member that ends before its data do': archive([{ ...b, data: deflateRawSync(two).subarray(0, 20) }]),
  'a long member that ends before its data do': archive([
    { name: 'a.npy', content: long, method: 8, data: deflateRawSync(long).subarray(0, 1_000_000) },
  ]),
  'a long member that is not deflated, though it says so': archive([
    { name: 'a.npy', content: long, method: 8, data: long },
  ]),
  'a member that is not deflated, though it says so': archive([{ ...b, data: two }]),
  'a member of no bytes': archive([{ name: 'a.npy', content: Buffer.alloc(0) }]),
  'a deflated member of no bytes': archive([{ name: 'a.npy', content: Buffer.alloc(0), method: 8 }]),
  'a member that is no npy file': archive([{ name: 'a.npy', content: Buffer.from('text') }]),
  'an array of fewer bytes than its header says': archive([{ name: 'a.npy', content: zeros(100, 50) }]),
  'an array of more bytes than its header says': archive([
    { name: 'a.npy', content: zeros(50, 100), method: 8 },
  ]),
  'a long array of fewer bytes than its header says': archive([
    { name: 'a.npy', content: zeros(3_000_000, 2_000_000), method: 8 },
  ]),
  'more zeros than deflate can make of its bytes': archive([{ ...b, size: 2 ** 32 - 2 }]),
}

const unsupported: Readonly<Record<string, Uint8Array>> = {
  'an encrypted member': archive([{ ...a, flags: 1 }]),
  'a member in bzip2': archive([{ ...a, method: 12 }]),
  'a member in lzma, which is of another size': archive([{ ...a, method: 14, size: 7 }]),
  'a member that is no array by its name': archive([a, { name: 'readme.txt', content: Buffer.from('text') }]),
  'an archive of several files': Buffer.concat([
    archive([a]).subarray(0, -18),
    Buffer.from([1, 0]),
    archive([a]).subarray(-16),
  ]),
}

describe('an archive', () => {
  it.each(Object.entries(corrupt))('with %s is CORRUPT_ENTRY', async (_, file) => {
    await expect(read(file)).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it.each(Object.entries(unsupported))('with %s is UNSUPPORTED_FORMAT', async (_, file) => {
    await expect(read(file)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
  })

  it('is read where all of that is as it should be', async () => {
    const arrays = await read(
      archive(
        [a, b, { name: 'c.npy', content: long, method: 8 }, { name: 'd.npy', content: long }],
        4,
        'a comment',
      ),
    )
    const sines = array(Float64Array.from({ length: 400_000 }, (_, i) => Math.sin(i)))
    expect(arrays).toMatchObject({ a: array([1, 2, 3]), b: array([4, 5, 6]) })
    for (const name of ['c', 'd']) {
      expect(Buffer.from(npy((arrays as Record<string, typeof sines>)[name]!)).equals(npy(sines))).toBe(true)
    }
  })

  it('has names in the character set of DOS where it does not say UTF-8', async () => {
    const name = 'a\x01\x81.npy'
    expect(await read(archive([{ ...a, name, latin1: true }]))).toEqual({ 'a\x01ü': array([1, 2, 3]) })
  })

  it('names the member that is damaged', async () => {
    await expect(read(archive([a, { ...b, crc32: 1 }]))).rejects.toThrow("'np.npz/b.npy'")
  })

  it('with a damaged member gives the others by their names', async () => {
    expect(await read(archive([a, { ...b, crc32: 1 }]), ['a'])).toEqual({ a: array([1, 2, 3]) })
  })

  it('with members that are no arrays gives those that are by their names', async () => {
    const file = archive([a, { name: 'readme.txt', content: Buffer.from('text') }, { ...b, flags: 1 }])
    expect(await read(file, ['a'])).toEqual({ a: array([1, 2, 3]) })
    await expect(read(file, ['readme.txt'])).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
  })

  it('of more than a million members is refused before they are listed', async () => {
    const wide = Buffer.alloc(76)
    wide.writeUInt32LE(0x06064b50, 0)
    wide.writeBigUInt64LE(2n ** 40n, 32)
    wide.writeUInt32LE(0x07064b50, 56)
    const file = Buffer.concat([wide, archive([])])
    await expect(read(file)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
  })

  it('of zeros that no machine can hold is refused before any is inflated', async () => {
    // 4 GiB of each member are told, and its bytes would suffice for them; nothing here is ever inflated.
    const data = Buffer.alloc(2 ** 22 + 2 ** 16)
    const members = Array.from({ length: Math.ceil(totalmem() / 2 ** 32) + 1 }, (_, i): Made => {
      return { name: `${i}.npy`, content: Buffer.alloc(0), method: 8, data, size: 2 ** 32 - 2 }
    })
    const file = archive(members)
    const huge = await read(file).catch((error: unknown) => error)
    expect(huge).toMatchObject({ code: 'UNSUPPORTED_FORMAT', message: expect.stringContaining('names') })
    await expect(read(file, ['0'])).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it('is damaged, not too large, where its array is another than its sizes tell', async () => {
    const content = zeros(10 ** 12, 1024)
    const file = archive([
      {
        name: 'a.npy',
        content,
        method: 8,
        data: Buffer.concat([deflateRawSync(content), Buffer.alloc(2 ** 21)]),
        size: 2 ** 31,
        crc32: crc32(content),
      },
    ])
    await expect(read(file)).rejects.toMatchObject({
      code: 'CORRUPT_ENTRY',
      message: expect.stringContaining('asks for'),
    })
  })
})
