/** dataframe: worker threads come and go without being noticed, and stop when nobody wants their result. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as arrow from 'apache-arrow'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { CodecError, type Job } from '../../../dumpers/_parquet/codec.js'
import { runInWorker } from '../../../dumpers/_parquet/pool.js'
import { DataBase, dataframe } from '../../../src/index.js'

/** More than the 16 MiB that are encoded in the calling thread. */
const large = (): [string, Float64Array][] => [
  ['x', Float64Array.from({ length: 3_000_000 }, (_, i) => i % 1000)],
]
const root = fileURLToPath(new URL('../../../', import.meta.url))
const settings = { compression: 'snappy', rowGroupSize: 10 } as const

function encodeJob(): Job {
  const bytes = arrow.tableToIPC(arrow.tableFromArrays({ x: Float64Array.of(1, 2, 3) }), 'stream')
  return { kind: 'encode', bytes, settings }
}

test('a process that has stored and loaded a large table ends by itself', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dirdict-threads-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const script = fileURLToPath(new URL('children/ends.mjs', import.meta.url))
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [script, join(directory, 'db')], {
    encoding: 'utf8',
    timeout: 45_000,
  })
  expect({ stdout, stderr, status, signal }).toEqual({
    stdout: '3000000 rows',
    stderr: '',
    status: 0,
    signal: null,
  })
})

test('a worker that cannot be started is an error that says so', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dirdict-threads-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  // As a bundler may leave the package: without the file that only a URL leads to.
  cpSync(`${root}dist`, join(directory, 'dist'), { recursive: true })
  rmSync(join(directory, 'dist/dumpers/_parquet/worker.js'))
  symlinkSync(`${root}node_modules`, join(directory, 'node_modules'))
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  const script = join(directory, 'a/b/c/d/ends.mjs')
  cpSync(fileURLToPath(new URL('children/ends.mjs', import.meta.url)), script)
  const { stderr, status } = spawnSync(process.execPath, [script, join(directory, 'db')], {
    encoding: 'utf8',
    timeout: 45_000,
  })
  expect(status).toBe(1)
  expect(stderr).toMatch(/IO_FAILED/)
  expect(stderr).toMatch(/The worker thread for Parquet could not be started from file:.*worker\.js/)
})

describe('a signal', () => {
  let db: DataBase
  let directory: string
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'dirdict-threads-'))
    db = await DataBase.open(join(directory, 'db'), { durability: 'relaxed' })
    return () => rmSync(directory, { recursive: true, force: true })
  })

  test('that aborts a set in the middle leaves nothing', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    let told = 0
    const onProgress = (): void => {
      told++
      controller.abort(reason)
    }
    const set = db.set('table', large(), dataframe, { signal: controller.signal, onProgress })
    await expect(set).rejects.toBe(reason)
    expect(told).toBeGreaterThan(0)
    expect(await db.keys()).toEqual([])
    expect(readdirSync(join(directory, 'db/.deleting.dirdict/work'))).toEqual([])
  })

  test('that aborts a get gives its reason, and the next get the table', async () => {
    await db.set('kept', large(), dataframe, { compression: 'snappy' })
    const controller = new AbortController()
    const reason = new Error('enough')
    const get = db.get('kept', dataframe, { signal: controller.signal })
    await nextTurn()
    controller.abort(reason)
    await expect(get).rejects.toBe(reason)
    expect((await db.get('kept', dataframe)).numRows).toBe(3_000_000)
  })

  test('ends a job that has begun, one that waits, and one that has not been begun', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const jobs = Array.from({ length: 12 }, () => runInWorker(encodeJob(), controller.signal))
    const results = Promise.allSettled(jobs)
    controller.abort(reason)
    for (const result of await results) expect(result).toEqual({ status: 'rejected', reason })
    await expect(runInWorker(encodeJob(), controller.signal)).rejects.toBe(reason)
  })
})

describe('a worker', () => {
  test('tells what parquet-wasm cannot do, and goes on', async () => {
    const job: Job = { kind: 'decode', bytes: Uint8Array.of(1, 2, 3) }
    await expect(runInWorker(job, undefined)).rejects.toBeInstanceOf(CodecError)
    const bytes = await runInWorker(encodeJob(), undefined)
    expect(Buffer.from(bytes.subarray(0, 4)).toString()).toBe('PAR1')
  })

  test('gives each of many jobs its own result', async () => {
    const files = await Promise.all(Array.from({ length: 20 }, () => runInWorker(encodeJob(), undefined)))
    const ipc = await Promise.all(files.map(bytes => runInWorker({ kind: 'decode', bytes }, undefined)))
    for (const bytes of ipc) expect([...arrow.tableFromIPC(bytes).getChild('x')!]).toEqual([1, 2, 3])
  })
})
