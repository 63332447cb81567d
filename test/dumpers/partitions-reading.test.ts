/** Partitioned tables as they are read: which files and bytes a question costs, and what a handle gives for how long. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import * as arrow from 'apache-arrow'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type PartitionedTable, partitions } from '../../dumpers/partitions.js'
import type { HeldFolder, RandomAccess, ReadFolder } from '../../src/dumper.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import type { PartitionsSetOptions } from '../../src/index.js'
import { rowsOf } from './samples/partitions.js'
import { temporaryDatabase } from './temporary.js'

const ROWS = 10_000
const PARTS = 10

/** Ten parts of a thousand rows in row groups of a hundred: `id` sorted, `noise` not, `text` wide. */
function sample(): arrow.Table {
  const id = Int32Array.from({ length: ROWS }, (_, i) => i)
  const noise = Float64Array.from(id, i => Math.sin(i))
  const text = Array.from(id, i => `${'x'.repeat(38)}${String(i).padStart(6, '0')}`)
  return new arrow.Table({
    id: arrow.makeVector(id),
    noise: arrow.makeVector(noise),
    text: arrow.vectorFromArray(text, new arrow.Utf8()),
  })
}

const SETTINGS = { partitionSize: 60 * 1000, rowGroupSize: 100 }

interface Counted {
  readonly table: PartitionedTable
  /** Which parts were opened since it was asked last, and how many bytes were read of all files. */
  spent(): { readonly parts: readonly number[]; readonly bytes: number }
}

async function counted(options: PartitionsSetOptions): Promise<Counted> {
  const directory = mkdtempSync(join(tmpdir(), 'dirdict-partitions-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const into = new EntryWriteFolder(directory, 'k', { durable: false })
  const args = (await partitions.dump(sample(), into, { ...SETTINGS, ...options })) ?? {}
  let [parts, bytes]: [number[], number] = [[], 0]
  const counting = <T extends ReadFolder>(folder: T): T =>
    new Proxy(folder, {
      get(target, name) {
        if (name === 'hold') return async () => counting<HeldFolder>(await target.hold())
        if (name === 'open') return async (file: string) => opened(file, await target.open(file))
        const member: unknown = Reflect.get(target, name, target)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  const opened = (file: string, access: RandomAccess): RandomAccess => {
    parts.push(Number(file.split('.')[2]))
    return {
      size: access.size,
      close: () => access.close(),
      read: range => {
        bytes += range?.length ?? access.size
        return access.read(range)
      },
    }
  }
  const folder = counting(new EntryReadFolder(directory, 'k', { files: into.files }))
  return {
    table: await partitions.load(folder, args, {}),
    spent() {
      const spent = { parts, bytes }
      ;[parts, bytes] = [[], 0]
      return spent
    },
  }
}

describe('a question costs', () => {
  it('the footer of one part for the handle itself, however many parts there are', async () => {
    const { table, spent } = await counted({})
    expect(table.numRows).toBe(ROWS)
    expect(table.partitions.map(({ rows }) => rows)).toEqual(new Array(PARTS).fill(1000))
    expect(spent().parts).toEqual([0])
  })

  it('the bytes of its columns alone', async () => {
    const { table, spent } = await counted({})
    spent()
    await table.toTable()
    const whole = spent()
    const ids = await table.columns(['id'])
    const part = spent()
    expect(ids.getChild('id')?.toArray()).toEqual(sample().getChild('id')?.toArray())
    expect(part.parts).toEqual([...Array(PARTS).keys()])
    expect(part.bytes).toBeLessThan(whole.bytes * 0.7)
  })

  it('the parts that the divisions do not rule out', async () => {
    const { table, spent } = await counted({ index: 'id' })
    spent()
    const found = await table.where({ id: { gte: 2990, lt: 3010 } })
    expect(rowsOf(found)).toEqual(rowsOf(sample()).slice(2990, 3010))
    expect(spent().parts).toEqual([2, 3])
    expect((await table.where({ id: -1 })).numRows).toBe(0)
    expect(spent().parts).toEqual([])
    expect((await table.where({ id: { in: [999, 9999] } }, { columns: ['noise'] })).numRows).toBe(2)
    expect(spent().parts).toEqual([0, 9])
  })

  it('without divisions, footers and the row groups that their statistics do not rule out', async () => {
    const { table, spent } = await counted({})
    spent()
    expect((await table.where({ id: -1 })).numRows).toBe(0)
    const footers = spent()
    expect(footers.parts.length).toBe(PARTS)
    expect(rowsOf(await table.where({ id: 1234 }))).toEqual(rowsOf(sample()).slice(1234, 1235))
    const one = spent()
    await table.toTable()
    const whole = spent()
    expect(one.bytes - footers.bytes).toBeLessThan((whole.bytes - footers.bytes) / 50)
  })

  it('the parts that hold the rows', async () => {
    const { table, spent } = await counted({})
    spent()
    const found = await table.toTable({ rows: [-1500, -900], columns: ['text', 'id'] })
    expect(found.schema.names).toEqual(['text', 'id'])
    const whole = rowsOf(sample()) as { text: string; id: number }[]
    expect(rowsOf(found)).toEqual(whole.slice(-1500, -900).map(({ text, id }) => ({ text, id })))
    expect(spent().parts).toEqual([8, 9])
  })

  it('no more parts than are taken', async () => {
    const { table, spent } = await counted({})
    spent()
    for await (const batch of table.batches()) {
      expect(batch.numRows).toBeGreaterThan(0)
      break
    }
    expect(spent().parts).toEqual([0])
  })
})

it('batches are the rows of the table in order, under its schema', async () => {
  const { table } = await counted({})
  const taken: unknown[] = []
  for await (const batch of table.batches({
    columns: ['id'],
    where: { noise: { gt: 0 } },
    rows: [100, 5000],
  })) {
    expect(batch.schema.fields.map(String)).toEqual(['id: Int32'])
    taken.push(...batch.toArray().map(row => row.id))
  }
  const wanted = Array.from({ length: 4900 }, (_, i) => i + 100).filter(i => Math.sin(i) > 0)
  expect(taken).toEqual(wanted)
})

it('a large part, which worker threads decode, comes back in order', async () => {
  const db = await temporaryDatabase()
  const x = Float64Array.from({ length: 4_000_000 }, (_, i) => i)
  await db.set('t', [['x', x]], partitions)
  const found = (await (await db.get('t', partitions)).columns(['x'])).getChild('x')?.toArray()
  // The matcher would look at each element for itself, for half a minute.
  expect(Buffer.compare(Buffer.from(found.buffer), Buffer.from(x.buffer))).toBe(0)
})

describe('a handle', () => {
  it('outlives the call, and is STALE_HANDLE after close', async () => {
    const db = await temporaryDatabase()
    await db.set('t', sample(), partitions, SETTINGS)
    const table = await db.get('t', partitions)
    const batches = table.batches()
    await batches.next()
    await table.close()
    await table.close()
    await expect(table.toTable()).rejects.toMatchObject({ code: 'STALE_HANDLE' })
    await expect(table.columns(['id'], { rows: [0, 0] })).rejects.toMatchObject({ code: 'STALE_HANDLE' })
    await expect(drained(batches)).rejects.toMatchObject({ code: 'STALE_HANDLE' })
    expect(table.numRows).toBe(ROWS)
  })

  it.each(['replaced', 'deleted'])(
    'whose key was %s gives its own table or STALE_HANDLE, never a mix',
    async how => {
      const db = await temporaryDatabase()
      await db.set('t', sample(), partitions, SETTINGS)
      const table = await db.get('t', partitions)
      const batches = table.batches({ columns: ['id'] })
      const first = await batches.next()
      const other = new arrow.Table({ id: arrow.makeVector(new Int32Array(ROWS).fill(-1)) })
      if (how === 'replaced') await db.set('t', other, partitions, { partitionSize: 4000 })
      else await db.delete('t')
      const ids: number[] = first.done ? [] : first.value.toArray().map(row => row.id)
      await expect(
        (async () => {
          for await (const batch of batches) ids.push(...batch.toArray().map(row => row.id))
          throw Object.assign(new Error('whole'), { code: 'WHOLE' })
        })(),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^(STALE_HANDLE|WHOLE)$/) })
      expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => i))
      await db.close()
      await expect(table.toTable()).rejects.toMatchObject({ code: 'STALE_HANDLE' })
    },
  )

  it('tells what it is when it is printed', async () => {
    const { table } = await counted({})
    expect(inspect(table)).toBe(
      'PartitionedTable { 10000 rows in 10 parts; "id": Int32, "noise": Float64, "text": Utf8 }',
    )
  })

  it.each<[string, object, string]>([
    ['an unknown column', { columns: ['idd'] }, 'columns'],
    ['no columns', { columns: [] }, 'columns'],
    ['a condition on an unknown column', { where: { idd: 1 } }, 'where'],
    ['a condition of another type', { where: { id: 'one' } }, 'where'],
    ['rows that are none', { rows: [0] }, 'rows'],
    ['an unknown option', { colums: ['id'] }, 'colums'],
  ])('refuses %s before it opens a part', async (_, options, option) => {
    const { table, spent } = await counted({ index: 'id' })
    spent()
    await expect(table.toTable(options)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option },
    })
    expect(spent().parts).toEqual([])
  })

  it('ends a reading with the reason of its signal', async () => {
    const { table } = await counted({})
    const controller = new AbortController()
    const batches = table.batches({ signal: controller.signal })
    await batches.next()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(drained(batches)).rejects.toBe(reason)
    await expect(table.toTable({ signal: controller.signal })).rejects.toBe(reason)
    expect((await table.toTable({ rows: [0, 1] })).numRows).toBe(1)
  })
})

it('ten thousand parts are written, found and read, a few open at a time', async () => {
  const db = await temporaryDatabase()
  const id = Int32Array.from({ length: 10_000 }, (_, i) => i)
  await db.set('t', [['id', id]], partitions, { partitionSize: 4, index: 'id', compression: 'snappy' })
  const table = await db.get('t', partitions)
  expect(table.partitions.length).toBe(10_000)
  expect(table.partitions[9999]?.file).toBe('pandas_to_parquet.10000.9999.parquet')
  expect(rowsOf(await table.where({ id: { in: [77, 9999] } }))).toEqual([{ id: 77 }, { id: 9999 }])
  expect((await table.toTable({ rows: [5000, 5010] })).getChild('id')?.toArray()).toEqual(
    id.subarray(5000, 5010),
  )
})

async function drained(batches: AsyncIterable<unknown>): Promise<void> {
  for await (const batch of batches) expect(batch).toBeDefined()
}
