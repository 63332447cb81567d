/**
 * db.memo: what is remembered, by what, and what is refused. Many processes: test/e2e/memo.test.ts.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { array, arrow, DataBase, json, ndarray, toNested } from '../../../src/index.js'
import { scratch } from '../scratch.js'

const home = scratch()
let directory: string
let db: DataBase
let count = 0

beforeEach(async () => {
  directory = `${home}/db${count++}`
  db = await DataBase.open(directory, { durability: 'relaxed' })
})
afterEach(() => db.close())

describe('memo', () => {
  it('calculates once for equal arguments, and gives what is stored', async () => {
    let calls = 0
    const scaled = db.memo(
      'scaled',
      (x: Float64Array, options: { by: number }) => {
        calls++
        return x.map(n => n * options.by)
      },
      ndarray,
    )
    expect(toNested(await scaled(Float64Array.of(1, 2), { by: 3 }))).toEqual([3, 6])
    expect(toNested(await scaled(Float64Array.of(1, 2), { by: 3 }))).toEqual([3, 6])
    expect(calls).toBe(1)
    expect(toNested(await scaled(Float64Array.of(1, 2), { by: 4 }))).toEqual([4, 8])
    expect(calls).toBe(2)
    expect(await db.keys()).toEqual(['scaled'])
  })

  it('values that were stored are the arguments that they were before', async () => {
    const run = db.memo('run', (_: unknown) => 1)
    await db.set('array', array([1, 2, 3, 4], [2, 2]), ndarray)
    expect(await run.key(await db.get('array'))).toBe(await run.key(array([1, 2, 3, 4], [2, 2])))
    await db.set('table', [['n', [1, 2]]], arrow)
    expect(await run.key(await db.get('table'))).toBe(await run.key(await db.get('table')))
    expect(await run.key({ ...(await db.metadata('array')) })).toBe(await run.key(await db.metadata('array')))
  })

  it('calls at the same time share one calculation, and each has a value of its own', async () => {
    let calls = 0
    const slow = db.memo('slow', async (n: number) => {
      calls++
      await new Promise(resolve => setImmediate(resolve))
      return Float64Array.of(n)
    })
    const values = await Promise.all([slow(1), slow(1), slow(1)])
    expect(calls).toBe(1)
    expect(new Set(values).size).toBe(3)
  })

  it('an error is not stored', async () => {
    let calls = 0
    const failing = db.memo('failing', (n: number) => {
      if (calls++ === 0) throw new RangeError('not yet')
      return n
    })
    await expect(failing(1)).rejects.toThrow(new RangeError('not yet'))
    expect(await failing(1)).toBe(1)
  })

  it('a memo may call itself, and others', async () => {
    const fibonacci = db.memo('fibonacci', async (n: number): Promise<number> => {
      return n < 2 ? n : Number(await fibonacci(n - 1)) + Number(await fibonacci(n - 2))
    })
    expect(await fibonacci(20)).toBe(6765)
    expect(await (await db.sub('fibonacci')).keys()).toHaveLength(21)
  })

  it('key() names the result, forget() removes it', async () => {
    let calls = 0
    const next = db.memo('study/next', (n: number) => n + ++calls, json)
    const key = await next.key(1)
    expect(key).toMatch(/^study\/next\/[0-9a-f]{64}$/)
    expect(await db.has(key)).toBe(false)
    expect(await next.forget(1)).toBe(false)
    expect(await next(1)).toBe(2)
    expect(await db.get(key, json)).toBe(2)
    expect(await next.forget(1)).toBe(true)
    expect(await next(1)).toBe(3)
  })

  it('results survive the handle, and a readonly one gives them', async () => {
    const made = db.memo('made', (n: number) => n * 2)
    await made(1)
    await db.close()
    const later = await DataBase.open(directory, { readonly: true })
    const read = later.memo('made', (n: number) => n * 3)
    expect(await read(1)).toBe(2)
    await expect(read(2)).rejects.toMatchObject({ code: 'READ_ONLY' })
    await later.close()
  })

  it('records name and small arguments by position, so that find finds them', async () => {
    const run = db.memo('run', (_x: Float64Array, cell: number, _o: object) => cell, json, {
      attributes: { study: 'a' },
      tags: ['memo'],
    })
    await run(new Float64Array(1000), 7, { text: 'x'.repeat(2000) })
    const key = await run.key(new Float64Array(1000), 7, { text: 'x'.repeat(2000) })
    const { attributes, tags } = await db.metadata(key)
    expect(attributes).toEqual({ study: 'a', memo: { name: 'run', arguments: { 1: 7 } } })
    expect(tags).toEqual(['memo'])
    const found = await db.find({ attributes: { memo: { name: 'run', arguments: { 1: 7 } } } })
    expect(found.map(entry => entry.key)).toEqual([key])
  })

  it('refuses what it cannot remember by, with its place', async () => {
    const run = db.memo('run', (_: unknown) => 1)
    await expect(run({ on: () => 1 })).rejects.toMatchObject({
      code: 'VALUE_REJECTED',
      message: expect.stringContaining('arguments[0].on is a function'),
    })
    expect(await db.keys()).toEqual([])
  })

  it('refuses options that it does not have', () => {
    const fn = (): number => 1
    expect(() => db.memo('a', fn, { tag: 1 } as object)).toThrow(/no option "tag"/)
    expect(() => db.memo('a', fn, { overwrite: false } as object)).toThrow(/never replaced/)
    expect(() => db.memo('a', fn, { attributes: { memo: 1 } })).toThrow(/name yours otherwise/)
    expect(() => db.memo('..', fn)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }))
    expect(() => db.memo('a', 7 as never)).toThrow(/has to be a function/)
  })

  it('an aborted signal ends the hashing of large arguments', async () => {
    const controller = new AbortController()
    const run = db.memo('run', (_: Float64Array) => 1, { signal: controller.signal })
    const running = run(new Float64Array(2 ** 24))
    setImmediate(() => controller.abort(new Error('changed my mind')))
    await expect(running).rejects.toThrow('changed my mind')
  })
})

describe('version', () => {
  it('of your own: another one calculates anew', async () => {
    const seen: unknown[] = []
    for (const version of [1, 2, '2', undefined, 1]) {
      const run = db.memo('run', (n: number) => seen.push(n), version === undefined ? {} : { version })
      seen.push(await run(0))
    }
    // The fifth is the first again.
    expect(seen.filter(n => n === 0)).toHaveLength(4)
    expect(
      await db.find({ attributes: { memo: { name: 'run', version: 2, arguments: { 0: 0 } } } }),
    ).toHaveLength(1)
  })

  it("'text' goes by the text of the function, which native and bound ones do not have", async () => {
    const a = db.memo('run', (n: number) => n + 1, { version: 'text' })
    const b = db.memo('run', (n: number) => n + 2, { version: 'text' })
    expect([await a(1), await b(1)]).toEqual([2, 3])
    expect(await a.key(1)).not.toBe(await b.key(1))
    expect(() => db.memo('run', Math.sqrt, { version: 'text' })).toThrow(/has no text/)
    expect(() => db.memo('run', ((n: number) => n).bind(null), { version: 'text' })).toThrow(/has no text/)
    expect(() => db.memo('run', Math.sqrt, { version: Number.NaN })).toThrow(/version/)
  })

  it("'commit' goes by a commit that holds all of the code, and refuses a dirty tree", async () => {
    const source = `${home}/source${count}`
    mkdirSync(source)
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: source,
        encoding: 'utf8',
      })
    git('init', '-q')
    writeFileSync(`${source}/run.ts`, '1')
    git('add', '.')
    git('commit', '-qm', 'first')
    const key = await keyAt(source)
    expect(await keyAt(source)).toBe(key)
    const clone = `${source}-clone`
    git('clone', '-q', source, clone)
    expect(await keyAt(clone)).toBe(key)

    const dirty = `${source}-dirty`
    git('clone', '-q', source, dirty)
    writeFileSync(`${dirty}/run.ts`, '2')
    await expect(keyAt(dirty)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(/differs from commit [0-9a-f]{12}: commit it first.*'text'/),
    })
    const bare = `${source}-none`
    mkdirSync(bare)
    await expect(keyAt(bare)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('has no commit'),
    })
  })

  async function keyAt(source: string): Promise<string> {
    const opened = await DataBase.open(directory, { source })
    try {
      return await opened.memo('run', (x: object) => x, { version: 'commit' }).key(array([1]))
    } finally {
      await opened.close()
    }
  }
})
