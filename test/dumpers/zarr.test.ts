/** What zarr does beyond the conformance suite: chunks that are touched, chunks that are missing, fill values, attributes. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { array, type NDArray, type SliceItem, toNested, view, zarr } from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'
import { int32, load, v2, v3 } from './zarr-entry.js'

/** A folder that remembers which chunks were read. */
class Watched extends EntryReadFolder {
  readonly touched = new Set<string>()

  override read(...args: Parameters<EntryReadFolder['read']>): Promise<Uint8Array> {
    this.touched.add(args[0])
    return super.read(...args)
  }
}

const numbers = array(
  Float64Array.from({ length: 10_000 }, (_, i) => i),
  [100, 100],
)

describe('a part', () => {
  const slices: readonly (readonly [readonly SliceItem[], number])[] = [
    [[0], 4],
    [['...', 0], 10],
    [
      [
        [9, 11],
        [24, 26],
      ],
      4,
    ],
    [[[null, null, 50]], 8],
    [[[99, null, -30], 99], 4],
    [[[5, 5]], 0],
    [['...'], 40],
  ]
  it.each(slices)('%j reads only the %i chunks that it touches', async (slice, count) => {
    const db = await temporaryDatabase()
    await db.set('a', numbers, zarr, { chunks: [10, 25], compression: 'none' })
    const folder = new Watched(db.path('a'), 'a')
    const part = await zarr.load(folder, {}, { slice })
    expect(toNested(part)).toEqual(toNested(view(numbers, slice)))
    folder.touched.delete('obj.zarr/.zarray')
    expect(folder.touched.size).toBe(count)
  })

  it('names zarr where it is impossible', async () => {
    const db = await temporaryDatabase()
    await db.set('a', numbers, zarr)
    const refused = { code: 'OPTION_INVALID', details: { dumper: 'zarr' } }
    await expect(db.get('a', zarr, { slice: [100] })).rejects.toMatchObject(refused)
    await expect(db.get('a', zarr, { rows: [0, 1], slice: [0] })).rejects.toMatchObject(refused)
    await expect(db.get('a', zarr, { rows: [0.5, 1] })).rejects.toMatchObject(refused)
  })
})

describe('a chunk that is missing', () => {
  it('is CORRUPT_ENTRY where the record lists it', async () => {
    const db = await temporaryDatabase()
    await db.set('a', numbers, zarr, { chunks: [50, 100] })
    rmSync(join(db.path('a'), 'obj.zarr/1.0'))
    await expect(db.get('a')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    expect((await db.get('a', zarr, { rows: [0, 50] })).shape).toEqual([50, 100])
  })

  it('holds the fill value where nobody recorded it', async () => {
    const files = { '.zarray': v2({ fill_value: -7 }), 1: int32(1, 2) }
    expect([...(await load(files)).data]).toEqual([-7, -7, 1, 2])
  })

  const fills: readonly (readonly [dtype: string, fill: unknown, text: string])[] = [
    ['<f8', 'NaN', '000000000000f87f'],
    ['<f8', '-Infinity', '000000000000f0ff'],
    ['>f4', 1.5, '0000c03f'],
    ['<f2', 'Infinity', '007c'],
    ['|b1', true, '01'],
    ['<i8', '-9223372036854775808', '0000000000000080'],
    ['>u8', '18446744073709551615', 'ffffffffffffffff'],
    ['<u8', 0, '0000000000000000'],
    ['<i2', null, '0000'],
    ['<c8', ['NaN', 2], '0000c07f00000040'],
    ['<M8[ns]', '-9223372036854775808', '0000000000000080'],
    ['<f8', '-0.0', '0000000000000080'],
  ]
  it.each(fills)('of %s holds %j', async (dtype, fill, hex) => {
    // Python writes large integers and -0.0 as numbers, which JSON.stringify cannot.
    const text = JSON.stringify(v2({ dtype, fill_value: fill })).replace(/"(-?\d{16,}|-0\.0)"/, '$1')
    const { data } = await load({ '.zarray': text })
    if (Array.isArray(data)) throw new Error('no numbers')
    expect(Buffer.from(data.buffer, 0, hex.length / 2).toString('hex')).toBe(hex)
  })

  it.each([
    ['|S3', 'YWI=', Uint8Array.of(97, 98)],
    ['<U2', 'é🧠', 'é🧠'],
    ['>U2', 'é', 'é'],
  ])('of %s holds %j', async (dtype, fill, expected) => {
    expect((await load({ '.zarray': v2({ dtype, fill_value: fill }) })).data[3]).toEqual(expected)
  })
})

describe('strings of any length', () => {
  const texts = Buffer.concat(
    ['a', 'é🧠'].map(text => Buffer.concat([int32(Buffer.byteLength(text)), Buffer.from(text)])),
  )
  const chunk = Buffer.concat([int32(2), texts])

  it('are read by vlen-utf8, compressed or not', async () => {
    const meta = { dtype: '|O', filters: [{ id: 'vlen-utf8' }], fill_value: '-' }
    const plain = await load({ '.zarray': v2(meta), 0: chunk })
    expect([plain.dtype, plain.data]).toEqual(['str', ['a', 'é🧠', '-', '-']])
    const packed = v2({ ...meta, compressor: { id: 'zlib', level: 1 } })
    expect((await load({ '.zarray': packed, 0: deflateSync(chunk) }, { slice: [[1, 3]] })).data).toEqual([
      'é🧠',
      '-',
    ])
  })

  it('are read from version 3', async () => {
    const meta = v3({ data_type: 'string', codecs: [{ name: 'vlen-utf8' }], fill_value: '' })
    expect((await load({ 'zarr.json': meta, 'c/0': chunk })).data).toEqual(['a', 'é🧠', '', ''])
  })

  it('are read by json2 and vlen-bytes', async () => {
    const json = v2({ dtype: '|O', filters: [{ id: 'json2', encoding: 'utf-8' }] })
    expect((await load({ '.zarray': json, 1: '["x", "y", "|O", [2]]' })).data).toEqual(['', '', 'x', 'y'])
    for (const compressor of [null, { id: 'zlib' }]) {
      const meta = v2({ dtype: '|O', filters: [{ id: 'vlen-bytes' }], compressor })
      const bytes = await load({ '.zarray': meta, 0: compressor === null ? chunk : deflateSync(chunk) })
      expect([bytes.dtype, bytes.data[0]]).toStrictEqual(['bytes', Uint8Array.of(97)])
    }
  })

  it.each(['YWI=', [97, 98]])('that were never written have the fill value %j', async fill_value => {
    const meta = v3({ data_type: 'variable_length_bytes', codecs: [{ name: 'vlen-bytes' }], fill_value })
    const { data } = await load({ 'zarr.json': meta })
    expect(data[3]).toEqual(Uint8Array.of(97, 98))
    expect(data[3]).not.toBe(data[0])
  })
})

describe('data types of version 3', () => {
  it.each([
    [{ name: 'fixed_length_utf32', configuration: { length_bytes: 8 } }, 'é🧠', 'str', 'é🧠'],
    [
      { name: 'null_terminated_bytes', configuration: { length_bytes: 4 } },
      'YWI=',
      'bytes',
      Uint8Array.of(97, 98),
    ],
    [
      { name: 'numpy.datetime64', configuration: { unit: 's', scale_factor: 10 } },
      'NaT',
      'datetime64[10s]',
      -(2n ** 63n),
    ],
    ['float32', '0x7fc00000', 'float32', Number.NaN],
  ])('%j', async (data_type, fill_value, dtype, element) => {
    const found = await load({ 'zarr.json': v3({ data_type, fill_value }) })
    expect([found.dtype, found.data[0]]).toEqual([dtype, element])
  })
})

describe('what is written', () => {
  it('is cut into chunks of about 4 MiB along the leading axes', async () => {
    const db = await temporaryDatabase()
    await db.set('a', array(new Float64Array(3_000_000), [3, 1000, 1000]), zarr, { level: 0 })
    const meta = JSON.parse(readFileSync(join(db.path('a'), 'obj.zarr/.zarray'), 'utf8'))
    expect(meta.chunks).toEqual([1, 500, 1000])
    expect(readdirSync(join(db.path('a'), 'obj.zarr')).length).toBe(7)
  })

  it('says dtype and shape in its record', async () => {
    const db = await temporaryDatabase()
    await db.set('a', numbers, zarr)
    const record = JSON.parse(readFileSync(join(db.path('a'), 'dirdict.json'), 'utf8'))
    expect(record.arguments).toEqual({ dtype: 'float64', shape: [100, 100] })
  })

  it('keeps attributes from get to set, and leaves no file where there are none', async () => {
    const db = await temporaryDatabase()
    await db.set('a', numbers, zarr, { zattrs: { unit: 'mV' } })
    await db.set('b', await db.get('a', zarr), zarr)
    expect((await db.get('b', zarr, { slice: [0, 0] })).zattrs).toEqual({ unit: 'mV' })
    await db.set('c', await db.get('a', zarr), zarr, { zattrs: {} })
    expect((await db.get('c', zarr)).zattrs).toBeUndefined()
    expect(existsSync(join(db.path('c'), 'obj.zarr/.zattrs'))).toBe(false)
  })

  it.each([
    { chunks: 0 },
    { chunks: [1] },
    { chunks: [1, 1.5] },
    { compression: 'lzma' },
    { level: 10 },
    { level: 0.5 },
    { zattrs: { a: Number.NaN } },
    { zattrs: [1] },
    { zattrs: null },
  ])('is refused with the option %j', async options => {
    const db = await temporaryDatabase()
    const refused = { code: 'OPTION_INVALID', details: { dumper: 'zarr' } }
    await expect(db.set('a', numbers, zarr, options as object)).rejects.toMatchObject(refused)
  })
})

it('is not stored in chunks that Python does not compress', async () => {
  const large: NDArray = { ...array(new Uint8Array(1)), shape: [2 ** 31], stride: [0] }
  const db = await temporaryDatabase()
  const refused = { code: 'OPTION_INVALID', details: { option: 'chunks' } }
  await expect(db.set('a', large, zarr, { chunks: 2 ** 31 })).rejects.toMatchObject(refused)
})

it('gives attributes that JSON cannot hold as text', async () => {
  const files = {
    '.zarray': v2(),
    '.zattrs': '{"a": NaN, "b": [-Infinity, 12345678901234567891], "c": "NaN"}',
  }
  expect((await load(files)).zattrs).toEqual({ a: 'NaN', b: ['-Infinity', '12345678901234567891'], c: 'NaN' })
})

it('tells a chunk whose file was changed', async () => {
  const db = await temporaryDatabase()
  await db.set('a', numbers, zarr, { compression: 'none' })
  const path = join(db.path('a'), 'obj.zarr/0.0')
  const bytes = readFileSync(path)
  bytes[80_000 - 1]! ^= 1
  writeFileSync(path, bytes)
  await expect(db.get('a')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
})
