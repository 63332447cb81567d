/** Partitioned tables that come in as a stream: how it is cut into parts, and how it ends. */
import * as arrow from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { partitions } from '../../dumpers/partitions.js'
import { listFiles } from '../../src/testing/raw-disk.js'
import { rowsOf } from './samples/partitions.js'
import { temporaryDatabase } from './temporary.js'

const numbers = (from: number, to: number): Float64Array =>
  Float64Array.from({ length: to - from }, (_, i) => from + i)
const table = (from: number, to: number): arrow.Table =>
  new arrow.Table({ x: arrow.makeVector(numbers(from, to)) })

describe('a stream', () => {
  it('is gathered and cut to parts of the size that was asked for, in order', async () => {
    const db = await temporaryDatabase()
    const batches = [table(0, 10), table(10, 1000), table(1000, 1001), table(1001, 5000)]
    await db.set('t', batches, partitions, { partitionSize: 8 * 700 })
    const found = await db.get('t', partitions)
    expect(found.partitions.map(({ rows }) => rows)).toEqual([700, 700, 700, 700, 700, 700, 700, 100])
    const values = (await found.toTable()).getChild('x')?.toArray()
    expect(values).toEqual(numbers(0, 5000))
  })

  it('of thousands of tiny batches becomes few row groups', async () => {
    const db = await temporaryDatabase()
    const rows = Array.from({ length: 3000 }, (_, i) => [
      { i, name: `row ${i}`, even: i % 2 === 0 ? true : null },
    ])
    await db.set('t', rows, partitions)
    const found = await db.get('t', partitions)
    expect(found.partitions).toEqual([{ file: 'pandas_to_parquet.1.0.parquet', rows: 3000 }])
    const batches: number[] = []
    for await (const batch of found.batches()) batches.push(batch.numRows)
    expect(batches).toEqual([3000])
    expect(rowsOf(await found.toTable())).toEqual(rows.flat())
  })

  it('may change its mind about a column that was all null, also after a part was written', async () => {
    const db = await temporaryDatabase()
    const nothing = new arrow.Table({
      s: arrow.vectorFromArray([null, null], new arrow.Null()),
      n: numbersColumn,
    })
    const names = new arrow.Table({ s: arrow.vectorFromArray(['a', 'b']), n: numbersColumn })
    await db.set('t', [nothing, nothing, names, nothing], partitions, { partitionSize: 16 })
    const found = await db.get('t', partitions)
    expect(found.partitions.length).toBeGreaterThan(2)
    expect(String(found.schema.fields[0]?.type)).toMatch(/^Dictionary/)
    expect((await found.columns(['s'])).toArray().map(row => row.s)).toEqual([
      null,
      null,
      null,
      null,
      'a',
      'b',
      null,
      null,
    ])
    expect((await found.where({ s: 'b' })).numRows).toBe(1)
    expect((await found.where({ s: null })).numRows).toBe(6)
  })

  it('is asked for the next batch only when the last one has found its place', async () => {
    const db = await temporaryDatabase()
    let staged = 0
    let waiting = 0
    async function* batches(): AsyncGenerator<arrow.Table> {
      for (let i = 0; i < 20; i++) {
        const parts = listFiles(db.directory).filter(file => file.endsWith('.parquet')).length
        staged = Math.max(staged, parts)
        waiting = Math.max(waiting, i - parts)
        yield table(i * 1000, (i + 1) * 1000)
      }
    }
    await db.set('t', batches(), partitions, { partitionSize: 8000 })
    expect(waiting).toBeLessThanOrEqual(2)
    expect(staged).toBeGreaterThanOrEqual(17)
  })

  it.each([
    ['fails', false],
    ['hangs, and is aborted', true],
  ])('that %s leaves the old value, nothing staged, and is told to end', async (_, hangs) => {
    const db = await temporaryDatabase()
    await db.set('t', 'old')
    const reason = new Error('enough')
    const controller = new AbortController()
    let ended = 0
    const source = {
      count: 0,
      [Symbol.asyncIterator]() {
        return this
      },
      async next(): Promise<IteratorResult<arrow.Table>> {
        if (this.count++ < 5) return { done: false, value: table(0, 1000) }
        if (!hangs) throw reason
        controller.abort(reason)
        return new Promise(() => {})
      },
      async return(): Promise<IteratorResult<arrow.Table>> {
        ended++
        return { done: true, value: undefined }
      },
    }
    const set = db.set('t', source, partitions, { partitionSize: 8000, signal: controller.signal })
    await expect(set).rejects.toBe(reason)
    expect(await db.get('t')).toBe('old')
    await db.close()
    expect(listFiles(db.directory).filter(file => file.endsWith('.parquet'))).toEqual([])
    // What fails by itself is at its end, as in a loop of the language.
    expect(ended).toBe(hangs ? 1 : 0)
  })

  it('whose batch is refused is told to end', async () => {
    const db = await temporaryDatabase()
    let ended = false
    function* batches(): Generator<arrow.Table> {
      try {
        yield table(0, 10)
        yield new arrow.Table({ y: arrow.makeVector(numbers(0, 1)) })
      } finally {
        ended = true
      }
    }
    await expect(db.set('t', batches(), partitions)).rejects.toThrow('Batch 1 has column "y"')
    expect(ended).toBe(true)
    expect(await db.has('t')).toBe(false)
  })

  it('of no batch at all is VALUE_REJECTED', async () => {
    const db = await temporaryDatabase()
    const none = (async function* () {})()
    await expect(db.set('t', none, partitions)).rejects.toThrow('There is no table at all')
  })

  it.each([10, 5000])('may fill the same memory with each batch of %i rows', async rows => {
    const db = await temporaryDatabase()
    const [x, flags] = [new Float64Array(rows), new Uint8Array(rows / 8 + 1)]
    const [lengths, letters] = [Int32Array.from({ length: rows + 1 }, (_, i) => i), new Uint8Array(rows)]
    const column = (type: arrow.DataType, props: object): arrow.Vector =>
      new arrow.Vector([arrow.makeData({ type, length: rows, ...props } as never)])
    function* batches(): Generator<arrow.Table> {
      for (let i = 0; i < 4; i++) {
        x.fill(i)
        flags.fill(i % 2 === 0 ? 0 : 255)
        letters.fill(97 + i)
        yield new arrow.Table({
          x: column(new arrow.Float64(), { data: x, nullCount: -1, nullBitmap: flags }),
          flag: column(new arrow.Bool(), { data: flags }),
          letter: column(new arrow.Utf8(), { data: letters, valueOffsets: lengths }),
        })
      }
    }
    await db.set('t', batches(), partitions, { partitionSize: 15 * rows })
    const wanted = Array.from({ length: 4 * rows }, (_, row) => {
      const i = Math.floor(row / rows)
      return { x: i % 2 === 0 ? null : i, flag: i % 2 === 1, letter: 'abcd'[i] }
    })
    expect(rowsOf(await (await db.get('t', partitions)).toTable())).toEqual(wanted)
  })

  it('may have batches without rows', async () => {
    const db = await temporaryDatabase()
    await db.set('t', [[], [{ a: 1 }], [], [{ a: 2 }]], partitions)
    expect(rowsOf(await (await db.get('t', partitions)).toTable())).toEqual([{ a: 1 }, { a: 2 }])
    await expect(db.set('t', [[], []].values(), partitions)).rejects.toThrow('There is no table at all')
  })

  it('of decimals of different widths is refused: they lie otherwise in memory', async () => {
    const db = await temporaryDatabase()
    const decimals = (bits: number): arrow.Table => {
      const type = new arrow.Decimal(2, 10, bits)
      const data = new Uint32Array((2 * bits) / 32)
      const vector = new arrow.Vector([arrow.makeData({ type, length: 2, data })])
      return new arrow.Table({ list: vector })
    }
    await expect(db.set('t', [decimals(128), decimals(256)], partitions)).rejects.toThrow(
      'Decimal[10e+2] (256 bits); before it was Decimal[10e+2] (128 bits)',
    )
  })

  it('that throws when it is told to end is still aborted with the reason', async () => {
    const db = await temporaryDatabase()
    const reason = new Error('enough')
    const controller = new AbortController()
    const source: AsyncIterableIterator<arrow.Table> = {
      [Symbol.asyncIterator]: () => source,
      next() {
        controller.abort(reason)
        return new Promise(() => {})
      },
      return() {
        throw new Error('I do not end')
      },
    }
    await expect(db.set('t', source, partitions, { signal: controller.signal })).rejects.toBe(reason)
  })

  it('that never comes to its end can be aborted', async () => {
    const db = await temporaryDatabase()
    const controller = new AbortController()
    async function* batches(): AsyncGenerator<arrow.Table> {
      try {
        yield table(0, 10)
        yield new arrow.Table({ y: arrow.makeVector(numbers(0, 1)) })
      } finally {
        // When the writer waits for this end, which has begun in its call of `return`.
        setImmediate(() => controller.abort())
        await new Promise(() => {})
      }
    }
    const set = db.set('t', batches(), partitions, { signal: controller.signal })
    await expect(set).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
  })
})

const numbersColumn = arrow.makeVector(numbers(0, 2))
