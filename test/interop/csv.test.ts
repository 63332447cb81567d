/**
 * DuckDB and pandas, which share no code with us, read what `csv` writes and find the same values; and `csv` reads what
 * they write.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBConnection } from '@duckdb/node-api'
import * as arrow from 'apache-arrow'
import { afterAll, describe, expect, test } from 'vitest'
import type { CsvInput } from '../../dumpers/csv.js'
import { storeCsv } from '../dumpers/csv-entry.js'
import { vectorOf } from '../dumpers/samples/csv-tables.js'
import { canImport, python } from './python.js'

const root = mkdtempSync(join(tmpdir(), 'dirdict-csv-interop-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const hasPandas = canImport('pandas')

const rows = 20_000
const numbers = Array.from({ length: rows }, (_, i) => i)
const words = ['L5tt', 'é 漢字 🧠', 'a,b;c', 'say "no"', ' padded ', 'two\nlines', "it's", '']
const table = (): CsvInput => [
  ['float', Float64Array.from(numbers, i => (i - 7) / 3)],
  ['whole', Float64Array.from(numbers)],
  ['single', Float32Array.from(numbers, i => i / 7)],
  ['holes', numbers.map(i => (i % 10 === 0 ? null : i))],
  ['int64', BigInt64Array.from(numbers, i => 2n ** 60n + BigInt(i))],
  ['uint64', BigUint64Array.from(numbers, i => 2n ** 63n + BigInt(i % 2))],
  ['word', numbers.map(i => words[i % words.length])],
  ['maybe', numbers.map(i => (i % 4 === 0 ? null : `c${i % 5}`))],
  ['both', numbers.map(i => (i % 3 === 0 ? null : i % 3 === 1 ? '' : 'x'))],
  ['ok', numbers.map(i => i % 3 === 0)],
  ['at', numbers.map(i => new Date(Date.UTC(2026, 10, 21) + i))],
  ['zoned', vectorOf(new arrow.TimestampMicrosecond('Europe/Berlin'), BigInt64Array.from(numbers, BigInt))],
  ['day', vectorOf(new arrow.DateDay(), Int32Array.from(numbers))],
]
const sum = (rows * (rows - 1)) / 2

async function query(sql: string): Promise<unknown[]> {
  const connection = await DuckDBConnection.create()
  try {
    return (await connection.runAndReadAll(sql)).getRowObjects()
  } finally {
    connection.closeSync()
  }
}

/** What the program prints as JSON. */
function pandas(program: string, ...args: string[]): unknown {
  const lines = ['import json, sys', 'import numpy as np', 'import pandas as pd', program]
  return JSON.parse(execFileSync(python, ['-c', lines.join('\n'), ...args], { encoding: 'utf8' }))
}

describe('DuckDB', () => {
  test('counts, sums and tells apart the same values, with types and nulls said', async () => {
    const { file } = await storeCsv(table())
    const types = `{'float': 'DOUBLE', 'whole': 'DOUBLE', 'single': 'FLOAT', 'holes': 'DOUBLE', 'int64': 'BIGINT',
      'uint64': 'UBIGINT', 'word': 'VARCHAR', 'maybe': 'VARCHAR', 'both': 'VARCHAR', 'ok': 'BOOLEAN',
      'at': 'TIMESTAMP', 'zoned': 'TIMESTAMPTZ', 'day': 'DATE'}`
    const [found] = await query(`select count(*) as rows, sum("float") as float, sum(whole) as whole,
      sum(single::double) as single, count(holes) as holes, sum(holes) as holes_sum, sum("int64")::hugeint as int64,
      max("uint64") as uint64, list_sort(list(distinct word)) as words, count(maybe) as maybe,
      count(distinct maybe) as maybes, count("both") as both, count(*) filter ("both" = '') as empty,
      count(*) filter (ok) as ok, epoch_ms(max("at")) as latest, epoch_us(max(zoned)) as zoned, max(day)::varchar as day
      from read_csv('${file}', header = true, delim = ',', quote = '"', escape = '"', auto_detect = false,
        new_line = '\\n', nullstr = ['', 'NA'], allow_quoted_nulls = false, columns = ${types})`)
    const threes = Math.ceil(rows / 3)
    expect(found).toEqual({
      rows: BigInt(rows),
      float: expect.closeTo((sum - 7 * rows) / 3, 3),
      whole: sum,
      single: expect.closeTo(
        Float32Array.from(numbers, i => i / 7).reduce((a, b) => a + b, 0),
        -2,
      ),
      holes: BigInt((rows * 9) / 10),
      holes_sum: sum - numbers.filter(i => i % 10 === 0).reduce((a, b) => a + b),
      int64: 2n ** 60n * BigInt(rows) + BigInt(sum),
      uint64: 2n ** 63n + 1n,
      words: { items: [...words].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))) },
      maybe: BigInt((rows * 3) / 4),
      maybes: 5n,
      both: BigInt(rows - threes),
      empty: BigInt(Math.ceil((rows - 1) / 3)),
      ok: BigInt(threes),
      latest: BigInt(Date.UTC(2026, 10, 21) + rows - 1),
      zoned: BigInt(rows - 1),
      day: '2024-10-03',
    })
  })

  test('finds out names, types and nulls by itself where the text says them', async () => {
    const { file } = await storeCsv([
      ['x', [1.5, null, -0]],
      ['größe, µ', [1n, 2n, null]],
      ['ok', [true, false, null]],
      ['at', [new Date(0), null, new Date(1)]],
    ])
    expect(await query(`describe from '${file}'`)).toMatchObject([
      { column_name: 'x', column_type: 'DOUBLE' },
      { column_name: 'größe, µ', column_type: 'BIGINT' },
      { column_name: 'ok', column_type: 'BOOLEAN' },
      { column_name: 'at', column_type: 'TIMESTAMP' },
    ])
    expect(
      await query(
        `select count(x) as x, count("größe, µ") as n, count(ok) as ok, count("at") as "at" from '${file}'`,
      ),
    ).toEqual([{ x: 2n, n: 2n, ok: 2n, at: 2n }])
  })

  test('writes files whose types and values are read again', async () => {
    const file = join(root, 'duckdb.csv')
    await query(`copy (select i::bigint as i, (i / 3)::double as x, i % 2 = 0 as ok, 'w' || i % 7 as word,
      case when i % 5 = 0 then null else 'a,"b"' || chr(10) end as odd, date '2026-01-01' + i::int as day,
      timestamp '2026-01-01 00:00:00' + interval (i) millisecond as "at",
      case when i = 3 then 'nan'::double when i = 4 then 'inf'::double else i::double end as special
      from range(1000) t(i)) to '${file}' (header)`)
    const { load, schema } = await storeCsv(readFileSync(file))
    expect(schema.fields.map(({ arrow: type }) => type)).toEqual([
      'int64',
      'float64',
      'bool',
      'utf8',
      'utf8',
      'date32',
      'timestamp[ms]',
      'float64',
    ])
    const read = await load()
    expect(read.get(999)?.toJSON()).toEqual({
      i: 999n,
      x: 333,
      ok: false,
      word: 'w5',
      odd: 'a,"b"\n',
      day: Date.UTC(2026, 0, 1) + 999 * 86_400_000,
      at: Date.UTC(2026, 0, 1) + 999,
      special: 999,
    })
    expect([...(read.getChild('special') ?? [])].slice(2, 6)).toEqual([
      2,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      5,
    ])
    expect(read.getChild('odd')?.nullCount).toBe(200)
    expect(read.getChild('x')?.toArray()).toEqual(Float64Array.from({ length: 1000 }, (_, i) => i / 3))
  })

  test('and csv agree that an empty line of a single column is null', async () => {
    const file = join(root, 'single.csv')
    await query(`copy (select case when i % 2 = 0 then i end as i from range(4) t(i)) to '${file}' (header)`)
    const table = await (await storeCsv(readFileSync(file))).load()
    expect([...(table.getChild('i') ?? [])]).toEqual([0n, null, 2n, null])
  })
})

// pandas is no dependency of ours: where it is not installed there is nothing to compare with.
describe.skipIf(!hasPandas)('pandas', () => {
  test('has the types and values that were stored', async () => {
    const { file } = await storeCsv(table())
    const found = pandas(
      `t = pd.read_csv(sys.argv[1], float_precision='round_trip', parse_dates=['at', 'zoned', 'day'])
print(json.dumps({'types': {k: str(v) for k, v in t.dtypes.items()}, 'rows': len(t),
  'float': bool((t['float'] == (np.arange(len(t)) - 7) / 3).all()), 'whole': float(t['whole'].sum()),
  'single': bool((t['single'].astype('float32') == (np.arange(len(t)) / 7).astype('float32')).all()),
  'holes': int(t['holes'].count()), 'int64': str(sum(map(int, t['int64']))), 'uint64': str(t['uint64'].max()),
  'words': sorted(t['word'].dropna().unique()), 'maybe': int(t['maybe'].count()), 'ok': int(t['ok'].sum()),
  'at': t['at'].max().isoformat(), 'zoned': t['zoned'].max().isoformat(), 'day': t['day'].max().isoformat()}))`,
      file,
    )
    expect(found).toEqual({
      types: {
        float: 'float64',
        whole: 'float64',
        single: 'float64',
        holes: 'float64',
        int64: 'int64',
        uint64: 'uint64',
        word: 'object',
        maybe: 'object',
        both: 'object',
        ok: 'bool',
        at: 'datetime64[ns]',
        zoned: 'datetime64[ns, UTC]',
        day: 'datetime64[ns]',
      },
      rows,
      float: true,
      whole: sum,
      single: true,
      holes: (rows * 9) / 10,
      int64: String(2n ** 60n * BigInt(rows) + BigInt(sum)),
      uint64: String(2n ** 63n + 1n),
      words: words.filter(word => word !== '').sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      maybe: (rows * 3) / 4,
      ok: Math.ceil(rows / 3),
      at: '2026-11-21T00:00:19.999000',
      zoned: '1970-01-01T00:00:00.019999+00:00',
      day: '2024-10-03T00:00:00',
    })
  })

  test('tells empty texts from null by the word that schema.json names', async () => {
    const { file, schema } = await storeCsv([['x', ['', null, 'NA', 'a']]])
    const [field] = schema.fields
    const program = `t = pd.read_csv(sys.argv[1], keep_default_na=False, na_values=json.loads(sys.argv[2]), dtype=str)
print(json.dumps([None if pd.isna(x) else x for x in t['x']]))`
    expect(pandas(program, file, JSON.stringify(field?.missingValues))).toEqual(['', null, 'NA', 'a'])
  })

  test('writes files whose types and values are read again', async () => {
    const file = join(root, 'pandas.csv')
    writeFileSync(file, '')
    pandas(
      `n = np.arange(1000)
pd.DataFrame({'i': n, 'x': n / 3, 'ok': n % 2 == 0, 'word': ['ü %d' % (k % 7) for k in n],
  'odd': [None if k % 5 == 0 else 'a,"b"\\r\\n' for k in n], 'day': pd.date_range('2026-01-01', periods=1000),
  'at': pd.to_datetime(n, unit='ms', utc=True), 'special': np.where(n == 4, np.inf, n.astype(float)),
  'big': n.astype('uint64') + np.uint64(2 ** 63)}).to_csv(sys.argv[1])
print('null')`,
      file,
    )
    const { load, schema } = await storeCsv(readFileSync(file))
    expect(schema.fields.map(({ name, arrow: type }) => `${name}: ${type}`)).toEqual([
      ': int64',
      'i: int64',
      'x: float64',
      'ok: bool',
      'word: utf8',
      'odd: utf8',
      'day: date32',
      'at: timestamp[us, tz=UTC]',
      'special: float64',
      'big: uint64',
    ])
    const read = await load()
    expect(read.get(999)?.toJSON()).toEqual({
      '': 999n,
      i: 999n,
      x: 333,
      ok: false,
      word: 'ü 5',
      odd: 'a,"b"\r\n',
      day: Date.UTC(2026, 0, 1) + 999 * 86_400_000,
      at: 999,
      special: 999,
      big: 2n ** 63n + 999n,
    })
    expect(read.getChild('x')?.toArray()).toEqual(Float64Array.from({ length: 1000 }, (_, i) => i / 3))
    expect(read.getChild('odd')?.nullCount).toBe(200)
    expect(read.getChild('special')?.get(4)).toBe(Number.POSITIVE_INFINITY)
  })
})
