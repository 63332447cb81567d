/**
 * The dictionary as a user sees it: set, get and what goes with them.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { DataBase, isDirdictError, json, ndarray, subdb, text } from '../../src/index.js'
import { scratch } from './scratch.js'

const folder = scratch()
let count = 0
let db: DataBase

beforeEach(async () => {
  db = await DataBase.open(`${folder}/db${count++}`, { durability: 'relaxed' })
})

describe('set and get', () => {
  test('what was set comes back, also after closing and opening again', async () => {
    await db.set('delays', { mean: 12.5, airports: ['SEA', 'JFK'] })
    await db.close()
    const again = await DataBase.open(db.directory)
    expect(await again.get('delays')).toEqual({ mean: 12.5, airports: ['SEA', 'JFK'] })
  })

  test('the value decides the dumper where none is named', async () => {
    const values: [string, unknown][] = [
      ['json', { a: [1, null, 'x'] }],
      ['json', 'a string'],
      ['bytes', new Uint8Array([1, 2])],
      ['ndarray', new Float64Array([1, 2])],
      ['clone', new Map([[1, new Date(0)]])],
      ['clone', Number.NaN],
      ['clone', -0],
      ['clone', 10n ** 30n],
    ]
    for (const [dumper, value] of values) {
      await db.set('k', value)
      expect((await db.metadata('k')).dumper).toBe(dumper)
    }
  })

  test('exact numbers come back exact', async () => {
    for (const value of [Number.MAX_VALUE, 5e-324, -0, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 64n]) {
      await db.set('n', value)
      expect(Object.is(await db.get('n'), value)).toBe(true)
    }
  })

  test('overwriting changes the format with the value', async () => {
    await db.set('k', [1, 2, 3])
    await db.set('k', new Float32Array([1.5]))
    expect(await db.get('k', ndarray)).toMatchObject({ dtype: 'float32', shape: [1] })
    await expect(db.get('k', json)).rejects.toMatchObject({ code: 'DUMPER_MISMATCH' })
  })

  test('overwrite: false refuses an existing key and leaves it', async () => {
    await db.set('k', 1, { overwrite: false })
    await expect(db.set('k', 2, { overwrite: false })).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    expect(await db.get('k')).toBe(1)
  })

  test('a missing key names keys that look like it', async () => {
    await db.set('flights', 1)
    const error = await db.get('flihgts').catch(e => e)
    expect(isDirdictError(error, 'KEY_NOT_FOUND') && error.details.near).toEqual(['flights'])
    await expect(db.get('a/b/c')).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
    expect(await db.getOr('flihgts', 7)).toBe(7)
  })

  test('progress counts the bytes', async () => {
    const seen: number[] = []
    await db.set('big', new Float64Array(400_000), ndarray, { onProgress: bytes => seen.push(bytes) })
    expect(seen.at(-1)).toBe(400_000 * 8 + 128)
    expect([...seen].sort((a, b) => a - b)).toEqual(seen)
  })

  test('an aborted set rejects with the reason of its signal and changes nothing', async () => {
    await db.set('k', 1)
    const reason = new Error('enough')
    await expect(db.set('k', 2, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expect(db.set('fresh', 2, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(await db.get('k')).toBe(1)
    await db.close()
    expect(readdirSync(`${db.directory}/.deleting.dirdict/work`)).toEqual([])
  })
})

describe('nested keys', () => {
  test('missing parents become nested databases', async () => {
    await db.set('session/cell/trace', new Float64Array([1]))
    expect(await db.keys({ recurse: true })).toEqual(['session', 'session/cell', 'session/cell/trace'])
    expect(await db.get(['session', 'cell', 'trace'], ndarray)).toMatchObject({ shape: [1] })
    const cell = await db.get('session/cell', subdb)
    expect(await cell.keys()).toEqual(['trace'])
  })

  test('data is never overwritten by a database, nor a database by data', async () => {
    await db.set('data', 1)
    await db.set('base/key', 1)
    await expect(db.set('data/below', 1)).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    await expect(db.sub('data', { create: true })).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    await expect(db.set('base', 1)).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    await expect(db.set('base', new Float64Array(3))).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    expect(await db.get('base/key')).toBe(1)
    expect(await db.get('data')).toBe(1)
  })

  test('the handle of a nested database fails once the key holds another', async () => {
    const session = await db.sub('session', { create: true })
    await db.delete('session')
    await db.sub('session', { create: true })
    await expect(session.set('x', 1)).rejects.toMatchObject({ code: 'STALE_HANDLE' })
    await expect(session.keys()).rejects.toMatchObject({ code: 'STALE_HANDLE' })
    expect(await (await db.sub('session')).keys()).toEqual([])
  })

  test('sub without create needs the database to be there', async () => {
    await expect(db.sub('none')).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
    expect(await db.keys()).toEqual([])
  })

  test('keys are sorted, a nested database before its own keys', async () => {
    for (const key of ['b', 'a-1', 'a/z', 'a/b', 'a.x', 'B']) await db.set(key, 0)
    expect(await db.keys({ recurse: true })).toEqual(['B', 'a', 'a/b', 'a/z', 'a-1', 'a.x', 'b'])
  })

  test('a nested database that is deleted while others make it is no data', async () => {
    const codes = new Set<string>()
    const noteCode = (error: unknown): void => {
      codes.add(isDirdictError(error) ? error.code : String(error))
    }
    for (let round = 0; round < 10; round++) {
      const makers = Array.from({ length: 6 }, async () => {
        for (let i = 0; i < 5; i++) await db.sub('mine', { create: true }).catch(noteCode)
      })
      for (let i = 0; i < 20; i++) await db.delete('mine')
      await Promise.all(makers)
    }
    // Deleted between being made and being opened.
    codes.delete('KEY_NOT_FOUND')
    expect([...codes]).toEqual([])
  })
})

describe('delete, rename, copy', () => {
  test('loops over keys that are not there let others have their turn', async () => {
    const looks = [
      () => db.delete('none'),
      () => db.has('none'),
      () => db.getOr('none', undefined),
      () => db.getOr('no/ne', undefined),
    ]
    for (const look of looks) {
      let others = false
      setImmediate(() => {
        others = true
      })
      for (let i = 0; i < 100_000 && !others; i++) await look()
      expect(others).toBe(true)
    }
  })

  test('delete tells whether the key was there', async () => {
    await db.set('a/b', 1)
    expect(await db.delete('a/b')).toBe(true)
    expect(await db.delete('a/b')).toBe(false)
    expect(await db.delete('nowhere/b')).toBe(false)
    expect(await db.has('a/b')).toBe(false)
  })

  test('rename moves a value, also into another nested database', async () => {
    await db.set('a', 1)
    await db.set('c', 3)
    await db.rename('a', 'nested/b')
    expect(await db.keys({ recurse: true })).toEqual(['c', 'nested', 'nested/b'])
    await expect(db.rename('c', 'nested/b')).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    await expect(db.rename('none', 'new/place')).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
    await expect(db.rename('nested', 'nested/in')).rejects.toMatchObject({ code: 'KEY_INVALID' })
    expect(await db.keys()).toEqual(['c', 'nested'])
  })

  test('copy keeps value and record, of nested databases too', async () => {
    const other = await DataBase.open(`${folder}/other`)
    await db.set('n/t', 'hello', text, { tags: ['greeting'] })
    await db.copy('n', other, 'm')
    expect(await other.get('m/t', text)).toBe('hello')
    expect((await other.metadata('m/t')).time).toEqual((await db.metadata('n/t')).time)
    expect((await other.sub('m')).id).not.toBe((await db.sub('n')).id)
    await expect(db.copy('n', other, 'm')).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    expect((await other.verify()).problems).toEqual([])
  })
})

describe('update, maybeCalculate, batch', () => {
  test('update keeps the dumper and gets undefined for a missing key', async () => {
    const seen: unknown[] = []
    await db.update(
      'n',
      value => {
        seen.push(value)
        return 'one'
      },
      text,
    )
    await db.update('n', value => `${String(value)}!`)
    expect(seen).toEqual([undefined])
    expect(await db.get('n', text)).toBe('one!')
  })

  test('an update whose function throws or returns nothing leaves the value', async () => {
    await db.set('n', 1)
    const failure = new Error('no')
    await expect(
      db.update('n', () => {
        throw failure
      }),
    ).rejects.toBe(failure)
    await expect(db.update('n', () => undefined)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    expect(await db.get('n')).toBe(1)
  })

  test('concurrent updates in one process lose none', async () => {
    await Promise.all(Array.from({ length: 100 }, () => db.update('n', value => Number(value ?? 0) + 1)))
    expect(await db.get('n')).toBe(100)
  })

  test('an update inside an update of the same key fails instead of hanging', async () => {
    await expect(db.update('n', () => db.update('n', () => 1))).rejects.toMatchObject({ code: 'LOCKED' })
  })

  test('maybeCalculate calculates once, and again with force', async () => {
    let calls = 0
    const calculate = async (): Promise<number> => ++calls
    const values = await Promise.all([1, 2, 3].map(() => db.maybeCalculate('c', calculate)))
    expect([values, calls]).toEqual([[1, 1, 1], 1])
    expect(await db.maybeCalculate('c', calculate, { force: true })).toBe(2)
    expect(await db.get('c')).toBe(2)
  })

  test('everybody who waits for a calculation gets its error, and nothing is stored', async () => {
    const failure = new Error('diverged')
    const outcomes = await Promise.allSettled(
      [1, 2].map(() => db.maybeCalculate('c', () => Promise.reject(failure))),
    )
    expect(outcomes.map(outcome => outcome.status === 'rejected' && outcome.reason)).toEqual([
      failure,
      failure,
    ])
    expect(await db.has('c')).toBe(false)
  })

  test('a batch whose function throws publishes nothing', async () => {
    const failure = new Error('no')
    await expect(
      db.batch(async batch => {
        await batch.set('a', 1)
        throw failure
      }),
    ).rejects.toBe(failure)
    expect(await db.keys()).toEqual([])
    await db.batch(async batch => {
      for (let i = 0; i < 50; i++) await batch.set(`n/${i}`, i)
      await batch.set('n/7', 'seven')
    })
    expect((await db.keys({ recurse: true })).length).toBe(51)
    expect(await db.get('n/7')).toBe('seven')
  })
})

describe('errors and waiting', () => {
  test('the error of a function that reads a missing file is its own', async () => {
    const read = (): string => readFileSync('/no/such/file', 'utf8')
    await expect(db.update('n', read)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(db.maybeCalculate('n', read)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await db.keys()).toEqual([])
  })

  test('maybeCalculate inside itself fails instead of hanging', async () => {
    const inner = (): Promise<unknown> => db.maybeCalculate('n', () => 1)
    await expect(db.maybeCalculate('n', inner)).rejects.toMatchObject({ code: 'LOCKED' })
  })

  test('who joins a calculation with another dumper is told', async () => {
    const outcomes = await Promise.allSettled([
      db.maybeCalculate('n', async () => [1, 2], json),
      db.maybeCalculate('n', () => new Float64Array(2), ndarray),
    ])
    // Either may come first.
    const failed = outcomes.filter(outcome => outcome.status === 'rejected')
    expect(failed).toMatchObject([{ reason: { code: 'DUMPER_MISMATCH' } }])
  })

  test('any number of milliseconds is a timeout, Infinity too', async () => {
    await db.set('n', 1)
    for (const timeout of [10.5, Number.POSITIVE_INFINITY, 0, 2 ** 40]) await db.set('n', 2, { timeout })
    await db.update('n', async () => {
      await expect(
        new Promise(resolve => setImmediate(resolve)).then(() => db.delete('m', { timeout: 0.5 })),
      ).resolves.toBe(false)
      return 3
    })
    expect(await db.get('n')).toBe(3)
  })

  test('a batch waits for sets whose await was forgotten', async () => {
    await db.batch(batch => {
      void batch.set('a', 1)
      void batch.set('b/c', 2)
    })
    expect(await db.keys({ recurse: true })).toEqual(['a', 'b', 'b/c'])
  })

  test('a large batch with durability full needs few open files', async () => {
    const full = await DataBase.open(`${folder}/full-batch`)
    await full.batch(async batch => {
      for (let i = 0; i < 300; i++) await batch.set(`k${i}`, i)
    })
    expect((await full.keys()).length).toBe(300)
  })

  test('many openings of one new database at once agree on its id', async () => {
    const opened = await Promise.all(Array.from({ length: 20 }, () => DataBase.open(`${folder}/together`)))
    expect(new Set(opened.map(each => each.id)).size).toBe(1)
  })
})

describe('folders', () => {
  test('a link inside a managed folder is not followed', async () => {
    const raw = await db.createFolder('raw')
    mkdirSync(`${folder}/outside`, { recursive: true })
    writeFileSync(`${folder}/outside/secret`, 'x')
    symlinkSync(`${folder}/outside`, `${raw.path}/l`)
    await expect(raw.read('l/secret')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    await expect(raw.write('l/new', 'x')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    expect(readdirSync(`${folder}/outside`)).toEqual(['secret'])
  })

  test('a managed folder keeps the user’s files and goes stale when it is replaced', async () => {
    const raw = await db.createFolder('raw')
    await raw.write('notes.txt', 'first')
    await raw.write('deep/er.bin', new Uint8Array([1]))
    expect(await raw.names()).toEqual(['deep/er.bin', 'notes.txt'])
    expect(readFileSync(await raw.file('.txt'), 'utf8')).toBe('first')
    expect((await (await db.createFolder('raw')).names()).length).toBe(2)
    await expect(raw.write('../out.txt', 'x')).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(raw.write('Loader.json', 'x')).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    await db.set('raw', 1)
    await expect(raw.names()).rejects.toMatchObject({ code: 'STALE_HANDLE' })
    await expect(db.createFolder('raw')).rejects.toMatchObject({ code: 'KEY_EXISTS' })
  })
})

describe('opening and closing', () => {
  test('a folder with other things in it is refused and left alone', async () => {
    mkdirSync(`${folder}/papers`)
    writeFileSync(`${folder}/papers/thesis.txt`, 'chapter one')
    await expect(DataBase.open(`${folder}/papers`)).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
    expect(readdirSync(`${folder}/papers`)).toEqual(['thesis.txt'])
    await expect(DataBase.open(`${folder}/none`, { readonly: true })).rejects.toMatchObject({
      code: 'NOT_A_DATABASE',
    })
    await expect(DataBase.open(`${folder}/none`, { create: false })).rejects.toMatchObject({
      code: 'NOT_A_DATABASE',
    })
    expect(existsSync(`${folder}/none`)).toBe(false)
  })

  test('a database is opened, not constructed', () => {
    expect(() => new DataBase()).toThrow(/DataBase\.open/)
  })

  test('closing twice is fine, using a closed database is not', async () => {
    const nested = await db.sub('n', { create: true })
    await db.close()
    await db.close()
    await expect(db.get('x')).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(nested.set('x', 1)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('remove takes the directory away', async () => {
    await db.set('a/b', 1)
    const nested = await db.sub('a')
    await nested.remove()
    expect(await db.keys()).toEqual([])
    await db.remove()
    expect(existsSync(db.directory)).toBe(false)
  })

  test('inspect shows keys but not what control characters do', async () => {
    await db.set('a', 1)
    mkdirSync(`${db.directory}/\u001b[31mred`)
    expect(inspect(db)).toBe(`DataBase ${db.directory} { \\u001b[31mred, a }`)
    expect(await db.tree()).not.toContain('\u001b')
    expect(String(db)).toBe(`DataBase ${db.directory}`)
  })
})

describe('finding', () => {
  test('by dumper, tags, attributes and time, also in nested databases', async () => {
    const start = new Date()
    await db.set('a', 1, { tags: ['raw', 'x'], attributes: { animal: { id: 3, sex: 'f' } } })
    await db.set('n/b', 'text', text, { tags: ['raw'] })
    const keys = async (query: object): Promise<string[]> => (await db.find(query)).map(entry => entry.key)
    expect(await keys({ tags: ['raw'] })).toEqual(['a', 'n/b'])
    expect(await keys({ tags: ['raw', 'x'] })).toEqual(['a'])
    expect(await keys({ tags: ['raw'], recurse: false })).toEqual(['a'])
    expect(await keys({ dumper: text })).toEqual(['n/b'])
    expect(await keys({ attributes: { animal: { sex: 'f', id: 3 } } })).toEqual(['a'])
    expect(await keys({ since: start })).toEqual(['a', 'n', 'n/b'])
    expect(await keys({ until: start })).toEqual([])
    await expect(db.find({ since: 'yesterday-ish' })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })

  test('entries load nothing until they are asked', async () => {
    await db.set('a', 1)
    for await (const [key, entry] of db) {
      expect([key, entry.dumper, await entry.get(), (await entry.files()).map(file => file.name)]).toEqual([
        'a',
        'json',
        1,
        ['value.json'],
      ])
    }
  })
})
