/** csv of tables: what it cannot hold, options that do not fit, and files that are not what was written. */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { type CsvType, csv } from '../../dumpers/csv.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { isDirdictError } from '../../src/errors.js'
import { failureOf, storeCsv } from './csv-entry.js'
import { NUMBERS, TEXTS, TIMES, tableOf, vectorOf } from './samples/csv-tables.js'

const { vectorFromArray } = arrow
const utf8 = (values: readonly (string | null)[]): arrow.Vector => vectorFromArray(values, new arrow.Utf8())

describe('get', () => {
  const entry = storeCsv([
    ['id', ['007', '8', null]],
    ['n', Int32Array.of(1, 2, 3)],
    ['when', [new Date(0), null, new Date(1)]],
  ])

  test('reads columns as other types', async () => {
    const types: Record<string, CsvType> = { id: 'int64', n: 'decimal128(5, 2)', when: 'utf8' }
    const table = await (await entry).load({ types })
    expect(table.schema.fields.map(({ type }) => String(type))).toEqual(['Int64', 'Decimal[5e+2]', 'Utf8'])
    expect([...(table.getChild('id') ?? [])]).toEqual([7n, 8n, null])
    expect([...(table.getChild('when') ?? [])]).toEqual([
      '1970-01-01T00:00:00.000',
      null,
      '1970-01-01T00:00:00.001',
    ])
  })

  test.each<[string, object, RegExp]>([
    [
      'a type that the file does not fit',
      { types: { when: 'int8' } },
      /`types` does not fit the file, line 2, column 3 \("when"\): int8 cannot hold "1970/,
    ],
    ['a type that is none', { types: { id: 'string' } }, /has "string" for column "id"/],
    [
      'types of a column that is not there',
      { types: { x: 'utf8' } },
      /There is no column "x"\. There is: "id", "n", "when"\./,
    ],
    ['types that are no object', { types: ['utf8'] }, /`types` is an object/],
    ['a column that is not there', { columns: ['N'] }, /There is no column "N"/],
    ['a column named twice', { columns: ['n', 'n'] }, /names a column twice/],
    ['columns that are no names', { columns: 'n' }, /array of column names/],
    ['one number for rows', { rows: [1] }, /two whole numbers/],
    ['fractions of rows', { rows: [0, 1.5] }, /two whole numbers/],
  ])('refuses %s', async (_name, options, message) => {
    const failure = await failureOf((await entry).load(options))
    expect(failure).toMatch(/^OPTION_INVALID/)
    expect(failure).toMatch(message)
  })

  test('ends with the reason of the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect((await entry).load({}, signal)).rejects.toThrow('enough')
    await expect(storeCsv([['a', [1]]], {}, signal)).rejects.toThrow('enough')
  })

  test('ends on the way when the signal aborts', async () => {
    const { load, text } = await storeCsv([['a', Float64Array.from({ length: 500_000 }, (_, i) => i / 3)]])
    for (const run of [
      (signal: AbortSignal) => load({}, signal),
      (signal: AbortSignal) => storeCsv(text, {}, signal),
    ]) {
      const controller = new AbortController()
      const running = run(controller.signal)
      setImmediate(() => controller.abort(new Error('enough')))
      await expect(running).rejects.toThrow('enough')
    }
  })

  test('refuses a file that is longer than memory can be', async () => {
    const { file, args } = await entry
    class Huge extends EntryReadFolder {
      override async size(): Promise<number> {
        return 2 ** 53
      }
    }
    const failure = await failureOf(csv.load(new Huge(dirname(file), 'k'), args, {}))
    expect(failure).toMatch(/^UNSUPPORTED_FORMAT: value\.csv has 9007199254740992 bytes.*DuckDB/)
  })

  test('refuses an entry that does not say its number of rows', async () => {
    const { file } = await entry
    const failure = await failureOf(csv.load(new EntryReadFolder(dirname(file), 'k'), {}, {}))
    expect(failure).toMatch(/^CORRUPT_ENTRY: dirdict\.json does not say how many rows/)
  })
})

describe('what CSV cannot hold is refused', () => {
  const item = new arrow.Field('item', new arrow.Int8())
  const broken = new arrow.Data(new arrow.Utf8(), 0, 1, 0, { 0: Int32Array.of(0, 1), 1: Uint8Array.of(255) })
  const outside = new arrow.Data(
    new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()),
    0,
    1,
    0,
    { 1: Int8Array.of(4) },
    [],
    utf8(['a']),
  )
  const short = new arrow.Data(new arrow.Int32(), 0, 3, 0, { 1: Int32Array.of(1) })
  test.each<[string, arrow.Vector, RegExp]>([
    ['a list', vectorFromArray([[1]], new arrow.List(item)), /"x".*List<Int8>; dataframe and arrow hold it/],
    ['a struct', vectorFromArray([{ item: 1 }], new arrow.Struct([item])), /Struct/],
    ['bytes', vectorFromArray([Uint8Array.of(1)], new arrow.Binary()), /Binary/],
    [
      'a dictionary of numbers',
      vectorFromArray([1], new arrow.Dictionary(new arrow.Int32(), new arrow.Int8())),
      /Dictionary/,
    ],
    [
      'a date64 with a time',
      vectorOf(new arrow.DateMillisecond(), BigInt64Array.of(1n)),
      /row 0 is no date64: 1 ms/,
    ],
    ['a time beyond its day', vectorOf(new arrow.TimeSecond(), Int32Array.of(86_400)), /outside of a day/],
    ['a negative time', vectorOf(new arrow.TimeNanosecond(), BigInt64Array.of(-1n)), /outside of a day/],
    [
      'a decimal of too many digits',
      vectorOf(new arrow.Decimal(0, 2, 128), Uint32Array.of(100, 0, 0, 0)),
      /more than 2 digits/,
    ],
    ['text that is not UTF-8', new arrow.Vector([broken]), /row 0 is not UTF-8/],
    ['an index outside of its dictionary', new arrow.Vector([outside]), /index 4/],
    ['memory that is too short', new arrow.Vector([short]), /fewer than 3 rows/],
  ])('%s', async (_name, vector, message) => {
    const failure = await failureOf(storeCsv([['x', vector]]))
    expect(failure).toMatch(/^VALUE_REJECTED: Column "x"/)
    expect(failure).toMatch(message)
  })

  test('a name with half a surrogate pair', async () => {
    expect(await failureOf(storeCsv([['\ud800', [1]]]))).toMatch(/^VALUE_REJECTED.*surrogate/)
  })

  test('more columns than can be read again', async () => {
    const columns = Array.from({ length: 32_769 }, (_, i): [string, number[]] => [`c${i}`, []])
    expect(await failureOf(storeCsv(columns))).toMatch(/^VALUE_REJECTED: The table has 32769 columns/)
  })

  test('a row that is longer than may be read again', async () => {
    const long = 'x'.repeat(2 ** 23)
    const value = [1, 2, 3].map((i): [string, string[]] => [`c${i}`, [long]])
    expect(await failureOf(storeCsv(value))).toMatch(
      /^VALUE_REJECTED: Row 0 has more than 16777216 characters/,
    )
  })

  test('batches whose dictionaries have more values together than indices count', async () => {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8(), 7)
    const [one, two] = ['a', 'b'].map(word => {
      return tableOf([
        [
          'x',
          vectorFromArray(
            Array.from({ length: 100 }, (_, i) => word + i),
            type,
          ),
        ],
      ])
    })
    const both = new arrow.Table(one!.schema, [...one!.batches, ...two!.batches])
    expect(await failureOf(storeCsv(both))).toMatch(
      /^VALUE_REJECTED: Column "x".*have 200 values, more than int8/,
    )
  })

  test('types for a table, and a delimiter that is none', async () => {
    expect(await failureOf(storeCsv([['a', [1]]], { types: { a: 'int8' } }))).toMatch(
      /^OPTION_INVALID.*`types`/,
    )
    // @ts-expect-error not among the choices
    expect(await failureOf(storeCsv([['a', [1]]], { delimiter: ':' }))).toMatch(
      /^OPTION_INVALID.*`delimiter`/,
    )
  })
})

describe('a stored file that is not what was written', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['is empty', '', /value\.csv is empty/],
    [
      'has another header',
      'a,c\n1,x\n2,y\n',
      /line 1: the header is not that of schema\.json, from column 2 on/,
    ],
    ['has a row too few', 'a,b\n1,x\n', /has 1 rows; 2 were written/],
    ['has a row too many', 'a,b\n1,x\n2,y\n3,z\n', /has 3 rows; 2 were written/],
    ['has a field too many', 'a,b\n1,x\n2,y,z\n', /line 3: it has 3 fields; the header has 2/],
    ['has another kind of value', 'a,b\n1,"x\n"\nx,y\n', /line 4, column 1 \("a"\): float64 cannot hold "x"/],
    ['has no value', 'a,b\n1,x\n ,y\n', /cannot hold " "/],
    ['opens a quote', 'a,b\n1,x\n2,"y\n', /line 3: a quote is opened and never closed/],
    ['goes on behind a quote', 'a,b\n1,x\n2,"y" \n', /line 3: there is " " behind a closing quote/],
    ['is not UTF-8', Uint8Array.of(97, 44, 98, 10, 49, 44, 0xc3, 10), /line 2: it is not UTF-8/],
  ])('%s', async (_name, text, message) => {
    const { load, replace } = await storeCsv([
      ['a', [1, 2]],
      ['b', ['x', 'y']],
    ])
    replace(text)
    const failure = await failureOf(load())
    expect(failure).toMatch(/^CORRUPT_ENTRY/)
    expect(failure).toMatch(message)
  })

  test('has a category that the schema does not name', async () => {
    const { load, replace } = await storeCsv([['x', vectorFromArray(['a', 'b'])]])
    replace('x\na\nc\n')
    expect(await failureOf(load())).toMatch(/^CORRUPT_ENTRY.*line 3, column 1.*cannot hold "c"/)
  })

  test.each([
    '[]',
    '{}',
    '{"fields":[]}',
    '{"fields":[{"name":"a"}],"dialect":{"delimiter":","}}',
    '{"fields":[{"name":"a","arrow":"int9"}],"dialect":{"delimiter":","}}',
    '{"fields":[{"name":"a","arrow":"int8"}],"dialect":{"delimiter":":"}}',
  ])('has the schema %s', async schema => {
    const { file, load } = await storeCsv([['a', [1]]])
    const path = join(dirname(file), 'schema.json')
    expect(readFileSync(path, 'utf8')).toContain('"float64"')
    writeFileSync(path, schema)
    expect(await failureOf(load())).toMatch(/^CORRUPT_ENTRY: schema\.json/)
  })
})

test('random damage gives CORRUPT_ENTRY or a table of as many rows', async () => {
  const { file, load } = await storeCsv(tableOf([...NUMBERS, ...TEXTS, ...TIMES]))
  let state = 1
  const random = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
  const codes = new Map<string, number>()
  for (const path of [file, join(dirname(file), 'schema.json')]) {
    const whole = readFileSync(path)
    for (let i = 0; i < 400; i++) {
      const damaged = Buffer.from(whole)
      for (let k = 0; k <= i % 3; k++)
        damaged[random(whole.length)] = i % 2 === 0 ? random(256) : 48 + random(10)
      writeFileSync(path, damaged)
      const outcome = await load().then(
        table => `${table.numRows} rows`,
        (error: unknown) => (isDirdictError(error) ? error.code : String(error)),
      )
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1)
    }
    writeFileSync(path, whole)
  }
  expect([...codes.keys()].sort()).toEqual(['4 rows', 'CORRUPT_ENTRY'])
})
