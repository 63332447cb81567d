/** `share`: one array in memory that real worker threads see without a copy, read once and only where it is new. */
import { once } from 'node:events'
import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { array, type NDArray, type SharedArrays, shared, toNested } from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'

async function store(arrays: Record<string, NDArray>): Promise<SharedArrays> {
  const db = await temporaryDatabase()
  await db.set('traces', arrays, shared)
  return db.get('traces', shared)
}

const rows = (...numbers: number[]): NDArray => array(Int32Array.from(numbers), [numbers.length / 2, 2])

/** A thread that runs `body` with the first message that it gets, `data`, and answers with what that gives. */
function thread(body: string): Worker {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     parentPort.once('message', data => parentPort.postMessage((() => { ${body} })()))`,
    { eval: true },
  )
  onTestFinished(async () => void (await worker.terminate()))
  return worker
}

async function ask(worker: Worker, data: unknown): Promise<unknown> {
  const answer = once(worker, 'message')
  worker.postMessage(data)
  return (await answer)[0]
}

/** Writes over the first bytes of a file, as a program that has mapped it does. */
function overwrite(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, 'r+')
  writeSync(fd, bytes, 0, bytes.length, 0)
  closeSync(fd)
}

describe('a shared array', () => {
  it('is the same memory for two worker threads', async () => {
    const traces = await store({ m: rows(1, 2, 3, 4) })
    const { data } = await traces.share('m')
    expect((data as Int32Array).buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(await ask(thread('return Atomics.add(data, 3, 38)'), data)).toBe(4)
    expect(await ask(thread('return Atomics.load(data, 3)'), data)).toBe(42)
    expect((data as Int32Array)[3]).toBe(42)
    expect(toNested(await traces.load('m'))).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('is handed out again while its file is unchanged, also to calls at the same time', async () => {
    const traces = await store({ m: rows(1, 2), n: rows(3, 4) })
    const [first, second, other] = await Promise.all([
      traces.share('m'),
      traces.share('m'),
      traces.share('n'),
    ])
    expect(second.data).toBe(first.data)
    expect((await traces.share('m')).data).toBe(first.data)
    expect(toNested(other)).toEqual([[3, 4]])
  })

  it('stays as it was when rows are appended, and a new one has them', async () => {
    const traces = await store({ m: rows(1, 2) })
    const before = await traces.share('m')
    await traces.append('m', rows(3, 4, 5, 6))
    const after = await traces.share('m')
    expect(toNested(before)).toEqual([[1, 2]])
    expect(toNested(after)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    expect((await traces.share('m')).data).toBe(after.data)
  })

  it('reads only the rows that are new', async () => {
    const traces = await store({ m: rows(1, 2) })
    const before = await traces.share('m')
    // Seen in the new memory, it was taken from the old one and not read again.
    ;(before.data as Int32Array)[0] = 99
    await traces.append('m', rows(3, 4))
    expect(toNested(await traces.share('m'))).toEqual([
      [99, 2],
      [3, 4],
    ])
  })

  it('is read again where it was replaced, or changed in its place', async () => {
    const traces = await store({ m: rows(1, 2) })
    const before = await traces.share('m')
    await traces.save('m', rows(5, 6))
    const replaced = await traces.share('m')
    expect(toNested(replaced)).toEqual([[5, 6]])
    await traces.save('m', rows(7, 8, 9, 10))
    expect(toNested(await traces.share('m'))).toEqual([
      [7, 8],
      [9, 10],
    ])
    overwrite(join(traces.path, 'm__2_2__int32'), Uint8Array.of(77))
    expect(toNested(await traces.share('m'))).toEqual([
      [77, 8],
      [9, 10],
    ])
    expect(toNested(before)).toEqual([[1, 2]])
  })

  it('is not read again for rows that are only just being written', async () => {
    const traces = await store({ m: rows(1, 2) })
    const before = await traces.share('m')
    appendFileSync(join(traces.path, 'm__1_2__int32'), Buffer.alloc(4))
    expect((await traces.share('m')).data).toBe(before.data)
  })

  it('may be of any dtype of numbers, and empty', async () => {
    const arrays = {
      bool: array([1, 0], [2], 'bool'),
      complex128: array([1, 2, 3, 4], [2], 'complex128'),
      time: array([1n, 2n], [2], 'timedelta64[s]'),
      none: array([], [0, 3], 'float32'),
    }
    const traces = await store(arrays)
    for (const [name, expected] of Object.entries(arrays)) {
      const { dtype, shape } = expected
      const found = await traces.share(name)
      expect(found).toMatchObject({ dtype, shape })
      expect(toNested(found)).toEqual(toNested(expected))
    }
    await traces.append('complex128', array([5, 6], [1], 'complex128'))
    expect(toNested(await traces.share('complex128'))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
  })
})
