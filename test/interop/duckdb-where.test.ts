/** DuckDB finds the same rows by SQL as `where` does, and skips no row group of its own files that `where` reads. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBConnection } from '@duckdb/node-api'
import * as arrow from 'apache-arrow'
import fc from 'fast-check'
import * as wasm from 'parquet-wasm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeBatch } from '../../dumpers/_arrow/batch.js'
import { takeRows } from '../../dumpers/_arrow/take.js'
import { type Comparable, type Condition, compileWhere, type Where } from '../../dumpers/_arrow/where.js'
import { readGroups } from '../dumpers/samples/parquet-groups.js'

const ROWS = 6000
/** DuckDB's smallest. */
const ROWS_PER_GROUP = 2048

/** A value, and the same in SQL. */
type Operand = readonly [Comparable, string]

const columns: Readonly<Record<string, { sql: string; operands: fc.Arbitrary<Operand> }>> = {
  i8: { sql: '(i % 250 - 125)::tinyint', operands: whole(-130, 130) },
  u16: { sql: '(i * 10 + 5000)::usmallint', operands: whole(-1, 66_000) },
  i32: { sql: 'case when i % 7 = 0 then null else i::integer - 3000 end', operands: whole(-3001, 3001) },
  i64: { sql: '9007199254740993 + i', operands: large(9007199254740993n) },
  u64: { sql: '18446744073709545000::ubigint + i::ubigint', operands: large(18446744073709545000n) },
  f64: { sql: 'case when i % 5 = 0 then null else (i - 3000)::double / 4 end', operands: quarters() },
  d: { sql: '(i / 8)::decimal(9, 3)', operands: quarters() },
  s: {
    sql: `case when i % 9 = 0 then null else chr(97 + (i // 300)::integer) || chr(128512 + (i % 40)::integer) end`,
    operands: texts(),
  },
  b: {
    sql: 'case when i % 3 = 0 then null else i % 2 = 0 end',
    operands: fc.boolean().map((value): Operand => [value, String(value)]),
  },
  t: { sql: `'2024-03-01'::timestamp + to_microseconds(i * 500)`, operands: dates("timestamp'") },
  z: {
    sql: `'2024-03-01 00:00:00+00'::timestamptz + to_microseconds(i * 500)`,
    operands: dates("timestamptz'"),
  },
  day: { sql: `'2024-03-01'::date + (i // 60)::integer`, operands: days() },
  raw: {
    sql: `encode((i // 100)::varchar)`,
    operands: fc
      .nat(70)
      .map((value): Operand => [new TextEncoder().encode(String(value)), `'${value}'::blob`]),
  },
}
const names = Object.keys(columns)

const root = mkdtempSync(join(tmpdir(), 'dirdict-where-'))
let connection: DuckDBConnection
beforeAll(async () => {
  connection = await DuckDBConnection.create()
  await connection.run(`set timezone = 'UTC'`)
  const select = names.map(name => `${columns[name]!.sql} as ${name}`).join(', ')
  await connection.run(
    `copy (select i, ${select} from range(${ROWS}) t(i)) to '${join(root, 'duckdb.parquet')}' (row_group_size ${ROWS_PER_GROUP})`,
  )
  writeFileSync(join(root, 'wasm.parquet'), rewritten(readFileSync(join(root, 'duckdb.parquet'))))
})
afterAll(() => {
  connection.closeSync()
  rmSync(root, { recursive: true, force: true })
})

describe.each(['duckdb.parquet', 'wasm.parquet'])('of %s', file => {
  test.each(names)('the rows by column %s are those that SQL finds', async name => {
    let skipped = 0
    for (const [condition, sql] of fc.sample(conditions(name, columns[name]!.operands), {
      numRuns: 40,
      seed: 11,
    })) {
      const found = rowsOf(file, { [name]: condition })
      expect({ sql, rows: found.rows }).toEqual({ sql, rows: await query(file, sql) })
      skipped += found.skipped
    }
    expect(skipped).toBeGreaterThan(0)
  })

  test('the rows by several columns are those that SQL finds', async () => {
    const two = fc.tuple(
      fc.shuffledSubarray(names, { minLength: 2, maxLength: 3 }),
      fc.infiniteStream(fc.nat()),
    )
    for (const [chosen, seeds] of fc.sample(two, { numRuns: 40, seed: 5 })) {
      const parts = chosen.map(name => {
        const [part] = fc.sample(conditions(name, columns[name]!.operands), {
          numRuns: 1,
          seed: Number(seeds.next().value),
        })
        return [name, part!] as const
      })
      const where = Object.fromEntries(parts.map(([name, [condition]]) => [name, condition]))
      const sql = parts.map(([, [, text]]) => `(${text})`).join(' and ')
      expect({ sql, rows: rowsOf(file, where).rows }).toEqual({ sql, rows: await query(file, sql) })
    }
  })
})

/** The numbers of the rows, and how many row groups were not looked at. */
function rowsOf(file: string, where: Where): { rows: number[]; skipped: number } {
  const rows: number[] = []
  let skipped = 0
  for (const { fields, batches, statistics } of groupsOf(file)) {
    const predicate = compileWhere(arrow, where, fields)
    if (!predicate.mayMatch(statistics)) skipped++
    else
      for (const batch of batches) {
        const taken = takeRows(arrow, batch, predicate.matches(batch))
        for (const i of taken.getChild('i') ?? []) rows.push(Number(i))
      }
  }
  return { rows, skipped }
}

const decoded = new Map<string, ReturnType<typeof readGroups>>()
function groupsOf(file: string): ReturnType<typeof readGroups> {
  const groups = decoded.get(file) ?? readGroups(new Uint8Array(readFileSync(join(root, file))))
  decoded.set(file, groups)
  return groups
}

async function query(file: string, condition: string): Promise<number[]> {
  const found = await connection.runAndReadAll(
    `select i from '${join(root, file)}' where ${condition} order by i`,
  )
  return found.getRows().map(([i]) => Number(i))
}

/** The same table by our own writer, with the strings as a dictionary. */
function rewritten(file: Uint8Array): Uint8Array {
  const table = arrow.tableFromIPC(wasm.readParquet(file, { batchSize: 2 ** 17 }).intoIPCStream())
  expect(table.batches).toHaveLength(1)
  const text = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16())
  const values = table.schema.fields.map((field, i): arrow.Data => {
    const column = table.getChildAt(i)!
    if (field.name === 's') return arrow.vectorFromArray([...column], text).data[0]!
    return column.data[0]!
  })
  const schema = new arrow.Schema(
    table.schema.fields.map((field, i) => new arrow.Field(field.name, values[i]!.type, true)),
  )
  const ipc = arrow.tableToIPC(
    new arrow.Table(schema, [makeBatch(arrow, schema, values, table.numRows)]),
    'stream',
  )
  const properties = new wasm.WriterPropertiesBuilder()
    .setMaxRowGroupSize(700)
    .setStatisticsEnabled(wasm.EnabledStatistics.Chunk)
  return wasm.writeParquet(wasm.Table.fromIPCStream(ipc), properties.build())
}

function conditions(
  name: string,
  operand: fc.Arbitrary<Operand>,
): fc.Arbitrary<readonly [Condition, string]> {
  const compared = (operator: keyof Condition, sign: string): fc.Arbitrary<readonly [Condition, string]> =>
    operand.map(([value, sql]) => [{ [operator]: value }, `${name} ${sign} ${sql}`] as const)
  const single = fc.oneof(
    compared('eq', '='),
    compared('ne', '<>'),
    compared('lt', '<'),
    compared('lte', '<='),
    compared('gt', '>'),
    compared('gte', '>='),
    fc
      .array(operand, { minLength: 1, maxLength: 12 })
      .map(
        list =>
          [
            { in: list.map(([value]) => value) },
            `${name} in (${list.map(([, sql]) => sql).join(', ')})`,
          ] as const,
      ),
    fc.constant([{ eq: null }, `${name} is null`] as const),
    fc.constant([{ ne: null }, `${name} is not null`] as const),
  )
  return fc
    .uniqueArray(single, { minLength: 1, maxLength: 2, selector: ([one]) => Object.keys(one)[0] })
    .map(parts => [
      Object.assign({}, ...parts.map(([one]) => one)) as Condition,
      parts.map(([, sql]) => sql).join(' and '),
    ])
}

function whole(min: number, max: number): fc.Arbitrary<Operand> {
  const near = fc.integer({ min, max })
  return fc.oneof(
    near.map((value): Operand => [value, `${value}::hugeint`]),
    near.map((value): Operand => [BigInt(value), `${value}::hugeint`]),
    near.map((value): Operand => [value + 0.5, `${value + 0.5}::decimal(18, 1)`]),
  )
}

function large(start: bigint): fc.Arbitrary<Operand> {
  return fc
    .bigInt({ min: -3n, max: BigInt(ROWS) + 3n })
    .map((value): Operand => [start + value, `${start + value}::hugeint`])
}

function quarters(): fc.Arbitrary<Operand> {
  return fc.integer({ min: -3100, max: 3100 }).map((value): Operand => [value / 4, `${value / 4}::double`])
}

function texts(): fc.Arbitrary<Operand> {
  const letters = fc.tuple(fc.integer({ min: 97, max: 117 }), fc.constantFrom('', '\u{1f60a}', '￿', 'z'))
  return letters.map(([letter, rest]): Operand => {
    const value = String.fromCharCode(letter) + rest
    return [value, `'${value}'`]
  })
}

function dates(prefix: string): fc.Arbitrary<Operand> {
  const start = Date.UTC(2024, 2, 1)
  return fc.integer({ min: -2, max: 3002 }).map((ms): Operand => {
    const date = new Date(start + ms)
    return [date, `${prefix}${date.toISOString().replace('T', ' ').replace('Z', '')}'`]
  })
}

function days(): fc.Arbitrary<Operand> {
  return fc.integer({ min: -1, max: 102 }).map((day): Operand => {
    const date = new Date(Date.UTC(2024, 2, 1 + day))
    return [date, `date'${date.toISOString().slice(0, 10)}'`]
  })
}
