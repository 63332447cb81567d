/**
 * Bad input is refused with the right code, and nothing on disk changes.
 */
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AnyDumper, bytes, DataBase, dataframe, json, ndarray, text } from '../../src/index.js'
import { picture, scratch } from './scratch.js'

const folder = scratch()
let count = 0
let db: DataBase
let before: Record<string, string>

beforeEach(async () => {
  db = await DataBase.open(`${folder}/db${count++}`, { durability: 'relaxed' })
  await db.set('value', { a: 1 })
  await db.set('array', new Float64Array(100), ndarray)
  await db.set('n/text', 'hello', text)
  await db.close()
  db = await DataBase.open(db.directory, { durability: 'relaxed' })
})

/** Run after the damage of a test has been done, before the attempt. */
function remember(): void {
  before = picture(db.directory)
}

afterEach(async () => {
  await db.close()
  expect(picture(db.directory)).toEqual(before)
})

describe('keys', () => {
  const bad: [string, string | string[]][] = [
    ['dots', '..'],
    ['one dot', '.'],
    ['a way out', 'a/../b'],
    ['a way out as parts', ['a', '..', 'b']],
    ['a separator in a part', ['a/b']],
    ['a leading dot', '.x'],
    ['a record', 'Loader.json'],
    ['a nested record', 'a/metadata.json'],
    ['our record', 'dirdict.json'],
    ['the state', 'db_state.json'],
    ['the service mark', 'x.deleting.y'],
    ['121 characters', 'k'.repeat(121)],
    ['empty', ''],
    ['an empty part', 'a//b'],
    ['a trailing slash', 'a/'],
    ['absolute', '/etc'],
    ['NUL', 'a\0b'],
    ['non-ASCII', 'Zürich'],
    ['a space', 'a b'],
    ['a newline', 'a\nb'],
    ['no parts', []],
  ]
  for (const [what, key] of bad) {
    test(`${what} is refused by every member that writes`, async () => {
      remember()
      await expect(db.set(key, 1)).rejects.toMatchObject({ code: 'KEY_INVALID' })
      await expect(db.update(key, () => 1)).rejects.toMatchObject({ code: 'KEY_INVALID' })
      await expect(db.maybeCalculate(key, () => 1)).rejects.toMatchObject({ code: 'KEY_INVALID' })
      await expect(db.rename('value', key)).rejects.toMatchObject({ code: 'KEY_INVALID' })
      await expect(db.sub(key, { create: true })).rejects.toMatchObject({ code: 'KEY_INVALID' })
      await expect(db.batch(batch => batch.set(key, 1))).rejects.toMatchObject({ code: 'KEY_INVALID' })
    })
  }

  test('120 characters and every legal character are fine', async () => {
    const other = await DataBase.open(`${db.directory}-legal`)
    const key = `${'k'.repeat(110)}-_.09AZaz_`
    expect(key.length).toBe(120)
    await other.set(key, 1)
    expect(await other.keys()).toEqual([key])
    remember()
  })

  test('what leads out of the database is never read either', async () => {
    remember()
    for (const key of ['..', '../value', 'n/../value', '.', 'n/text/../../value']) {
      await expect(db.get(key)).rejects.toMatchObject({ code: 'KEY_INVALID' })
      await expect(db.has(key)).rejects.toMatchObject({ code: 'KEY_INVALID' })
      await expect(db.delete(key)).rejects.toMatchObject({ code: 'KEY_INVALID' })
    }
  })

  test('a key that differs only in case, where the disk takes both for one', async () => {
    // On a case-sensitive disk this file is what makes it look like one that is not.
    writeFileSync(`${db.directory}/DB_STATE.JSON`, '')
    remember()
    await expect(db.set('Value', 1)).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    await expect(db.rename('array', 'VALUE')).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    await expect(db.set('n/TEXT', 1)).rejects.toMatchObject({ code: 'KEY_EXISTS' })
  })

  test('a key that is a link is neither read nor written through', async () => {
    mkdirSync(`${db.directory}-outside`)
    writeFileSync(`${db.directory}-outside/Loader.json`, '{}')
    symlinkSync(`${db.directory}-outside`, `${db.directory}/link`)
    symlinkSync(`${db.directory}/n`, `${db.directory}/m`)
    remember()
    await expect(db.get('link')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    await expect(db.set('link', 1)).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    await expect(db.delete('m')).resolves.toBe(false)
    await expect(db.get('m/text')).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
    expect(await db.keys()).toEqual(['array', 'n', 'value'])
    await db.close()
  })
})

describe('values and options', () => {
  test('a value that no dumper can hold', async () => {
    remember()
    class Neuron {}
    for (const value of [
      undefined,
      () => 1,
      Symbol('x'),
      Promise.resolve(1),
      new Neuron(),
      { deep: [new Neuron()] },
      (async function* blocks() {
        yield new Float64Array(2)
      })(),
    ]) {
      await expect(db.set('new', value)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
      await expect(db.set('value', value)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    }
  })

  test('a value that the named dumper cannot hold', async () => {
    remember()
    const wrong: [AnyDumper, unknown][] = [
      [json, { a: [Number.NaN] }],
      [text, 5],
      [text, '\ud800'],
      [bytes, 'text'],
      [ndarray, 'text'],
      [ndarray, { data: new Float64Array(3), shape: [4] }],
      [dataframe, 5],
      [
        dataframe,
        [
          ['x', [1]],
          ['x', [2]],
        ],
      ],
    ]
    for (const [dumper, value] of wrong) {
      await expect(db.set('new', value, dumper)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
      await expect(db.set('value', value, dumper)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    }
    await expect(db.set('value', 1, { attributes: { f: () => 1 } })).rejects.toMatchObject({
      code: 'VALUE_REJECTED',
    })
    await db.close()
  })

  test('an option that does not exist, or has a wrong value', async () => {
    remember()
    const options: object[] = [
      { overwirte: false },
      { rows: [0, 1] },
      { durability: 'most' },
      { timeout: -1 },
      { timeout: '5' },
      { signal: 5 },
      { tags: 'one' },
      { overwrite: 'no' },
      { onProgress: 1 },
    ]
    for (const option of options) {
      await expect(db.set('value', 2, option)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    }
    const get = db.get.bind(db) as (key: string, dumper: AnyDumper, options: object) => Promise<unknown>
    await expect(get('array', ndarray, { row: 1 })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(get('array', ndarray, { rows: [0.5, 1] })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(db.keys({ recursive: true } as object)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(db.find({ tag: 'x' } as object)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(DataBase.open(db.directory, { readOnly: true } as object)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    })
  })
})

describe('a record that no reader would take', () => {
  const verbose: AnyDumper = {
    name: 'verbose',
    check: () => true,
    dump: async value => ({ told: 'ä'.repeat(value as number) }),
    load: async (_folder, args) => args,
  }

  test('is refused, and the old value stays', async () => {
    remember()
    await expect(db.set('value', 2 ** 23, verbose)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    await expect(db.set('new', 2 ** 23, verbose)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    expect(await db.get('value')).toEqual({ a: 1 })
  })

  test('is not made by an annotation', async () => {
    db.registerDumper(verbose)
    await db.set('long', 2 ** 23 - 2 ** 19, verbose)
    await db.close()
    db = await DataBase.open(db.directory, { durability: 'relaxed', dumpers: [verbose] })
    remember()
    const note = 'x'.repeat(2 ** 20 - 100)
    await expect(db.annotate('long', { note })).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    expect(await db.get('long', verbose)).toHaveProperty('told')
  })
})

describe('readonly', () => {
  test('every write is READ_ONLY, every read works, and nothing is made on disk', async () => {
    rmSync(`${db.directory}/.deleting.dirdict`, { recursive: true })
    remember()
    const reader = await DataBase.open(db.directory, { readonly: true })
    const writes: (() => Promise<unknown>)[] = [
      () => reader.set('value', 2),
      () => reader.set('new/deep', 2),
      () => reader.delete('value'),
      () => reader.rename('value', 'other'),
      () => reader.update('value', () => 2),
      () => reader.maybeCalculate('new', () => 2),
      () => reader.sub('new', { create: true }),
      () => reader.createFolder('new'),
      () => reader.batch(batch => batch.set('x', 1)),
      () => reader.repair(),
      () => reader.remove(),
      () => db.copy('value', reader, 'copied'),
    ]
    for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'READ_ONLY' })
    expect(await reader.get('value')).toEqual({ a: 1 })
    expect(await reader.maybeCalculate('value', () => 2)).toEqual({ a: 1 })
    expect(await reader.keys({ recurse: true })).toEqual(['array', 'n', 'n/text', 'value'])
    expect((await reader.verify()).problems).toEqual([])
    expect((await reader.find({ dumper: 'text' })).length).toBe(1)
    await reader.tree()
    await (await reader.sub('n')).get('text')
    await reader.close()
  })

  test("'warn' ignores the write", async () => {
    remember()
    const reader = await DataBase.open(db.directory, { readonly: 'warn' })
    await reader.set('value', 2)
    expect(await reader.delete('value')).toBe(false)
  })
})

describe('damaged entries', () => {
  const records: [string, string | undefined, string, string][] = [
    ['Loader.json is missing', undefined, 'Loader.json', 'CORRUPT_ENTRY'],
    ['Loader.json is empty', '', 'Loader.json', 'CORRUPT_ENTRY'],
    ['Loader.json is not JSON', '{"Loader": "data', 'Loader.json', 'CORRUPT_ENTRY'],
    ['Loader.json is an array', '[]', 'Loader.json', 'CORRUPT_ENTRY'],
    ['Loader.json names no loader', '{}', 'Loader.json', 'CORRUPT_ENTRY'],
    ['Loader.json names an unknown loader', '{"Loader": "os.system"}', 'Loader.json', 'UNKNOWN_DUMPER'],
    ['dirdict.json is empty', '', 'dirdict.json', 'CORRUPT_ENTRY'],
    ['dirdict.json is not JSON', '{"format":1', 'dirdict.json', 'CORRUPT_ENTRY'],
    [
      'dirdict.json is of another format',
      '{"format":2,"dumper":"ndarray"}',
      'dirdict.json',
      'UNSUPPORTED_FORMAT',
    ],
    [
      'dirdict.json names an unknown dumper',
      '{"format":1,"dumper":"nope"}',
      'dirdict.json',
      'UNKNOWN_DUMPER',
    ],
    [
      'dirdict.json has a wrong list',
      '{"format":1,"dumper":"ndarray","files":[5]}',
      'dirdict.json',
      'CORRUPT_ENTRY',
    ],
  ]
  for (const [what, content, file, code] of records) {
    test(`${what}: ${code}`, async () => {
      const path = `${db.directory}/array/${file}`
      if (content === undefined) rmSync(path)
      else writeFileSync(path, content)
      remember()
      await expect(db.get('array')).rejects.toMatchObject({ code })
      await expect(db.get('array', ndarray)).rejects.toMatchObject({ code })
      expect((await db.verify()).problems).toMatchObject([{ key: 'array', code }])
      expect((await db.entries()).map(entry => entry.key)).toEqual(['array', 'n', 'value'])
      await db.tree()
    })
  }

  test('without dirdict.json an entry is what its Loader.json says, as one of ISF is', async () => {
    rmSync(`${db.directory}/array/dirdict.json`)
    rmSync(`${db.directory}/value/dirdict.json`)
    remember()
    expect(await db.get('array', ndarray)).toMatchObject({ shape: [100] })
    await expect(db.get('value', json)).rejects.toMatchObject({ code: 'DUMPER_MISMATCH' })
  })

  for (const length of [0, 1, 50, 127, 128, 500, 927]) {
    test(`a data file cut off after ${length} bytes: CORRUPT_ENTRY, with and without our record`, async () => {
      truncateSync(`${db.directory}/array/np.npy`, length)
      remember()
      await expect(db.get('array')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
      rmSync(`${db.directory}/array/dirdict.json`)
      remember()
      await expect(db.get('array')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    })
  }

  test('a missing data file, a flipped bit', async () => {
    rmSync(`${db.directory}/array/np.npy`)
    writeFileSync(`${db.directory}/value/value.json`, '{"a":2}')
    remember()
    await expect(db.get('array')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    await expect(db.get('value')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    expect((await db.verify()).problems.map(problem => problem.key)).toEqual(['array', 'value'])
  })

  test('repair makes the records anew, and the value can be read again', async () => {
    writeFileSync(`${db.directory}/array/Loader.json`, '')
    rmSync(`${db.directory}/array/metadata.json`)
    const done = await db.repair()
    expect(done.map(item => [item.key, item.action, item.detail])).toEqual([
      ['array', 'restored', 'Loader.json'],
      ['array', 'restored', 'metadata.json'],
    ])
    expect(await db.get('array', ndarray)).toMatchObject({ shape: [100] })
    await db.close()
    remember()
  })
})
