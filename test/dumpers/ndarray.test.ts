import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { encode } from '../../dumpers/_npy/encode.js'
import { formatHeader } from '../../dumpers/_npy/header.js'
import { ndarray } from '../../dumpers/ndarray.js'
import type { RandomAccess, ReadFolder } from '../../src/dumper.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
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

/** A file in Fortran order, as numpy writes it for `np.asfortranarray`. */
function fortranFile(descr: string, shape: readonly [number, number], data: Float64Array): string {
  const path = directory()
  const header = Buffer.from(formatHeader(descr, shape)).toString('latin1').replace('False, ', 'True,  ')
  writeFileSync(`${path}/np.npy`, Buffer.concat([Buffer.from(header, 'latin1'), new Uint8Array(data.buffer)]))
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
    const fortran = fortranFile('<f8', [n, m], data)
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
    const tall = fortranFile('>f8', [(n * m) / 2, 2], data)
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
    ['more empty rows than anything reads', array(numbers(0), [2 ** 52, 0])],
  ])('is refused for %s', async (_, value) => {
    await expect(dumped(value)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
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
