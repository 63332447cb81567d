/** How csv splits text into fields: as RFC 4180 says, wherever the text is cut, and in bounded time for hostile text. */
import fc from 'fast-check'
import papaparse from 'papaparse'
import { describe, expect, test } from 'vitest'
import { openRecords } from '../../dumpers/_csv/records.js'
import { refuseGiven } from '../../dumpers/_csv/refusal.js'
import { RecordScanner } from '../../dumpers/_csv/scan.js'
import { failureOf, storeCsv } from './csv-entry.js'

const wild = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\r', ' '), maxLength: 30 })
/** Mostly well-formed. */
const tame = fc
  .array(
    fc.tuple(
      fc.constantFrom('', 'a', '"b"', '""', '"c,""\r\n"', ' d', 'e"'),
      fc.constantFrom(',', '\n', '\r\n', '\r'),
    ),
    {
      maxLength: 12,
    },
  )
  .map(pieces => pieces.flat().join(''))

describe('records', () => {
  test('are those of a parser that goes character by character', async () => {
    let wellFormed = 0
    await fc.assert(
      fc.asyncProperty(fc.oneof(wild, tame), async text => {
        // With a header of many columns every row would be refused for its length.
        const expected = reference(`x\n${text}`)
        const width = Math.max(...(expected ?? []).map(row => row.length))
        if (expected?.every(row => row.length === width)) wellFormed++
        const found = await parse(`x\n${text}`)
        if (expected === undefined) expect(found).toBe('refused')
        else if (width === 1) expect(found).toEqual(expected)
        else expect(found).toBe('refused')
      }),
      { numRuns: 3000 },
    )
    expect(wellFormed).toBeGreaterThan(100)
  })

  test('of two columns are those of that parser, without empty lines', async () => {
    const row = fc.tuple(
      fc.constantFrom('', 'a', '"b\n"', '"c,"""', 'd"'),
      fc.constantFrom('', 'e', '"\r"', '"f"'),
    )
    const lines = fc.array(fc.tuple(row, fc.constantFrom('\n', '\r\n', '\r', '\n\n')), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(lines, async all => {
        const text = `x,y\n${all.map(([fields, end]) => fields.join(',') + end).join('')}`
        expect(await parse(text)).toEqual(reference(text)?.filter(fields => fields.length > 1))
      }),
      { numRuns: 1000 },
    )
  })

  test('end in the same places and on the same lines however the text is cut', () => {
    fc.assert(
      fc.property(tame, fc.array(fc.nat(40), { maxLength: 5 }), (text, cuts) => {
        expect(scan(text, cuts)).toEqual(scan(text, []))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('hostile text', () => {
  const size = 10_000_000
  test.each<[string, string, RegExp | undefined]>([
    ['ten million quotes', `a\n${'"'.repeat(size)}`, undefined],
    ['ten million quotes and one', `a\n${'"'.repeat(size + 1)}`, /line 2: a quote is opened/],
    ['quotes with spaces between', `a\n${'" '.repeat(size / 2)}`, /behind a closing quote/],
    ['quotes behind text', `a\nx${'"'.repeat(size)}\n`, undefined],
    ['empty fields between quotes', `a\n${'""\n'.repeat(size / 10)}`, undefined],
    ['ten million delimiters', ','.repeat(size), /10000001 columns; there may be 32768/],
    ['a million columns', Array.from({ length: 1_000_000 }, (_, i) => `c${i}`).join(','), /1000000 columns/],
    ['a row of a million fields', `a\n${','.repeat(1_000_000)}`, /line 2: it has 1000001 fields/],
    ['a field of ten million characters', `a\n${'x'.repeat(size)}`, undefined],
    ['a number of ten million digits', `a\n${'1'.repeat(size)}`, undefined],
    ['ten million carriage returns', `a${'\r'.repeat(size / 10)}`, undefined],
    ['carriage returns between quotes', `a\n"${'\r'.repeat(size)}"`, undefined],
    ['zeros', `a\n${'\0'.repeat(size)}`, undefined],
  ])('of %s is read or refused', async (_name, text, message) => {
    if (message === undefined) expect((await (await storeCsv(text)).load()).numRows).toBeGreaterThan(0)
    else expect(await failureOf(storeCsv(text))).toMatch(message)
  })

  test('with a quote that is never closed is refused before it is held whole', async () => {
    const bytes = Buffer.concat([Buffer.from('a\n"'), Buffer.alloc(2 ** 26, 'x')])
    expect(await failureOf(storeCsv(bytes))).toMatch(/line 2: a record is longer than 16777216 characters/)
  })
})

type Outcome = string[][] | 'refused'

async function parse(text: string): Promise<Outcome> {
  try {
    const opened = await openRecords(papaparse, Buffer.from(text), ',', refuseGiven, undefined)
    const rows = [[...opened.names]]
    for await (const batch of opened.batches) rows.push(...batch.rows.map(row => [...row]))
    return rows
  } catch (error) {
    if (String(error).startsWith('DirdictError')) return 'refused'
    throw error
  }
}

function scan(text: string, cuts: readonly number[]): unknown {
  const scanner = new RecordScanner(',', refuseGiven)
  const records: (string | undefined)[] = []
  // A CR and the LF behind it come together.
  const places = [...cuts, text.length].filter(at => !(text[at - 1] === '\r' && text[at] === '\n'))
  let start = 0
  try {
    for (const at of places.sort((a, b) => a - b)) {
      const found = scanner.push(text.slice(start, at))
      if (found !== undefined) records.push(`${found}\n`)
      start = Math.max(start, Math.min(at, text.length))
    }
    return [records.join(''), scanner.end(), scanner.openLine, scanner.line]
  } catch (error) {
    return String(error)
  }
}

/** Fields, character by character; undefined where RFC 4180 does not allow the text. */
function reference(text: string): string[][] | undefined {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let i = 0
  const endRow = (): void => {
    rows.push([...row, field])
    row = []
    field = ''
  }
  while (i < text.length) {
    if (text[i] === '"') {
      for (i++; ; i++) {
        if (i >= text.length) return undefined
        if (text[i] === '"' && text[i + 1] === '"') i++
        else if (text[i] === '"') break
        field += text[i]
      }
      i++
      if (i < text.length && !',\r\n'.includes(text[i] ?? '')) return undefined
    }
    while (i < text.length && !',\r\n'.includes(text[i] ?? '')) field += text[i++]
    if (i >= text.length) {
      endRow()
      return rows
    }
    if (text[i] === ',') {
      row.push(field)
      field = ''
      i++
      if (i >= text.length) endRow()
      continue
    }
    endRow()
    i += text[i] === '\r' && text[i + 1] === '\n' ? 2 : 1
  }
  return rows
}
