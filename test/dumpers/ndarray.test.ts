import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { encode } from '../../dumpers/_npy/encode.js'
import { formatHeader } from '../../dumpers/_npy/header.js'
import { ndarray } from '../../dumpers/ndarray.js'
import type { RandomAccess, ReadFolder } from '../../src/dumper.js'
import { EntryReadFolder, EntryWriteFolder } from '../../src/entry/folder.js'
import { array, type NDArray } from '../../src/ndarray.js'

const base = mkdtempSync(`${tmpdir()}/dirdict-ndarray-`)
afterAll(() => rmSync(base, { recursive: true }))
let entries = 0

function directory(): string {
  const path = `${base}/${entries++}`
  mkdirSync(path)
  return path
}

async function dumped(value: Parameters<typeof ndarray.dump>[0]): Promise<string> {
  const path = directory()
  await ndarray.dump(value, new EntryWriteFolder(path, 'a', { durable: false }), {})
  return path
}

function load(path: string, rows?: readonly [number, number]): Promise<NDArray> {
  return ndarray.load(new EntryReadFolder(path, 'a'), {}, rows === undefined ? {} : { rows })
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

const numbers = (count: number) => new Float64Array(count).map((_, i) => i * 1.5)

/** Whether the bytes are the same; `toEqual` takes seconds for a million numbers. */
function same(data: unknown, expected: Float64Array): boolean {
  return (
    data instanceof Float64Array && Buffer.from(data.buffer).equals(new Uint8Array(expected.slice().buffer))
  )
}

describe('an array', () => {
  it('comes back with memory of its own, just as long as its elements', async () => {
    const { data, ...rest } = await load(await dumped(array(numbers(6), [2, 3])))
    expect(rest).toEqual({ shape: [2, 3], stride: [3, 1], offset: 0, dtype: 'float64' })
    expect(data).toEqual(numbers(6))
    expect((data as Float64Array).buffer.byteLength).toBe(48)
  })

  it('is written without a copy where it is contiguous, and in bounded blocks where it is not', () => {
    const data = numbers(2 ** 20)
    const [, view, ...more] = encode(array(data, [1024, 1024]))
    expect(more).toEqual([])
    expect(view?.buffer).toBe(data.buffer)
    const blocks = [...encode({ data, shape: [1024, 1024], stride: [1, 1024], offset: 0, dtype: 'float64' })]
    expect(blocks.length).toBe(3)
    expect(Math.max(...blocks.map(block => block.byteLength))).toBe(4 * 2 ** 20)
  })

  it('may be one element repeated, and rows longer than a block', async () => {
    const a = {
      data: Int8Array.of(7, 8),
      shape: [3, 3_000_000, 2],
      stride: [0, 0, 1],
      offset: 0,
      dtype: 'int8',
    }
    const back = await load(await dumped(a))
    expect(back.shape).toEqual([3, 3_000_000, 2])
    expect(Buffer.from((back.data as Int8Array).buffer).equals(Buffer.alloc(18_000_000, '\x07\x08'))).toBe(
      true,
    )
    const wide = { data: numbers(1_500_000), shape: [2, 750_000], stride: [1, 2], offset: 0 }
    const wideBack = await load(await dumped(wide))
    expect(wideBack.data[750_000 + 123]).toBe(wide.data[247])
  })

  it('of several stripes is the same whole, by rows, and in Fortran order', async () => {
    const [n, m] = [5000, 1300]
    const data = numbers(n * m)
    const c = await dumped(array(data, [n, m]))
    expect(same((await load(c)).data, data)).toBe(true)
    expect(same((await load(c, [-4000, -100])).data, data.subarray(1000 * m, 4900 * m))).toBe(true)
    const header = `{'descr': '<f8', 'fortran_order': True, 'shape': (${n}, ${m}), }`
    const fortran = npy(header, new Uint8Array(data.buffer))
    const whole = await load(fortran)
    expect(whole.stride).toEqual([1, n])
    expect(same(whole.data, data)).toBe(true)
    for (const [start, stop] of [
      [10, 20],
      [3, 4990],
    ] as const) {
      const part = await load(fortran, [start, stop])
      expect([part.shape, part.stride]).toEqual([
        [stop - start, m],
        [1, stop - start],
      ])
      const rows = new Float64Array(m * (stop - start)).map((_, i) => {
        return data[Math.floor(i / (stop - start)) * n + start + (i % (stop - start))]!
      })
      expect(same(part.data, rows)).toBe(true)
    }
    const tall = npy(
      `{'descr': '>f8', 'fortran_order': True, 'shape': (${(n * m) / 2}, 2), }`,
      new Uint8Array(data.buffer),
    )
    const swapped = Buffer.from(data.slice().buffer).swap64()
    const part = await load(tall, [5, 2_000_005])
    const [first, second] = [5, (n * m) / 2 + 5].map(from =>
      swapped.subarray(from * 8, (from + 2_000_000) * 8),
    )
    expect(Buffer.from((part.data as Float64Array).buffer).equals(Buffer.concat([first!, second!]))).toBe(
      true,
    )
  })

  it('is read by rows with no more than header and rows', async () => {
    const path = await dumped(array(numbers(2 ** 20), [1024, 1024]))
    const folder = new EntryReadFolder(path, 'a')
    const lengths: number[] = []
    const counting: ReadFolder = Object.assign(Object.create(folder) as ReadFolder, {
      size: (file: string) => folder.size(file),
      open: async (file: string): Promise<RandomAccess> => {
        const real = await folder.open(file)
        return {
          size: real.size,
          read: range => {
            lengths.push(range?.length ?? real.size)
            return real.read(range)
          },
          close: () => real.close(),
        }
      },
    })
    const part = await ndarray.load(counting, {}, { rows: [512, 514] })
    expect(part.data[0]).toBe(512 * 1024 * 1.5)
    expect(lengths).toEqual([512, 2 * 8192])
  })

  it.each([
    [
      [0, 4],
      [0, 1, 2, 3],
    ],
    [
      [1, 3],
      [1, 2],
    ],
    [
      [-2, 4],
      [2, 3],
    ],
    [
      [-9, 9],
      [0, 1, 2, 3],
    ],
    [[3, 1], []],
    [[4, 9], []],
    [
      [0, -1],
      [0, 1, 2],
    ],
  ] as const)('has the rows %j as in Python', async (rows, expected) => {
    const part = await load(await dumped(Int32Array.of(0, 1, 2, 3)), rows)
    expect([...part.data]).toEqual(expected)
    expect(part.shape).toEqual([expected.length])
  })

  it.each([[[0.5, 2]], [[0]], [[0, 1, 2]], [['0', '1']], [[0, Number.POSITIVE_INFINITY]], ['01'], [null]])(
    'refuses the rows %j',
    async rows => {
      const path = await dumped(numbers(3))
      await expect(load(path, rows as never)).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        details: { option: 'rows' },
      })
    },
  )

  it('without an axis has no rows', async () => {
    await expect(load(await dumped(array([1], [])), [0, 1])).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })

  it('is not read on after an abort', async () => {
    const path = await dumped(numbers(2 ** 22))
    const controller = new AbortController()
    const reading = ndarray.load(new EntryReadFolder(path, 'a', { signal: controller.signal }), {}, {})
    controller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    const strided = { data: numbers(2 ** 22), shape: [2 ** 21], stride: [2], offset: 0, dtype: 'float64' }
    const folder = new EntryWriteFolder(directory(), 'a', { durable: false, signal: controller.signal })
    await expect(ndarray.dump(strided, folder, {})).rejects.toThrow('enough')
  })

  it.each([
    ['booleans other than 0 and 1', { data: Uint8Array.of(0, 2), shape: [2], dtype: 'bool' }],
    ['strings that end in NUL', { data: ['a', 'b\0'], shape: [2] }],
    ['byte strings that end in 0', { data: [Uint8Array.of(1, 0)], shape: [1] }],
    ['more axes than numpy takes', { data: numbers(1), shape: Array<number>(33).fill(1) }],
    ['strides that leave the memory', { data: numbers(4), shape: [2, 2], stride: [3, 1] }],
    ['no array', 5 as never],
  ])('is refused for %s', async (_, value) => {
    await expect(dumped(value)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
  })
})

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

const big = process.env.DIRDICT_BIG === '1'
describe.skipIf(!big)(
  `an array over 4 GiB${big ? '' : ' (skipped: set DIRDICT_BIG=1; it needs 9 GiB of disk and memory)'}`,
  () => {
    it('comes back whole, and by rows', { timeout: 600_000 }, async () => {
      const count = 560 * 2 ** 20
      const data = new Float64Array(count)
      const marks = [0, 2 ** 28 - 1, 2 ** 28, 2 ** 29 + 1, count - 1]
      for (const at of marks) data[at] = at + 0.5
      const path = await dumped(array(data, [count / 1024, 1024]))
      expect(statSync(`${path}/np.npy`).size).toBe(128 + count * 8)
      const back = await load(path)
      for (const at of marks) expect(back.data[at]).toBe(at + 0.5)
      const part = await load(path, [-1, count])
      expect(part.data[1023]).toBe(count - 0.5)
    })
  },
)
