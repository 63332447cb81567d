/** csv of texts: stored byte for byte, with types that lose nothing, or an error that says where. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { CsvType } from '../../dumpers/csv.js'
import { failureOf, storeCsv } from './csv-entry.js'
import { contentsOf } from './samples/csv-tables.js'

const typesOf = (schema: { fields: readonly Record<string, unknown>[] }): unknown[] =>
  schema.fields.map(({ arrow }) => arrow)

async function rowsOf(text: string | Uint8Array): Promise<unknown[]> {
  const table = await (await storeCsv(text)).load()
  return table.toArray().map(row => row.toJSON())
}

describe('the type of a column', () => {
  test.each<[string, readonly string[]]>([
    ['bool', ['true', 'False', 'TRUE', '']],
    ['int64', ['1', '-9223372036854775808', '9223372036854775807', '0']],
    ['uint64', ['1', '18446744073709551615']],
    ['utf8', ['-1', '9223372036854775808']],
    ['utf8', ['18446744073709551616']],
    ['utf8', ['1', '123456789012345678901234567890']],
    ['float64', ['1', '0.5']],
    ['float64', ['9007199254740993.5', '9007199254740992', '']],
    ['utf8', ['0.5', '9007199254740993']],
    ['float64', ['1e5', '-.5', '3.', '1E-400']],
    ['float64', ['-0', '0.5']],
    ['float64', ['-0']],
    ['float64', ['NaN', 'inf', '-Infinity', '1']],
    ['utf8', ['1e999']],
    ['utf8', ['007', '1']],
    ['utf8', ['-01.5']],
    ['utf8', ['+1']],
    ['utf8', ['0x1f']],
    ['utf8', ['1_000']],
    ['utf8', ['1,5']],
    ['utf8', [' 1']],
    ['utf8', ['1 ']],
    ['utf8', ['NA', '1']],
    ['utf8', ['true', '1']],
    ['utf8', ['-', 'e', '.']],
    ['date32', ['2026-11-21', '0000-02-29', '']],
    ['utf8', ['2026-02-29']],
    ['utf8', ['2026-1-1']],
    ['utf8', ['21.11.2026']],
    ['timestamp[ms]', ['2026-11-21T08:00', '2026-11-21 08:00:00.1']],
    ['timestamp[us]', ['2026-11-21T08:00:00.1234']],
    ['timestamp[ns]', ['2026-11-21T08:00:00.123456789']],
    ['utf8', ['9999-01-01T00:00:00.123456789']],
    [
      'timestamp[ms, tz=UTC]',
      ['2026-11-21T08:00:00Z', '2026-11-21T08:00:00+0530', '2026-11-21T08:00:00-05:00'],
    ],
    ['utf8', ['2026-11-21T08:00:00Z', '2026-11-21T08:00:00']],
    ['utf8', ['2026-11-21', '2026-11-21T08:00:00']],
    ['utf8', ['2026-11-21T24:00:00']],
    ['utf8', ['2026-11-21T08:00:60']],
    ['utf8', ['2026-11-21T08:00:00+24:00']],
    ['utf8', ['2026-11-21T08:00:00.']],
    ['null', ['', '']],
  ])('is %s for %j', async (type, values) => {
    const lines = values.map((value, i) => `${JSON.stringify(value)},${i}`)
    const { schema } = await storeCsv(`x,i\n${lines.join('\n')}\n`)
    expect(typesOf(schema)).toEqual([type, 'int64'])
  })

  test('follows from the last field as well', async () => {
    const { schema } = await storeCsv(`x,y\n${'1,1\n'.repeat(200_000)}2,x\n`)
    expect(typesOf(schema)).toEqual(['int64', 'utf8'])
  })

  test('is the one that is given', async () => {
    const types: Record<string, CsvType> = {
      a: 'float32',
      b: 'dictionary<values=utf8, indices=uint8, ordered=0>',
      c: 'timestamp[us, tz=Europe/Berlin]',
      d: 'decimal128(10, 3)',
    }
    const { load, schema } = await storeCsv('a,b,c,d,e\n007,x,2026-11-21T08:00:00+01:00,1.5,1\n', { types })
    expect(typesOf(schema)).toEqual([...Object.values(types), 'int64'])
    const [row] = (await load()).toArray().map(one => one.toJSON())
    expect(row).toMatchObject({ a: 7, b: 'x', c: Date.UTC(2026, 10, 21, 7), e: 1n })
  })
})

describe('a text', () => {
  test.each<[string, string | Uint8Array]>([
    ['with LF', 'a,b\n1,x\n,"y\nz"\n'],
    ['without a last line end', 'a,b\n1,x\n,"y\nz"'],
    ['with a byte order mark', '\ufeffa,b\n1,x\n,"y\nz"\n'],
    ['as bytes', Buffer.from('a,b\n1,x\n,"y\nz"\n')],
    ['with empty lines', 'a,b\n\n1,x\n,"y\nz"\n\n\n'],
    ['with mixed line ends', 'a,b\r\n1,x\r,"y\nz"\n'],
    ['with a delimiter of its own', '"a"|"b"\n1|x\n|"y\nz"\n'],
    ['with quotes around everything', '"a";"b"\n"1";"x"\n"";"y\nz"'],
  ])('%s is stored byte for byte and read', async (_name, text) => {
    const { file, load } = await storeCsv(text)
    expect(readFileSync(file)).toEqual(Buffer.from(text))
    expect((await load()).toArray().map(row => row.toJSON())).toEqual([
      { a: 1n, b: 'x' },
      { a: null, b: 'y\nz' },
    ])
  })

  test('keeps what is between quotes', async () => {
    expect(await rowsOf('a,b\r\n"x\r\ny"," ""z"" \r"\r\n5" pipe,\'q\'\r\n')).toEqual([
      { a: 'x\r\ny', b: ' "z" \r' },
      { a: '5" pipe', b: "'q'" },
    ])
  })

  test('of one column has nulls in its empty lines', async () => {
    expect(await rowsOf('a\n1\n\n2\n')).toEqual([{ a: 1n }, { a: null }, { a: 2n }])
  })

  test('of a header has no rows', async () => {
    const table = await (await storeCsv('a,b')).load()
    expect([table.schema.names, table.numRows]).toEqual([['a', 'b'], 0])
    expect(table.slice(0, 0).numRows).toBe(0)
  })

  test('is read the same wherever its pieces are cut', async () => {
    const long = 'ü🧠'.repeat(50)
    for (let pad = 0; pad < 12; pad++) {
      const first = 'x'.repeat(2 ** 18 - 40 + pad)
      const text = `a,b\r\n${first},"q ""1"" \r\n"\r\n${long},\ufeff\r\n`
      expect(contentsOf(await (await storeCsv(text)).load())).toMatchObject({
        columns: [{ values: [first, long] }, { values: ['q "1" \r\n', '\ufeff'] }],
      })
    }
  })

  test.each<[string, string]>([
    [';', 'a;b,c;d\n1;2;3\n'],
    ['\t', '"x;y;z"\tb\n1\t2\n'],
    ['|', 'a|b\n'],
    [',', 'a\n1;2;3\n'],
  ])('has the delimiter %j where its header has', async (delimiter, text) => {
    const { schema } = await storeCsv(text)
    expect(schema.dialect).toEqual({ delimiter })
  })

  test('has the delimiter that is given', async () => {
    const { load, schema } = await storeCsv('a,b;c\n1,2;3\n', { delimiter: ';' })
    expect(schema.dialect).toEqual({ delimiter: ';' })
    expect((await load()).schema.names).toEqual(['a,b', 'c'])
  })
})

describe('a text is refused', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['without a header', '', /is empty/],
    ['with a mark alone', '\ufeff', /is empty/],
    ['with a short row', 'a,b\n"1\n",2\n3\n', /line 4: it has 1 fields; the header has 2/],
    ['with a long row', 'a,b\n1,2,3\n', /line 2: it has 3 fields/],
    ['with two columns of one name', 'a,b,a\n', /column 3 \("a"\): column 1 has the same name/],
    ['with an open quote', 'a,b\n1,"2\n3,4\n', /line 2: a quote is opened and never closed/],
    ['with text behind a quote', 'a,b\n"1\n2"x,2\n', /line 3: there is "x" behind a closing quote/],
    ['with a space behind a quote', 'a,b\n"1" ,2\n', /line 2: there is " " behind a closing quote/],
    ['in Latin-1', Uint8Array.of(97, 10, 98, 10, 0xe9, 10), /line 3: it is not UTF-8/],
    ['with a character cut', Uint8Array.of(97, 10, 98, 0xe2, 0x82), /line 2: it is not UTF-8/],
    ['with half a surrogate pair', 'a\n\ud800', /surrogate/],
  ])('%s', async (_name, text, message) => {
    const failure = await failureOf(storeCsv(text))
    expect(failure).toMatch(/^VALUE_REJECTED: The CSV text/)
    expect(failure).toMatch(message)
  })

  test.each<[CsvType, string]>([
    ['int8', '128'],
    ['uint8', '-1'],
    ['int32', '1.0'],
    ['int64', '9223372036854775808'],
    ['uint64', '-1'],
    ['bool', '1'],
    ['float16', '65520'],
    ['float32', '1e39'],
    ['float64', '1e309'],
    ['float64', '1,5'],
    ['float64', ' 1'],
    ['date32', '2026-02-30'],
    ['timestamp[ms]', '2026-11-21T08:00:00.0001'],
    ['timestamp[ms]', '2026-11-21T08:00:00Z'],
    ['timestamp[ms, tz=UTC]', '2026-11-21T08:00:00'],
    ['timestamp[ns]', '2263-01-01T00:00:00'],
    ['time32[s]', '24:00:00'],
    ['time32[ms]', '08:00:00.0001'],
    ['duration[s]', '1.5'],
    ['decimal128(3, 1)', '0.25'],
    ['decimal128(3, 1)', '100.0'],
    ['null', 'x'],
  ])('where %s cannot hold %j', async (type, value) => {
    const text = `i;x\n1;\n2;"${value}"\n`
    const failure = await failureOf(storeCsv(text, { types: { x: type } }))
    expect(failure).toBe(
      `VALUE_REJECTED: The CSV text, line 3, column 2 ("x"): ${type} cannot hold ${JSON.stringify(value)}.`,
    )
  })

  test('at its first wrong field, whichever column it is in', async () => {
    const types: Record<string, CsvType> = { a: 'int8', b: 'int8' }
    expect(await failureOf(storeCsv('a,b\n1,2\n3,x\ny,4\n', { types }))).toMatch(/line 3, column 2 \("b"\)/)
  })

  test('with types for a column that it does not have', async () => {
    expect(await failureOf(storeCsv('a\n1\n', { types: { b: 'int8' } }))).toMatch(
      /^OPTION_INVALID: There is no column "b"\. There is: "a"\./,
    )
  })

  test('with a dictionary of more texts than its indices count', async () => {
    const text = `x\n${Array.from({ length: 129 }, (_, i) => `t${i}\n`).join('')}`
    const types: Record<string, CsvType> = { x: 'dictionary<values=utf8, indices=int8, ordered=0>' }
    expect(await failureOf(storeCsv(text, { types }))).toMatch(
      /line 130, column 1 \("x"\).*cannot hold "t128"/,
    )
  })
})
