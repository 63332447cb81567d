/** What `isf-database.expected.json` says of each key, and whether a database holds it. */
import type { Table } from 'apache-arrow'
import { expect } from 'vitest'
import {
  type DataBase,
  dataframe,
  folder,
  get,
  type NDArray,
  partitions,
  pickle,
  shared,
} from '../../src/index.js'
import { codeOf, digestOf } from './array-bytes.js'

interface ExpectedArray {
  readonly kind: 'ndarray'
  readonly dtype: string
  readonly shape: readonly number[]
  readonly sha256_c_order_little_endian: string
  readonly first: readonly unknown[]
}

export interface ExpectedTable {
  readonly kind: 'dataframe' | 'partitioned_dataframe'
  readonly columns: readonly string[]
  readonly index: string
  readonly rows: number
  readonly sums: Readonly<Record<string, number>>
  readonly non_null: Readonly<Record<string, number>>
  readonly distinct: Readonly<Record<string, number>>
  readonly true_count: Readonly<Record<string, number>>
  readonly index_first?: string
  readonly index_last?: string
  readonly partitions?: number
  readonly divisions_first?: string
  readonly divisions_last?: string
}

export type Expected =
  | ExpectedArray
  | ExpectedTable
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'folder'; readonly files: Readonly<Record<string, string>> }
  | {
      readonly kind: 'shared_numpy_store'
      readonly arrays: Readonly<Record<string, { dtype: string; shape: number[]; sha256: string }>>
    }
  | {
      readonly kind: 'dataframe_pickle'
      readonly columns: Readonly<Record<string, readonly unknown[]>>
      readonly index: readonly number[]
    }

/** Fails where `key` is not what Python saw. */
export async function expectValue(db: DataBase, key: string, expected: Expected): Promise<void> {
  switch (expected.kind) {
    case 'ndarray':
      return expectArray(arrayOf(await db.get(key)), expected)
    case 'json':
      return expect(await db.get(key, pickle)).toEqual(expected.value)
    case 'folder':
      return expectFiles(db, key, expected.files)
    case 'shared_numpy_store': {
      const store = await db.get(key, shared)
      expect(await store.names()).toEqual(Object.keys(expected.arrays).sort())
      for (const [name, { sha256, ...rest }] of Object.entries(expected.arrays)) {
        expectArray(await store.load(name), {
          ...rest,
          kind: 'ndarray',
          sha256_c_order_little_endian: sha256,
          first: [],
        })
      }
      return
    }
    case 'dataframe_pickle': {
      const table = (await db.get(key, pickle)) as Table
      for (const [name, values] of Object.entries(expected.columns))
        expect(valuesOf(table, name)).toEqual(values)
      const [index] = indexOf(table)
      expect(table.schema.names).toEqual([...Object.keys(expected.columns), index])
      expect(valuesOf(table, String(index)).map(Number)).toEqual(expected.index)
      return
    }
    case 'dataframe':
      return expectTable(await db.get(key, dataframe), expected)
    case 'partitioned_dataframe': {
      const table = await db.get(key, partitions)
      expect(table.numRows).toBe(expected.rows)
      expect(table.partitions).toHaveLength(expected.partitions!)
      expect([table.divisions.length, table.divisions[0], table.divisions.at(-1)]).toEqual([
        expected.partitions! + 1,
        expected.divisions_first,
        expected.divisions_last,
      ])
      expectTable(await table.toTable(), expected)
      const part = await table.columns([expected.index, 'n'])
      expect(part.schema.names).toEqual([expected.index, 'n'])
      await table.close()
    }
  }
}

/** An archive of one array, as ISF writes it, is that array. */
function arrayOf(value: unknown): NDArray {
  const array = typeof value === 'object' && value !== null && 'arr_0' in value ? value.arr_0 : value
  return array as NDArray
}

function expectArray(a: NDArray, expected: ExpectedArray): void {
  expect(a.shape).toEqual(expected.shape)
  expect(codeOf(a, expected.dtype)).toBe(expected.dtype.slice(1))
  expect(digestOf(a, expected.dtype)).toBe(expected.sha256_c_order_little_endian)
  expect(firstOf(a, expected.first.length)).toEqual(expected.first)
}

/** The first elements as the JSON of Python: large integers rounded, `'NaN'`, instants as ISO texts. */
function firstOf(a: NDArray, count: number): unknown[] {
  const last = a.shape.at(-1) ?? 1
  return Array.from({ length: count }, (_, i) => {
    const at = a.shape.map((_, axis) => (axis < a.shape.length - 1 ? 0 : i))
    expect(i).toBeLessThan(last)
    return jsonOf(get(a, ...at), a.dtype)
  })
}

function jsonOf(element: unknown, dtype: string): unknown {
  if (element instanceof Uint8Array) return `b'${Buffer.from(element).toString('latin1')}'`
  if (typeof element === 'number') return Number.isFinite(element) ? element : String(element)
  if (typeof element !== 'bigint') return element
  if (dtype !== 'datetime64[us]') return Number(element)
  const seconds = new Date(Number(element / 1000n)).toISOString().slice(0, 19)
  return `${seconds}.${String(element % 1_000_000n).padStart(6, '0')}`
}

function expectTable(table: Table, expected: ExpectedTable): void {
  expect(table.numRows).toBe(expected.rows)
  expect(table.schema.names).toEqual([...expected.columns, expected.index])
  expect(indexOf(table)).toEqual([expected.index])
  for (const [name, sum] of Object.entries(expected.sums)) {
    const numbers = valuesOf(table, name).map(value => Number(value ?? 0))
    expect(numbers.reduce((a, b) => a + b, 0)).toBeCloseTo(sum, 9)
  }
  const present = (name: string): unknown[] => valuesOf(table, name).filter(value => value !== null)
  for (const [name, count] of Object.entries(expected.non_null)) expect(present(name)).toHaveLength(count)
  for (const [name, count] of Object.entries(expected.distinct))
    expect(new Set(present(name)).size).toBe(count)
  for (const [name, count] of Object.entries(expected.true_count)) {
    expect(present(name).filter(value => value === true)).toHaveLength(count)
  }
  const index = valuesOf(table, expected.index)
  expect([index[0], index.at(-1)]).toEqual([expected.index_first, expected.index_last])
}

function valuesOf(table: Table, name: string): unknown[] {
  return [...(table.getChild(name) ?? [])]
}

function indexOf(table: Table): readonly unknown[] {
  return JSON.parse(table.schema.metadata.get('pandas') ?? '{}').index_columns
}

async function expectFiles(
  db: DataBase,
  key: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const managed = await db.get(key, folder)
  expect(await managed.names()).toEqual(Object.keys(files).sort())
  for (const [name, text] of Object.entries(files)) {
    expect(Buffer.from(await managed.read(name)).toString('utf8')).toBe(text)
  }
  await expect(managed.write('x', 'y')).rejects.toMatchObject({ code: 'READ_ONLY' })
}
