/** Tables show their columns with types, and their first and last rows, of which alone the cells are read. */
import { inspect } from 'node:util'
import {
  Binary,
  DateDay,
  Decimal,
  Dictionary,
  DurationSecond,
  Field,
  Float64,
  Int32,
  List,
  Map_,
  makeVector,
  Struct,
  Table,
  TimeMillisecond,
  TimestampMillisecond,
  TimestampNanosecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { beforeEach, expect, it } from 'vitest'
import { arrow, DataBase, dataframe } from '../../../src/index.js'
import { scratch } from '../scratch.js'
import { expectSafe, expectSafeHtml, HOSTILE } from './hostile.js'
import { htmlOf } from './looks.js'

const folder = scratch()
let db: DataBase
let number = 0

beforeEach(async () => {
  db = await DataBase.open(`${folder}/${number++}`, { durability: 'relaxed' })
})

/** The table as `get` gives it. */
async function stored(table: Table): Promise<Table> {
  await db.set('table', table, arrow)
  return db.get('table', arrow)
}

it('shows schema and rows in aligned columns', async () => {
  await db.set(
    'cells',
    [
      { cell: 'L5tt', rate: 0.1 },
      { cell: null, rate: 12 },
    ],
    dataframe,
  )
  expect(inspect(await db.get('cells', dataframe))).toBe(
    [
      'Table of 2 rows, 2 columns',
      '     cell     rate',
      '     Utf8  Float64',
      '0  "L5tt"      0.1',
      '1    null       12',
    ].join('\n'),
  )
})

it.each([
  ['bigints', vectorFromArray([2n ** 60n, null]), '1152921504606846976'],
  ['days', vectorFromArray([new Date('2020-02-29')], new DateDay()), '2020-02-29'],
  ['nanoseconds', makeTimes([1_000_000_001n]), '1970-01-01T00:00:01.000000001'],
  ['times', vectorFromArray([3_600_001], new TimeMillisecond()), '01:00:00.001'],
  ['durations', vectorFromArray([5n], new DurationSecond()), '5 s'],
  [
    'decimals',
    vectorFromArray(
      [new Uint32Array([2 ** 32 - 1234, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1])],
      new Decimal(3, 10, 128),
    ),
    '-1.234',
  ],
  [
    'lists',
    vectorFromArray([[1, 2, 3, 4]], new List(new Field('item', new Float64()))),
    '[1, 2, 3, … 1 more]',
  ],
  [
    'lists of times',
    vectorFromArray([[5]], new List(new Field('item', new TimestampMillisecond()))),
    '[1970-01-01T00:00:00.005]',
  ],
  [
    'structs',
    vectorFromArray(
      [{ a: 1, b: 'x' }],
      new Struct([new Field('a', new Int32()), new Field('b', new Utf8())]),
    ),
    '{a: 1, b: "x"}',
  ],
  [
    'maps',
    vectorFromArray(
      [new Map([['k', 1]])],
      new Map_(
        new Field(
          'entries',
          new Struct([new Field('key', new Utf8()), new Field('value', new Int32())]) as never,
        ),
      ),
    ),
    '{k: 1}',
  ],
  ['dictionaries', vectorFromArray(['x', 'y'], new Dictionary(new Utf8(), new Int32())), '"y"'],
  ['bytes', vectorFromArray([Uint8Array.of(1, 65)], new Binary()), 'b"\\x01A"'],
])('cells of %s', async (_what, vector, text) => {
  const table = await stored(new Table({ column: vector as never }))
  expect(inspect(table)).toContain(text)
  expectSafeHtml(htmlOf(table))
})

function makeTimes(counts: readonly bigint[]): object {
  return makeVector({ type: new TimestampNanosecond(), data: BigInt64Array.from(counts) } as never)
}

it('of many rows and columns it shows the first and last, as many as the width holds', async () => {
  const columns = Object.fromEntries(
    Array.from({ length: 50 }, (_, i) => [`column_${i}`, makeVector(new Int32Array(1000).fill(i))]),
  )
  const table = await stored(new Table(columns))
  const lines = inspect(table).split('\n')
  expect(lines[0]).toBe('Table of 1000 rows, 50 columns')
  expect(lines.filter(line => /^ *\d+ /.test(line)).map(line => Number.parseInt(line, 10))).toEqual([
    0, 1, 2, 3, 4, 995, 996, 997, 998, 999,
  ])
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  expect(inspect(table, { breakLength: 40 }).split('\n')[1]?.length).toBeLessThanOrEqual(40)
  expect(lines.join(' ')).toMatch(/… and 4\d more columns: column_\d/)
  expect(htmlOf(table).length).toBeLessThan(60_000)
})

it('touches only the rows that it shows', () => {
  const touched = new Set<number>()
  const column = {
    type: { typeId: 2, toString: () => 'Int32' },
    length: 10_000_000,
    data: [],
    isValid: () => true,
    get(row: number) {
      touched.add(row)
      return row
    },
  }
  const table = {
    numRows: 10_000_000,
    schema: { fields: [{ name: 'a', type: column.type }] },
    getChildAt: () => column,
  }
  return import('../../../src/show/table-face.js').then(({ shownTable }) => {
    expect(inspect(shownTable(table))).toContain('9999999')
    expect(touched.size).toBe(10)
  })
})

it('keeps the methods of Arrow, and is stored again', async () => {
  const table = await stored(new Table({ x: makeVector(new Int32Array([1, 2])) }))
  expect(String(table)).toBe(String(new Table({ x: makeVector(new Int32Array([1, 2])) })))
  expect(table.getChild('x')?.toJSON()).toEqual([1, 2])
  await db.set('again', table)
  expect(inspect(await db.get('again'))).toBe(inspect(table))
})

it('is a title as a member of something else', async () => {
  const table = await stored(new Table({ x: makeVector(new Int32Array([1, 2])) }))
  expect(inspect({ table })).toBe('{ table: Table of 2 rows, 1 column }')
})

it('escapes names, types and strings', async () => {
  // A table is UTF-8, which has no halves of pairs.
  const texts = HOSTILE.filter(text => Buffer.from(text).toString() === text)
  const fields = texts.map((text, i) => [`${text}${i}`, vectorFromArray([...texts])] as const)
  const structs = vectorFromArray(
    texts.map(text => ({ [HOSTILE[1] ?? '']: text })),
    new Struct([new Field(HOSTILE[1] ?? '', new Utf8())]),
  )
  const table = new Table(Object.fromEntries([...fields, ['structs', structs]]))
  const shown = await stored(table)
  for (const breakLength of [80, Number.POSITIVE_INFINITY]) expectSafe(inspect(shown, { breakLength }))
  expectSafeHtml(htmlOf(shown))
  const long = await stored(new Table({ s: vectorFromArray(['y'.repeat(2 ** 20)]) }))
  expect(inspect(long).length).toBeLessThan(200)
})
