/** arrow: types, values and metadata survive, parts are read without the rest, and tables are written in small batches. */
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import * as apache from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { arrow } from '../../dumpers/arrow.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { codeOf, counted, storeArrow } from './arrow-entry.js'
import { contents, TYPED_COLUMNS, type TypedColumn, tableOf } from './samples/arrow-columns.js'

/** Enough that a part of a file is not read as a whole. */
const FILLER = 2 ** 20
const filler: TypedColumn = [
  'filler',
  apache.vectorFromArray(
    [1, 2, 3, 4].map(() => randomBytes(FILLER)),
    new apache.Binary(),
  ).data[0]!,
]

describe('types', () => {
  test.each(TYPED_COLUMNS)('%s keeps type, values, nulls and metadata', async (...column) => {
    const table = tableOf([column])
    const { load, loadBare } = await storeArrow(table)
    expect(contents(await load())).toEqual(contents(table))
    expect(contents(await loadBare())).toEqual(contents(table))
  })

  test.each(TYPED_COLUMNS)('%s is read alone and in rows as it would be cut', async (...column) => {
    const table = tableOf([column, filler])
    const { load } = await storeArrow(table.concat(table))
    const whole = (await load()).select([column[0]])
    for (const rows of [
      [0, 8],
      [0, 1],
      [1, 3],
      [2, 7],
      [-1, 9],
      [3, 3],
    ] as const) {
      const [start, stop] = [rows[0] < 0 ? 8 + rows[0] : rows[0], rows[1]]
      expect(contents(await load({ columns: [column[0]], rows }))).toEqual(contents(whole.slice(start, stop)))
    }
  })

  test.each(TYPED_COLUMNS)('%s of the CommonJS build of apache-arrow is taken', async (...column) => {
    const cjs: typeof apache = createRequire(import.meta.url)('apache-arrow')
    expect(cjs.Table).not.toBe(apache.Table)
    const table = tableOf([column])
    const foreign = cjs.tableFromIPC(apache.tableToIPC(table))
    expect(contents(await (await storeArrow(foreign)).load())).toEqual(contents(table))
  })

  test.each(TYPED_COLUMNS)('an empty column of %s keeps its type', async (...column) => {
    const table = tableOf([column]).slice(0, 0)
    const back = await (await storeArrow(table)).load()
    expect([back.numRows, String(back.schema)]).toEqual([0, String(table.schema)])
    expect(contents(await (await storeArrow(back)).load())).toEqual(contents(back))
  })

  test.each(TYPED_COLUMNS)('a slice of %s is stored as what it shows', async (...column) => {
    const table = tableOf([column])
    const slice = table.concat(table, table).slice(1, 10)
    const { bytes, load } = await storeArrow(slice)
    expect(contents(await load())).toEqual(contents(slice))
    expect(bytes.equals((await storeArrow(await load())).bytes)).toBe(true)
  })
})

test('columns are views of the memory that the file was read into', async () => {
  const { bytes, load } = await storeArrow([
    ['x', Float64Array.of(1, 2, 3)],
    ['s', ['a', 'b', 'c']],
  ])
  const [x, s] = (await load()).batches[0]!.data.children
  expect(x?.values.buffer).toBe(s?.values.buffer)
  expect(x?.values.buffer.byteLength).toBe(bytes.byteLength)
  expect((x?.values.byteOffset ?? 1) % 64).toBe(0)
})

describe('parts', () => {
  const rows = 400_000
  const table = tableOf([
    ['a', apache.makeVector(Float64Array.from({ length: rows }, (_, i) => i)).data[0]!],
    ['b', apache.makeVector(Float64Array.from({ length: rows }, (_, i) => -i)).data[0]!],
    ['c', apache.makeVector(new Float64Array(rows * 2)).data[0]!.slice(0, rows)],
    ['s', apache.vectorFromArray(Array.from({ length: rows }, (_, i) => `cell ${i % 7}`)).data[0]!],
    [
      't',
      apache.vectorFromArray(
        Array.from({ length: rows }, (_, i) => `unique ${i}`),
        new apache.Utf8(),
      ).data[0]!,
    ],
  ])

  test('of one column are read without the others', async () => {
    const { directory, args, bytes } = await storeArrow(table)
    const { folder, bytes: read } = counted(directory)
    const part = await arrow.load(folder, args, { columns: ['b'] })
    expect(part.getChild('b')?.get(rows - 1)).toBe(1 - rows)
    expect(read()).toBeLessThan(rows * 8 + 80_000)
    expect(bytes.byteLength).toBeGreaterThan(rows * 30)
  })

  test('of a few rows are read without the other batches', async () => {
    const { directory, args, load } = await storeArrow(table)
    expect((await load()).batches.length).toBeGreaterThan(1)
    const { folder, bytes: read } = counted(directory)
    const part = await arrow.load(folder, args, { columns: ['a', 's'], rows: [rows - 3, rows] })
    expect(part.toArray().map(row => row.toJSON())).toEqual(
      [rows - 3, rows - 2, rows - 1].map(i => ({ a: i, s: `cell ${i % 7}` })),
    )
    expect(read()).toBeLessThan(rows * 8)
    // A copy: the batch that they were read with may be forgotten.
    expect(part.batches[0]?.data.children[0]?.values.buffer.byteLength).toBe(24)
  })

  test('are filtered by columns that are not among them', async () => {
    const { load } = await storeArrow(table)
    const part = await load({ columns: ['b'], where: { a: { gte: 10, lt: 12 } }, rows: [11, rows] })
    expect(part.toArray().map(row => row.toJSON())).toEqual([{ b: -11 }])
    expect((await load({ where: { a: -1 } })).numRows).toBe(0)
  })

  test('that were changed on disk are noticed, whatever lies around them', async () => {
    const entry = await storeArrow(table)
    const at = entry.bytes.indexOf(Buffer.from(Float64Array.of(-1234).buffer))
    const damaged = Buffer.from(entry.bytes)
    damaged[at]! ^= 1
    entry.replace(damaged)
    await expect(entry.load({ columns: ['b'] })).rejects.toThrow(
      /column 1 of batch 0 is not what was written/,
    )
    expect((await entry.load({ columns: ['a'] })).numRows).toBe(rows)
    expect(await codeOf(entry.load({ columns: ['b'], rows: [0, 10] }))).toBe('CORRUPT_ENTRY')
    expect((await entry.load({ columns: ['b'], rows: [-10, rows] })).numRows).toBe(10)
  })

  test.each([
    ['the footer', -200, /its footer is not what was written/],
    ['the head of a batch', 'batch', /the head of batch 0/],
    ['the head of a dictionary', 'dictionary', /the head of dictionary message 0/],
  ] as const)('are refused where %s was changed', async (_what, place, message) => {
    const entry = await storeArrow(table)
    const { readFooter } = await import('../../dumpers/_ipc/footer.js')
    const { inMemory } = await import('../../dumpers/_npy/in-memory.js')
    const footer = await readFooter(apache, inMemory(entry.bytes), undefined)
    const block = place === 'batch' ? footer.batches[0] : footer.dictionaries[0]
    const damaged = Buffer.from(entry.bytes)
    damaged[typeof place === 'number' ? damaged.length + place : block!.offset + 60]! ^= 4
    entry.replace(damaged)
    await expect(entry.load({ columns: ['s'] })).rejects.toThrow(message)
    expect(await codeOf(entry.load({ columns: ['s'] }))).toBe('CORRUPT_ENTRY')
  })

  test.each([
    [{ columns: ['A'] }, 'columns', /There is no column "A"\. There is: "a"/],
    [{ columns: ['a', 'a'] }, 'columns', /twice/],
    [{ columns: [] }, 'columns', /is empty/],
    [{ columns: 'a' as never }, 'columns', /array of column names/],
    [{ rows: [0.5, 2] }, 'rows', /whole numbers/],
    [{ where: { a: 'x' } }, 'where', /"a"/],
  ] as const)('%j is refused', async (options, option, message) => {
    const { load } = await storeArrow([['a', [1, 2]]])
    const promise = load(options)
    await expect(promise).rejects.toThrow(message)
    await expect(promise).rejects.toMatchObject({ code: 'OPTION_INVALID', details: { option } })
  })
})

describe('writing', () => {
  test('cuts batches to at most 16 MiB, and a row that is larger is alone', async () => {
    const sizes = [1, 30, 1, 1, 20, 1].map(mib => new Uint8Array(mib * 2 ** 20))
    const { load } = await storeArrow([['b', sizes]])
    const { batches } = await load()
    expect(batches.map(batch => batch.numRows).reduce((a, b) => a + b)).toBe(6)
    for (const batch of batches) {
      const offsets = batch.data.children[0]!.valueOffsets
      expect(batch.numRows === 1 || offsets[batch.numRows] <= 2 ** 24).toBe(true)
    }
  })

  test('goes on in turns with other work', async () => {
    const columns = Array.from({ length: 12 }, (_, i): TypedColumn => {
      return [`c${i}`, apache.makeVector(new Float64Array(2 ** 20).fill(i)).data[0]!]
    })
    const table = tableOf(columns)
    let turns = 0
    let isDone = false
    const count = (): void => {
      turns++
      if (!isDone) setImmediate(count)
    }
    count()
    const { load } = await storeArrow(table)
    isDone = true
    // 96 MiB are at least six batches.
    expect(turns).toBeGreaterThan(5)
    expect((await load()).batches.length).toBeGreaterThanOrEqual(6)
  })

  test('the same value gives the same bytes', async () => {
    const value = tableOf(TYPED_COLUMNS)
    const { bytes } = await storeArrow(value)
    expect(bytes.equals((await storeArrow(value)).bytes)).toBe(true)
  })

  test('stops when it is aborted, as reading does', async () => {
    const reason = new TypeError('enough')
    const table = tableOf([filler])
    await expect(storeArrow(table, AbortSignal.abort(reason))).rejects.toBe(reason)
    const { directory, args } = await storeArrow(table)
    for (const options of [{}, { rows: [0, 1] as const }]) {
      const folder = new EntryReadFolder(directory, 'k', { signal: AbortSignal.abort(reason) })
      await expect(arrow.load(folder, args, options)).rejects.toBe(reason)
    }
  })

  test('leaves the memory of the table as it is, a Buffer among it', async () => {
    const bits = Buffer.of(0b1111_0110, 0xff)
    const data = apache.makeData({
      type: new apache.Bool(),
      length: 3,
      nullCount: 1,
      nullBitmap: bits,
      data: bits,
    })
    const { load } = await storeArrow(tableOf([['x', data]]))
    expect([...bits]).toEqual([0b1111_0110, 0xff])
    expect((await load()).getChild('x')?.toJSON()).toEqual([null, true, true])
  })

  test('keeps every bit of a dictionary in several pieces', async () => {
    const instants = (...values: bigint[]): apache.Data =>
      apache.makeData({ type: new apache.TimestampNanosecond(), data: BigInt64Array.from(values) })
    const dictionary = new apache.Vector([instants(1n), instants(2n ** 62n + 1n)])
    const type = new apache.Dictionary(dictionary.type, new apache.Int32())
    const data = apache.makeData({ type, data: Int32Array.of(1, 0), dictionary })
    const { load } = await storeArrow(tableOf([['x', data]]))
    const back = (await load()).batches[0]?.data.children[0]?.dictionary
    expect(back?.data[0]?.values).toEqual(BigInt64Array.of(1n, 2n ** 62n + 1n))
  })

  test('refuses more rows than can be read again', async () => {
    const nulls = apache.makeData({ type: new apache.Null(), length: 2 ** 31 - 1 })
    const table = tableOf([['x', nulls]])
    expect((await (await storeArrow(table)).load()).numRows).toBe(2 ** 31 - 1)
    await expect(storeArrow(table.concat(table))).rejects.toThrow(/4294967294 rows; 2147483647 can be read/)
  })

  test.each([
    ['a dictionary key without a value', dictionary([0, 5]), /no value 5/],
    ['text that is not UTF-8', text(Uint8Array.of(0xff), [0, 1]), /not UTF-8/],
    ['offsets beyond the values', text(Uint8Array.of(65), [0, 9]), /offsets/],
    [
      'fewer values than rows',
      apache.makeData({ type: new apache.Int32(), length: 9, data: Int32Array.of(1) }),
      /36/,
    ],
  ])('refuses %s, which could not be read again', async (_what, data, message) => {
    const promise = storeArrow(tableOf([['x', data]]))
    await expect(promise).rejects.toThrow(message)
    expect(await codeOf(promise)).toBe('VALUE_REJECTED')
  })

  test.each(['half \ud800', '\udc00'])('refuses the name %j, which UTF-8 has no form for', async name => {
    expect(await codeOf(storeArrow([[name, [1]]]))).toBe('VALUE_REJECTED')
  })
})

function dictionary(keys: readonly number[]): apache.Data {
  const type = new apache.Dictionary(new apache.Utf8(), new apache.Int32())
  const values = apache.vectorFromArray(['a', 'b'], new apache.Utf8())
  return apache.makeData({ type, data: Int32Array.from(keys), dictionary: values })
}

function text(data: Uint8Array, offsets: readonly number[]): apache.Data {
  const valueOffsets = Int32Array.from(offsets)
  return apache.makeData({
    type: new apache.Utf8(),
    length: offsets.length - 1,
    nullCount: 0,
    data,
    valueOffsets,
  })
}
