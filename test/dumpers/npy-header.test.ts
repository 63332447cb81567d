/** Headers of npy files: those that other programs write, and hostile ones. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { formatHeader } from '../../dumpers/_npy/header.js'
import { ndarray } from '../../dumpers/ndarray.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import type { NDArray } from '../../src/ndarray.js'

const base = mkdtempSync(`${tmpdir()}/dirdict-npy-header-`)
afterAll(() => rmSync(base, { recursive: true }))
let entries = 0

function directory(): string {
  const path = `${base}/${entries++}`
  mkdirSync(path)
  return path
}

function load(path: string): Promise<NDArray> {
  return ndarray.load(new EntryReadFolder(path, 'a'), {}, {})
}

function npy(header: string, data: Uint8Array | string = '', version = 1): string {
  const path = directory()
  const prefix = Buffer.from([
    0x93,
    ...Buffer.from('NUMPY'),
    version,
    0,
    0,
    0,
    ...(version > 1 ? [0, 0] : []),
  ])
  const text = Buffer.from(`${header}\n`)
  if (version > 1) prefix.writeUInt32LE(text.length, 8)
  else prefix.writeUInt16LE(text.length, 8)
  writeFileSync(`${path}/np.npy`, Buffer.concat([prefix, text, Buffer.from(data)]))
  return path
}

const file = (descr: string, shape: string, more = '') =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}${more}}`

describe('a header', () => {
  it.each([
    [`{"shape":(2,),'fortran_order':False,'descr':'<u2'}`],
    [`  { 'descr' : u'<u2' , 'fortran_order' : False , 'shape' : ( 2L , ) , }   `],
    [`{'descr': 'u2', 'fortran_order': True, 'shape': (2,)}`],
    [`{'descr': '\\x3cu2', 'fortran_order': True, 'shape': (2,)}`],
  ])('may look like %s', async header => {
    expect(await load(npy(header, Uint8Array.of(1, 0, 2, 0)))).toMatchObject({
      data: Uint16Array.of(1, 2),
      shape: [2],
    })
  })

  it('is of version 2 where it is longer than 65,535 bytes', () => {
    const header = formatHeader('<f8', Array<number>(30_000).fill(1))
    expect([...header.subarray(6, 8)]).toEqual([2, 0])
    expect(new DataView(header.buffer).getUint32(8, true)).toBe(header.length - 12)
    expect(header.length % 64).toBe(0)
  })

  const hostile: [string, string][] = [
    ['is empty', ''],
    ['is no literal', 'numpy'],
    ['calls a function', file(`__import__('os')`, '(1,)')],
    ['is not closed', `{'descr': '<f8'`],
    ['has a string without an end', `{'descr': '<f8`],
    ['goes on behind its end', `${file(`'<f8'`, '(1,)')} + 1`],
    ['is nested without end', '['.repeat(60_000)],
    ['is a tuple', '(1, 2, 3)'],
    ['lacks a member', `{'descr': '<f8', 'shape': (1,)}`],
    ['has a further member', file(`'<f8'`, '(1,)', `, 'x': 1`)],
    ['has a shape that is a list', file(`'<f8'`, '[1]')],
    ['has a shape that is a number', file(`'<f8'`, '(1)')],
    ['has a negative shape', file(`'<f8'`, '(-1,)')],
    ['has a fraction as shape', file(`'<f8'`, '(1.5,)')],
    ['has a boolean as shape', file(`'<f8'`, '(True,)')],
    ['has a shape over 2^53', file(`'<f8'`, '(9007199254740993,)')],
    ['has a shape of a thousand digits', file(`'<f8'`, `(${'9'.repeat(1000)},)`)],
    ['has a shape whose product overflows', file(`'<f8'`, '(4294967296, 4294967296)')],
    ['has an empty shape whose strides overflow', file(`'<f8'`, '(0, 4294967296, 4294967296)')],
    ['has a shape that the file does not fill', file(`'<f8'`, '(1099511627776,)')],
    ['has too many axes', file(`'<f8'`, `(${'1,'.repeat(65)})`)],
    ['has an order that is a number', `{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}`],
    ['has no dtype', file('None', '(1,)')],
    ['has an unknown dtype', file(`'<f3'`, '(1,)')],
    ['has an unknown unit', file(`'<M8[weeks]'`, '(1,)')],
    ['has a unit for numbers', file(`'<f8[s]'`, '(1,)')],
    ['has a name of Object.prototype as dtype', file(`'constructor'`, '(1,)')],
    ['has strings wider than all memory', file(`'<U99999999999'`, '(1,)')],
  ]
  it.each(hostile)('that %s is a corrupt entry', async (_, header) => {
    const path = npy(header, new Uint8Array(8))
    const before = process.memoryUsage().arrayBuffers
    await expect(load(path)).rejects.toMatchObject({ code: 'CORRUPT_ENTRY', details: { file: 'np.npy' } })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 2 ** 20)
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['other magic bytes', Buffer.from('PK\x03\x04 is a zip file, and this is its text')],
    ['an end within the prefix', Buffer.from('\x93NUMPY\x01\x00\x76', 'latin1')],
    ['an end within the header', Buffer.from(`\x93NUMPY\x01\x00\x76\x00{'descr'`, 'latin1')],
    ['a header of 4 GiB', Buffer.from(`\x93NUMPY\x02\x00\xff\xff\xff\xff{'descr'`, 'latin1')],
    ['a header that is not UTF-8', Buffer.from(`\x93NUMPY\x03\x00\x02\x00\x00\x00\xff\xff`, 'latin1')],
  ])('in a file with %s is a corrupt entry', async (_, bytes) => {
    const path = directory()
    writeFileSync(`${path}/np.npy`, bytes)
    await expect(load(path)).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it.each([-1, 1, 8])('whose file is %i bytes too long is a corrupt entry', async more => {
    await expect(load(npy(file(`'<f8'`, '(2,)'), new Uint8Array(16 + more)))).rejects.toMatchObject({
      code: 'CORRUPT_ENTRY',
    })
  })

  it('of strings without width, or of a version to come, is an unsupported format', async () => {
    for (const path of [npy(file(`'<U0'`, '(1125899906842624,)')), npy(file(`'<f8'`, '(0,)'), '', 4)]) {
      await expect(load(path)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
    }
  })

  it('of strings with characters that Unicode does not have is a corrupt entry', async () => {
    const points = Uint32Array.of(0x10ffff, 0x110000)
    await expect(load(npy(file(`'<U1'`, '(2,)'), new Uint8Array(points.buffer)))).rejects.toMatchObject({
      code: 'CORRUPT_ENTRY',
    })
  })

  it('of a missing file is a corrupt entry', async () => {
    await expect(load(directory())).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })
})
