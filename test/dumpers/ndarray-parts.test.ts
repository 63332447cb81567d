/** Parts of arrays: which reads they take, where they are put, and what is refused. */
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHeader } from '../../dumpers/_npy/header.js'
import { type ArrayPart, readNpy } from '../../dumpers/_npy/read.js'
import type { RandomAccess } from '../../src/dumper.js'
import { DataBase, ndarray } from '../../src/index.js'
import {
  array,
  countOf,
  type NDArray,
  resolveSlice,
  type SliceItem,
  selectedShape,
} from '../../src/ndarray.js'
import { directory, dumped, load } from './npy-scratch.js'
import { temporaryDatabase } from './temporary.js'

/** An npy file of any size whose elements are their own numbers in the file, without a disk behind it. */
function numbered(shape: readonly number[], fortran: boolean): { source: RandomAccess; reads: number[] } {
  const text = Buffer.from(formatHeader('<f8', shape)).toString('latin1')
  const header = Buffer.from(fortran ? text.replace('False, ', 'True,  ') : text, 'latin1')
  const reads: number[] = []
  const read: RandomAccess['read'] = async ({
    offset = 0,
    length = 0,
    out = new Uint8Array(length),
  } = {}) => {
    if (offset < header.length) {
      out.set(header.subarray(offset, offset + length))
      return out
    }
    reads.push(length)
    const first = (offset - header.length) / 8
    const elements = new Float64Array(length / 8).map((_, i) => first + i)
    out.set(new Uint8Array(elements.buffer))
    return out
  }
  return { source: { size: header.length + countOf({ shape }) * 8, read, close: async () => {} }, reads }
}

/** The numbers of the selected elements, in the order of the file. */
function selected(shape: readonly number[], fortran: boolean, slice: readonly SliceItem[]): number[] {
  const selections = resolveSlice(slice, shape)
  const axes = shape.map((_, axis) => axis)
  let numbers = [0]
  for (const axis of fortran ? axes.reverse() : axes) {
    const { start, step, count } = selections[axis]!
    const along = Array.from({ length: count }, (_, i) => start + i * step)
    numbers = numbers.flatMap(outer => along.map(i => outer * shape[axis]! + i))
  }
  return numbers
}

async function readNumbered(shape: readonly number[], fortran: boolean, part: ArrayPart) {
  const { source, reads } = numbered(shape, fortran)
  const { data } = await readNpy(source, 'np.npy', part)
  return { data: [...data], reads }
}

describe('a part of an array', () => {
  it('of any size holds the elements that it names, and is read with little beside them', async () => {
    const axis = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 300_000 }))
    const cases = fc.array(axis, { minLength: 1, maxLength: 4 }).chain(shape => {
      const items = shape.map(n =>
        fc.record({
          start: fc.nat(n - 1),
          count: fc.integer({ min: 1, max: 40 }),
          step: fc.integer({ min: -5000, max: 5000 }),
        }),
      )
      return fc.record({ shape: fc.constant(shape), fortran: fc.boolean(), items: fc.tuple(...items) })
    })
    const property = fc.asyncProperty(cases, async ({ shape, fortran, items }) => {
      fc.pre(shape.reduce((product, n) => product * n, 8) < 2 ** 50)
      const slice = items.map(({ start, count, step }, i): SliceItem => {
        if (step === 0) return start
        const stop = start + count * step
        return [start, stop < 0 ? null : Math.min(stop, shape[i]!), step]
      })
      const expected = selected(shape, fortran, slice)
      fc.pre(expected.length < 50_000)
      const { data, reads } = await readNumbered(shape, fortran, { slice })
      expect(data).toEqual(expected)
      const total = reads.reduce((sum, length) => sum + length, 0)
      expect(reads.length).toBeLessThanOrEqual(expected.length)
      expect(total).toBeLessThanOrEqual(expected.length * (8 + 32 * 1024))
      expect(Math.max(0, ...reads)).toBeLessThanOrEqual(16 * 2 ** 20)
    })
    await fc.assert(property, { numRuns: 150 })
  })

  it('that lies in one piece is one read to its place', async () => {
    const rows = await readNumbered([1_000_000, 1000], false, { slice: [[500_000, 500_100]] })
    expect(rows.reads).toEqual([100 * 8000])
    const columns = await readNumbered([1000, 1_000_000], true, { slice: ['...', [-100, null]] })
    expect(columns.reads).toEqual([100 * 8000])
    const within = await readNumbered([50, 60, 1000], false, { slice: [7, [3, 9], null] })
    expect(within.reads).toEqual([6 * 8000])
  })

  it('is read together with short gaps, and without long ones', async () => {
    const near = await readNumbered([5000, 1000], false, { slice: [null, 3] })
    expect(near.reads.length).toBe(20)
    const far = await readNumbered([5000, 10_000], false, { slice: [null, 3] })
    expect(far.reads).toEqual(Array.from({ length: 5000 }, () => 8))
    const blocks = await readNumbered([3, 100_000, 100], false, { slice: [null, [0, 20], [null, null, -2]] })
    expect(blocks.reads.length).toBe(3)
  })

  it('of many tiny reads lets the event loop go on', async () => {
    const path = directory()
    const [rows, columns] = [20_000, 8192]
    const { source, reads } = numbered([rows, columns], false)
    let turns = 0
    let immediate = setImmediate(function count() {
      turns++
      immediate = setImmediate(count)
    })
    const slow: RandomAccess = {
      ...source,
      read: range => {
        const until = performance.now() + 0.01
        while (performance.now() < until);
        return source.read(range)
      },
    }
    await readNpy(slow, path, { slice: [null, 0] })
    clearImmediate(immediate)
    expect(reads.length).toBe(rows)
    expect(turns).toBeGreaterThan(5)
  })
})

describe('memory given as out', () => {
  const matrix = array(
    Float32Array.from({ length: 12 }, (_, i) => i),
    [3, 4],
  )

  it('is filled from its beginning, and is the data of the result', async () => {
    const path = await dumped(matrix)
    const exact = new Float32Array(12)
    const whole = await load(path, { out: exact })
    expect(whole).toEqual(matrix)
    expect(whole.data).toBe(exact)
    const larger = new Float32Array(10).fill(-1)
    const part = await load(path, { slice: [[null, null, -1], 1], out: larger })
    expect(part).toMatchObject({ data: Float32Array.of(9, 5, 1), shape: [3], stride: [1] })
    expect((part.data as Float32Array).buffer).toBe(larger.buffer)
    expect([...larger]).toEqual([9, 5, 1, -1, -1, -1, -1, -1, -1, -1])
    const middle = larger.subarray(4, 6)
    await load(path, { slice: [0, [0, 2]], out: middle })
    expect([...larger]).toEqual([9, 5, 1, -1, 0, 1, -1, -1, -1, -1])
  })

  it('is filled in several reads and through the database', async () => {
    const db = await temporaryDatabase()
    const data = Float64Array.from({ length: 3_000_000 }, (_, i) => i)
    await db.set('large', array(data, [3000, 1000]))
    const out = new Float64Array(3_000_000)
    expect((await db.get('large', ndarray, { out })).data).toBe(out)
    expect(Buffer.from(out.buffer).equals(Buffer.from(data.buffer))).toBe(true)
    const half = await db.get('large', ndarray, { out, slice: [null, [null, null, 2]] })
    expect([half.shape, half.data.length, half.data[501]]).toEqual([[3000, 500], 1_500_000, 1002])
    expect((half.data as Float64Array).buffer).toBe(out.buffer)
  })

  it.each([
    ['too short', new Float32Array(11)],
    ['of another class', new Float64Array(12)],
    ['of another class of the same size', new Int32Array(12)],
    ['a DataView', new DataView(new ArrayBuffer(48))],
    ['an ArrayBuffer', new ArrayBuffer(48)],
    ['a plain array', Array(12).fill(0)],
    ['true', true],
    ['null', null],
  ])('is refused where it is %s', async (_, out) => {
    await expect(load(await dumped(matrix), { out: out as never })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option: 'out' },
      message: expect.stringContaining('a Float32Array of at least 12 members'),
    })
  })

  it('is counted in members: a complex number has two', async () => {
    const path = await dumped(array([1, 2, 3, 4], [2], 'complex128'))
    const out = new Float64Array(4)
    expect((await load(path, { out })).data).toBe(out)
    await expect(load(path, { out: new Float64Array(3) })).rejects.toThrow('at least 4 members')
  })

  it.each([[array(['a', 'b'])], [array([Uint8Array.of(1)])]])('is refused for strings', async value => {
    await expect(load(await dumped(value), { out: new Uint8Array(99) })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option: 'out' },
    })
  })
})

describe('the option', () => {
  it('slice excludes rows', async () => {
    const path = await dumped(Int32Array.of(1, 2, 3))
    await expect(load(path, { rows: [0, 1], slice: [0] })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option: 'rows' },
    })
  })

  it.each([
    ['a number', 5],
    ['null', null],
    ['an item too many', [0, 0, 0]],
    ['an index outside', [2]],
    ['a fraction', [0.5]],
    ['a step of 0', [[0, 1, 0]]],
    ["two '...'", ['...', '...']],
    ['a bigint', [1n]],
    ['undefined', [undefined]],
    ['a bigint in a range', [[1n, 2]]],
  ])('slice refuses %s', async (_, slice) => {
    const path = await dumped(array([1, 2, 3, 4], [2, 2]))
    const refused: Promise<NDArray> = load(path, { slice: slice as never })
    await expect(refused).rejects.toMatchObject({ code: 'OPTION_INVALID', details: { option: 'slice' } })
  })

  it('verify finds what a part alone would not: a changed byte elsewhere', async () => {
    const db = await temporaryDatabase()
    await db.set('large', array(new Float64Array(300_000), [300, 1000]))
    const read = (verify: boolean) => db.get('large', ndarray, { rows: [0, 1], verify })
    expect((await read(true)).shape).toEqual([1, 1000])
    const path = `${db.path('large')}/np.npy`
    const bytes = readFileSync(path)
    bytes[bytes.length - 1] = 1
    writeFileSync(path, bytes)
    const again = await DataBase.open(db.directory, { readonly: true })
    expect((await again.get('large', ndarray, { rows: [0, 1] })).shape).toEqual([1, 1000])
    await expect(again.get('large', ndarray, { rows: [0, 1], verify: true })).rejects.toMatchObject({
      code: 'CORRUPT_ENTRY',
    })
    await expect(again.get('large', ndarray, { verify: 1 as never })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option: 'verify' },
    })
  })
})

describe('an array that no memory holds', () => {
  it.each([
    ['more members than a typed array has', '|u1', [2 ** 45]],
    ['more bytes than this machine has', '<f8', [2 ** 20, 2 ** 20]],
    ['more strings than an array has', '<U1', [2 ** 32]],
    ['more byte strings than the heap holds', '|S1', [2 ** 26 - 1]],
  ])('is refused before it is read, for %s, but read in parts', async (_, descr, shape) => {
    const header = formatHeader(descr, shape)
    const itemsize = descr === '<f8' ? 8 : descr === '<U1' ? 4 : 1
    let read = 0
    const source: RandomAccess = {
      size: header.length + countOf({ shape }) * itemsize,
      read: async ({ offset = 0, length = 0, out = new Uint8Array(length) } = {}) => {
        if (offset < header.length) out.set(header.subarray(offset, offset + length))
        else read += length
        return out
      },
      close: async () => {},
    }
    const heap = descr === '|S1' ? 'heap' : 'are more than'
    await expect(readNpy(source, 'np.npy')).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      details: { file: 'np.npy' },
      message: expect.stringMatching(new RegExp(`${heap}.*rows and slice.*ndarray\\.lazy`)),
    })
    expect(read).toBe(0)
    const part = await readNpy(source, 'np.npy', {
      slice: [[-3, null], 0].slice(0, shape.length) as SliceItem[],
    })
    expect(part.shape).toEqual(selectedShape(resolveSlice([[-3, null], 0].slice(0, shape.length), shape)))
    expect(read).toBe(3 * itemsize)
  })
})
