/** Metadata and chunks that are damaged, hostile, or of a kind that is not read: each is told by its code, and by name. */
import { execFileSync } from 'node:child_process'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isDirdictError, type NDArray } from '../../src/index.js'
import { canImport, python } from '../interop/python.js'
import { int32, load, v2, v3 } from './zarr-entry.js'

const NUMCODECS = canImport('numcodecs')

describe('metadata of version 2 are CORRUPT_ENTRY with', () => {
  it.each([
    { zarr_format: 3 },
    { shape: [-1] },
    { shape: [1.5] },
    { shape: ['4'] },
    { shape: null },
    { shape: { length: 1 } },
    { shape: [4, 4] },
    { shape: [2 ** 53] },
    { shape: [2 ** 52] },
    { shape: Array(65).fill(1), chunks: Array(65).fill(1) },
    { chunks: [0] },
    { chunks: [] },
    { chunks: [2 ** 53 - 1] },
    { chunks: null },
    { dtype: '<q4' },
    { dtype: 4 },
    { dtype: [['a']] },
    { dtype: [[1, '<i4']] },
    { dtype: '__proto__' },
    { fill_value: 'x' },
    { fill_value: 2 ** 31 },
    { fill_value: 0.5 },
    { fill_value: { a: 1 } },
    { dtype: '<U1', fill_value: 'ab' },
    { dtype: '|b1', fill_value: 2 },
    { order: 'K' },
    { dimension_separator: '../' },
    { filters: {} },
    { compressor: {} },
    { compressor: [] },
    { filters: [{ id: 'shuffle', elementsize: 0 }] },
    { filters: [{ id: 'delta' }] },
    { filters: [{ id: 'fixedscaleoffset', dtype: '<f8' }] },
    { filters: [{ id: 'crc32', location: 'middle' }] },
    { dtype: '|O', filters: [{ id: 'vlen-utf8' }], fill_value: 5 },
  ])('%j', async changes => {
    await expect(load({ '.zarray': v2(changes), 0: int32(1, 2) })).rejects.toMatchObject({
      code: 'CORRUPT_ENTRY',
    })
  })

  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  it.each(['shape', 'chunks', 'dtype', 'fill_value', 'compressor', 'filters', 'order'])(
    'a deep %s',
    async name => {
      const text = JSON.stringify(v2({ [name]: 'deep' })).replace('"deep"', deep)
      await expect(load({ '.zarray': text })).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    },
  )

  it('a string of a million quotes that never ends', async () => {
    const text = `{"a": "${'\\"'.repeat(1_000_000)}`
    await expect(load({ '.zarray': text })).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it.each(['', '{', '[]', 'null', '5', '{"zarr_format": 2}', `{"shape": ${deep}}`, '\u0000'])(
    'the text %j',
    async text => {
      await expect(load({ '.zarray': text })).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    },
  )
})

describe('metadata of version 3 are CORRUPT_ENTRY with', () => {
  const bytes = { name: 'bytes', configuration: { endian: 'little' } }
  const sharding = (configuration: object): object => ({
    codecs: [
      {
        name: 'sharding_indexed',
        configuration: { codecs: [bytes], index_codecs: [bytes], ...configuration },
      },
    ],
  })
  it.each([
    { shape: [-1] },
    { data_type: 5 },
    { codecs: [] },
    { codecs: {} },
    { codecs: [bytes, bytes] },
    { codecs: [{ name: 5 }] },
    { codecs: [{ name: 'transpose', configuration: { order: [1] } }, bytes] },
    { codecs: [{ name: 'transpose', configuration: { order: [0, 0] } }, bytes] },
    { chunk_key_encoding: { name: 'default', configuration: { separator: '../' } } },
    { fill_value: '0xzz' },
    sharding({ chunk_shape: [3] }),
    sharding({ chunk_shape: [0] }),
    sharding({ chunk_shape: [1, 1] }),
    sharding({ chunk_shape: [1], index_location: 'middle' }),
  ])('%j', async changes => {
    await expect(load({ 'zarr.json': v3(changes), 'c/0': int32(1, 2) })).rejects.toMatchObject({
      code: 'CORRUPT_ENTRY',
    })
  })
})

describe('UNSUPPORTED_FORMAT names', () => {
  it.each([
    ['bz2', { compressor: { id: 'bz2', level: 1 } }],
    ['lzma', { compressor: { id: 'lzma' } }],
    ['snappy', { compressor: { id: 'blosc', cname: 'snappy' } }],
    ['categorize', { filters: [{ id: 'categorize' }] }],
    ['pickle', { dtype: '|O', filters: [{ id: 'pickle' }] }],
    ['none', { dtype: '|O' }],
    ['delta', { filters: [{ id: 'delta', dtype: '|b1' }] }],
    ['c8', { filters: [{ id: 'astype', encode_dtype: '<c8', decode_dtype: '<c16' }] }],
    ['M8', { filters: [{ id: 'astype', encode_dtype: '<M8[s]', decode_dtype: '<M8[ns]' }] }],
    ['f16', { dtype: '<f16' }],
    ['V8', { dtype: '|V8' }],
    ['constructor', { compressor: { id: 'constructor' } }],
    ['too large', { shape: [2 ** 47], dtype: '|u1' }],
  ])('%s of version 2', async (name, changes) => {
    const found = await load({ '.zarray': v2(changes) }).catch((error: unknown) => error)
    expect(found).toMatchObject({ code: 'UNSUPPORTED_FORMAT', message: expect.stringContaining(name) })
  })

  it.each([
    ['r16', { data_type: 'r16' }],
    ['float128', { data_type: 'float128' }],
    ['irregular', { chunk_grid: { name: 'irregular', configuration: {} } }],
    ['numcodecs.bz2', { codecs: [{ name: 'bytes' }, { name: 'numcodecs.bz2', configuration: {} }] }],
    ['fancy', { fancy: { must_understand: true } }],
    ['storage transformers', { storage_transformers: [{ name: 'x' }] }],
  ])('%s of version 3', async (name, changes) => {
    const found = await load({ 'zarr.json': v3(changes) }).catch((error: unknown) => error)
    const plain = name.replace('numcodecs.', '')
    expect(found).toMatchObject({ code: 'UNSUPPORTED_FORMAT', message: expect.stringContaining(plain) })
  })

  it.each([{ '.zgroup': { zarr_format: 2 } }, { 'zarr.json': { zarr_format: 3, node_type: 'group' } }])(
    'a group: %j',
    async files => {
      await expect(load(files)).rejects.toThrow('group of zarr arrays')
      await expect(load(files)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
    },
  )

  it('a chunk that no piece of memory holds, and no part of which is read', async () => {
    const meta = v2({ dtype: '<f8', shape: [2 ** 45], chunks: [2 ** 45] })
    const found = await load({ '.zarray': meta, 0: '' }, { rows: [0, 1] }).catch((error: unknown) => error)
    expect(found).toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
    expect(found).not.toHaveProperty('message', expect.stringContaining('lazy'))
    expect((await load({ '.zarray': meta }, { rows: [0, 1] })).data).toEqual(Float64Array.of(0))
  })

  it('and what helps: never what another dumper has', async () => {
    await expect(load({ '.zarray': v2({ shape: [2 ** 47], dtype: '|u1' }) })).rejects.toThrow(
      /Read a part \(the options rows and slice\)$/,
    )
  })

  it('what may be ignored is ignored', async () => {
    expect((await load({ 'zarr.json': v3({ fancy: { must_understand: false } }) })).shape).toEqual([4])
  })
})

describe('a chunk is CORRUPT_ENTRY', () => {
  const toInt32 = { filters: [{ id: 'astype', encode_dtype: '<f8', decode_dtype: '<i4' }] }
  const latin = (count: number): Uint8Array => {
    const text = Buffer.concat([int32(2), Buffer.from('né', 'latin1')])
    return Buffer.concat([int32(count), ...Array<Uint8Array>(count).fill(text)])
  }
  const zlib = { compressor: { id: 'zlib', level: 1 } }
  it.each([
    ['too short', {}, int32(1)],
    ['too long', {}, int32(1, 2, 3)],
    ['empty', {}, new Uint8Array(0)],
    ['not compressed', zlib, int32(1, 2)],
    ['cut', zlib, deflateSync(int32(1, 2)).subarray(0, -1)],
    ['of one element', zlib, deflateSync(int32(1))],
    ['a bomb', zlib, deflateSync(new Uint8Array(10_000_000))],
    ['a bomb of gzip', { compressor: { id: 'gzip' } }, gzipSync(new Uint8Array(10_000_000))],
    ['of no length', { compressor: { id: 'lz4' } }, Uint8Array.of(1)],
    ['of a wrong length', { compressor: { id: 'lz4' } }, Uint8Array.of(255, 255, 255, 127, 0)],
    ['no frame', { compressor: { id: 'zstd' } }, new Uint8Array(20)],
    ['without header', { compressor: { id: 'blosc' } }, new Uint8Array(3)],
    ['of a wrong checksum', { filters: [{ id: 'crc32' }] }, int32(0, 1, 2)],
    ['of strings that end too late', { dtype: '|O', filters: [{ id: 'vlen-utf8' }] }, int32(2, 1000, 0)],
    ['of fewer strings', { dtype: '|O', filters: [{ id: 'vlen-utf8' }] }, int32(0)],
    ['of many strings', { dtype: '|O', filters: [{ id: 'vlen-utf8' }] }, int32(-1, 0, 0)],
    ['of text that is not UTF-8', { dtype: '|O', filters: [{ id: 'vlen-utf8' }] }, latin(2)],
    [
      'of JSON that is not UTF-8',
      { dtype: '|O', filters: [{ id: 'json2' }] },
      Buffer.from('["é","","|O",[2]]', 'latin1'),
    ],
    ['of a float that is no int32', toInt32, new Uint8Array(Float64Array.of(0, 2 ** 31).buffer)],
    ['of a NaN in place of an int32', toInt32, new Uint8Array(Float64Array.of(0, Number.NaN).buffer)],
    ['of no JSON', { dtype: '|O', filters: [{ id: 'json2' }] }, Buffer.from('[')],
  ])('%s', async (_what, changes, chunk) => {
    await expect(load({ '.zarray': v2(changes), 0: chunk })).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it.each([
    ['that has no index', int32(1)],
    ['whose chunk lies outside', Buffer.concat([int32(1, 2), int32(0, 0, 4, 0), int32(4, 0, 1000, 0)])],
    ['whose chunk is short', Buffer.concat([int32(1, 2), int32(0, 0, 4, 0), int32(4, 0, 3, 0)])],
  ])('of a shard %s', async (_what, shard) => {
    const bytes = { name: 'bytes', configuration: { endian: 'little' } }
    const configuration = { chunk_shape: [1], codecs: [bytes], index_codecs: [bytes] }
    const meta = v3({ codecs: [{ name: 'sharding_indexed', configuration }] })
    await expect(load({ 'zarr.json': meta, 'c/0': shard })).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })
})

describe.skipIf(!NUMCODECS)(
  `mutations${NUMCODECS ? '' : ' (skipped: python3-numcodecs is not installed)'}`,
  () => {
    const codecs = [
      'LZ4()',
      'Zstd(3)',
      'Zlib(1)',
      ...['lz4', 'blosclz', 'zstd', 'zlib'].map(name => `Blosc("${name}")`),
    ]
    it.each(codecs)('of what %s wrote give a value or CORRUPT_ENTRY', async codec => {
      const made = `import numpy, numcodecs, sys
x = numpy.arange(3000, dtype="<i4") % 1000
sys.stdout.buffer.write(numcodecs.${codec}.encode(x))`
      const chunk = execFileSync(python, ['-c', made])
      const name = codec.replace(/\(.*/, '').toLowerCase()
      const meta = v2({ shape: [3000], chunks: [3000], compressor: { id: name } })
      expect((await load({ '.zarray': meta, 0: chunk })).data[2999]).toBe(999)
      const outcomes = { value: 0, corrupt: 0 }
      for (let i = 0; i < 300; i++) {
        const outcome = await load({ '.zarray': meta, 0: mutated(chunk, i) }).catch((error: unknown) => error)
        if (isDirdictError(outcome, 'CORRUPT_ENTRY')) outcomes.corrupt++
        else if ((outcome as NDArray).data?.length === 3000) outcomes.value++
        else throw outcome
      }
      expect(outcomes.corrupt).toBeGreaterThan(30)
      expect(outcomes.corrupt + outcomes.value).toBe(300)
    })
  },
)

/** By turns with one bit flipped, cut, and with four bytes of ones. */
function mutated(bytes: Uint8Array, seed: number): Uint8Array {
  const copy = Buffer.from(bytes)
  const at =
    (Math.imul(seed + 1, 2654435761) >>> 0) % (seed % 2 === 0 ? Math.min(64, copy.length) : copy.length)
  if (seed % 3 === 0) return copy.subarray(0, at)
  if (seed % 3 === 1) copy[at]! ^= 1 << (seed % 8)
  else copy.fill(255, at, Math.min(at + 4, copy.length))
  return copy
}
