/** csv of tables: every type and every null comes back, in a text that others read the same. */
import * as arrow from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { storeCsv } from './csv-entry.js'
import { randomTable } from './samples/csv-random.js'
import { contentsOf, NUMBERS, TEXTS, TIMES, tableOf, vectorOf } from './samples/csv-tables.js'

const { vectorFromArray } = arrow
const utf8 = (values: readonly (string | null)[]): arrow.Vector => vectorFromArray(values, new arrow.Utf8())

describe('a table', () => {
  test('of random values comes back exactly', async () => {
    await fc.assert(
      fc.asyncProperty(randomTable(), async table => {
        const { load } = await storeCsv(table)
        expect(contentsOf(await load())).toEqual(contentsOf(table))
      }),
      { numRuns: 150 },
    )
  })

  test.each([...NUMBERS, ...TEXTS, ...TIMES])(
    'with the single column %j comes back',
    async (name, vector) => {
      const table = tableOf([[name, vector]])
      for (const delimiter of [',', ';', '\t', '|'] as const) {
        const { load } = await storeCsv(table, { delimiter })
        expect(contentsOf(await load())).toEqual(contentsOf(table))
      }
    },
  )

  test('is text that says every float in the fewest digits', async () => {
    const { text } = await storeCsv([
      ['half', vectorFromArray([0.1, 65504, 6e-8, -0], new arrow.Float16())],
      ['single', Float32Array.of(0.1, 16777216, 1e-45, -0)],
      ['double', [0.1, 1e21, 5e-324, -0]],
      ['odd', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3]],
    ])
    const lines = [
      '0.1,0.1,0.1,NaN',
      '65504.0,16777216.0,1e+21,inf',
      '6e-8,1e-45,5e-324,-inf',
      '-0.0,-0.0,-0.0,3.0',
    ]
    expect(text).toBe(`half,single,double,odd\n${lines.join('\n')}\n`)
  })

  test('has dates and times in ISO 8601, also far from ours', async () => {
    const days = [0, -719_529, -719_162, 2_932_896, 2_932_897, 2 ** 31 - 1, -(2 ** 31)]
    const { text, load } = await storeCsv([
      ['day', vectorOf(new arrow.DateDay(), Int32Array.from(days))],
      [
        'at',
        vectorOf(
          new arrow.TimestampNanosecond('Europe/Berlin'),
          BigInt64Array.from(days, (_, i) => 1_700_000_000_123_456_789n * BigInt(1 - (i % 2) * 2)),
        ),
      ],
      [
        'long',
        vectorOf(
          new arrow.TimestampSecond(),
          BigInt64Array.from(days, () => -(2n ** 63n)),
        ),
      ],
    ])
    expect(
      text
        .split('\n')
        .slice(1, -1)
        .map(line => line.split(',')[0]),
    ).toEqual([
      '1970-01-01',
      '-000001-12-31',
      '0001-01-01',
      '9999-12-31',
      '+010000-01-01',
      '+5881580-07-11',
      '-5877641-06-23',
    ])
    expect(text.split('\n')[1]).toBe('1970-01-01,2023-11-14T22:13:20.123456789Z,-292277022657-01-27T08:29:52')
    expect((await load()).getChild('long')?.data[0]?.values[0]).toBe(-(2n ** 63n))
  })

  test('has a schema that names types, nulls and categories', async () => {
    const { schema } = await storeCsv(tableOf([...TEXTS, ...TIMES.slice(3, 4)]))
    expect(schema).toEqual({
      fields: [
        { name: '2', type: 'string', arrow: 'utf8', missingValues: ['NULL'], metadata: { unit: 'mV' } },
        {
          name: 'größe, µ\n',
          type: 'string',
          arrow: 'large_utf8',
          nullable: false,
          missingValues: [],
        },
        {
          name: '',
          type: 'string',
          arrow: 'dictionary<values=utf8, indices=int8, ordered=0>',
          categories: ['b', 'a'],
        },
        { name: '1', type: 'string', arrow: 'utf8', nullable: false, missingValues: ['NA'] },
        { name: 'ms', type: 'datetime', arrow: 'timestamp[ms, tz=Europe/Berlin]' },
      ],
      missingValues: [''],
      dialect: { delimiter: ',' },
      metadata: { study: 'L5' },
    })
  })

  test('in several batches with dictionaries of their own is one', async () => {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 7)
    const one = tableOf([['x', vectorFromArray(['a', 'b'], type)]])
    const two = tableOf([['x', vectorFromArray(['c', null, 'a'], type)]])
    const { load } = await storeCsv(new arrow.Table(one.schema, [...one.batches, ...two.batches]))
    expect([...((await load()).getChild('x') ?? [])]).toEqual(['a', 'b', 'c', null, 'a'])
  })

  test('keeps the order of categories, and those that no row has', async () => {
    const values = utf8(['low', 'mid', 'high', 'never'])
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8(), 3, true)
    const data = new arrow.Data(type, 0, 3, 0, { 1: Int8Array.of(2, 0, 2) }, [], values)
    const { load } = await storeCsv([['level', new arrow.Vector([data])]])
    const column = (await load()).getChild('level')
    expect(String(column?.type)).toBe(String(type))
    expect([...(column?.data[0]?.dictionary ?? [])]).toEqual(['low', 'mid', 'high', 'never'])
    expect([...(column ?? [])]).toEqual(['high', 'low', 'high'])
  })
})

describe('null', () => {
  test.each<[string, readonly (string | null)[], string, unknown]>([
    ['is the empty field', ['a', null], 'x,y\na,0\n,0\n', undefined],
    ['needs no text where there is none', ['a', ''], 'x,y\na,0\n"",0\n', []],
    ['is NA beside empty texts', ['', null], 'x,y\n"",0\nNA,0\n', ['NA']],
    ['is a word that no row has', ['', null, 'NA', 'NULL'], 'x,y\n"",0\nN/A,0\n"NA",0\n"NULL",0\n', ['N/A']],
    [
      'is a numbered word where all are taken',
      ['', null, 'NA', 'NULL', 'N/A', 'None', 'NA_0'],
      'x,y\n"",0\nNA_1,0\n"NA",0\n"NULL",0\n"N/A",0\n"None",0\nNA_0,0\n',
      ['NA_1'],
    ],
  ])('%s', async (_name, values, text, missingValues) => {
    const value = [['x', utf8(values)] as const, ['y', new Int8Array(values.length)] as const]
    const entry = await storeCsv(value)
    expect(entry.text).toBe(text)
    expect(entry.schema.fields[0]?.missingValues).toEqual(missingValues)
    expect([...((await entry.load()).getChild('x') ?? [])]).toEqual(values)
  })

  test('is never an empty line', async () => {
    for (const vector of [utf8([null, 'a']), vectorFromArray([null, 1], new arrow.Int8())]) {
      expect((await storeCsv([['x', vector]])).text).toMatch(/^x\nNA\n(a|1)\n$/)
    }
    expect((await storeCsv([['x', [null, null]]])).text).toBe('x\nNA\nNA\n')
  })
})
