/**
 * What becomes of pandas objects beyond their values: in which form single ones come, what is refused and how, where the
 * memory of numbers lies, and that a frame that is stored again is the frame that Python wrote.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isArrowTable, type Table } from 'apache-arrow'
import { describe, expect, onTestFinished, test } from 'vitest'
import { decodePickle } from '../../dumpers/_pickle/decode.js'
import { DataBase, dataframe, isDirdictError } from '../../src/index.js'
import { textOfTable } from '../dumpers/pickle-pandas-text.js'

const python = '/usr/bin/python3'
const importable = (modules: string): boolean => spawnSync(python, ['-c', `import ${modules}`]).status === 0
const able = importable('pandas')
const withParquet = importable('pandas, pyarrow')
const pickles = fileURLToPath(new URL('pickles/', import.meta.url))

/** Objects that pandas itself rounds to microseconds, and seconds, for which Parquet has no type. */
const ROUNDED: ReadonlySet<string> = new Set([
  "objects: numpy's times",
  'objects: timestamps',
  'objects: timedeltas',
  'times in s',
])

/** What `program`, which ends with an assignment to `value`, pickles. */
function pickled(program: string, protocol = 5): Buffer {
  const source = `import sys, pickle, datetime\nimport numpy as np, pandas as pd\n${program}\nsys.stdout.buffer.write(pickle.dumps(value, ${protocol}))`
  const { status, stdout, stderr } = spawnSync(python, ['-W', 'ignore', '-c', source], { maxBuffer: 2 ** 30 })
  expect(status, String(stderr)).toBe(0)
  return stdout
}

const read = (expression: string): Promise<unknown> => decodePickle(pickled(`value = ${expression}`), 'file')

async function tableOf(expression: string): Promise<Table> {
  const value = await read(expression)
  if (!isArrowTable(value)) throw new TypeError(`${expression} is no table`)
  return value
}

function typesOf(table: Table): string[] {
  return table.schema.fields.map(field => `${field.name}: ${field.type}`)
}

describe.skipIf(!able)(`pandas${able ? '' : ` (skipped: ${python} cannot import it)`}`, () => {
  test('columns have the types that pandas gives them in Parquet', async () => {
    const table = await tableOf(`pd.DataFrame({
      'i': np.array([1, 2], 'i2'), 'f': [1.5, None], 'b': [True, False], 's': ['x', None],
      't': pd.to_datetime(['2020', None]), 'z': pd.date_range('2020', periods=2, tz='Europe/Berlin'),
      'd': pd.to_timedelta([1, 2]), 'c': pd.Categorical(['x', 'y'], ordered=True), 'n': pd.array([1, None], 'Int64')})`)
    expect(typesOf(table)).toEqual([
      'i: Int16',
      'f: Float64',
      'b: Bool',
      's: Utf8',
      't: Timestamp<NANOSECOND>',
      'z: Timestamp<NANOSECOND, Europe/Berlin>',
      'd: Duration<NANOSECOND>',
      'c: Dictionary<Int8, Utf8>',
      'n: Int64',
    ])
    expect([...table.getChild('f')!]).toEqual([1.5, null])
  })

  test('frames in dicts and lists are tables there', async () => {
    const value = (await read("{'a': [pd.DataFrame({'x': [1]}), 2], 's': pd.Series([1.5])}")) as {
      a: [Table, number]
      s: Table
    }
    expect(value.a[0].schema.names).toEqual(['x'])
    expect(value.a[1]).toBe(2)
    expect([...value.s.getChild('0')!]).toEqual([1.5])
  })

  test('a frame that stands in two places is one table', async () => {
    const [a, b] = (await decodePickle(
      pickled("f = pd.DataFrame({'x': [1]}); value = [f, f]"),
      'file',
    )) as unknown[]
    expect(a).toBe(b)
  })

  test('single values: a Date where it is exact, else numpy’s form', async () => {
    const count = (dtype: string, value: bigint): object => ({
      data: BigInt64Array.of(value),
      shape: [],
      stride: [],
      offset: 0,
      dtype,
    })
    expect(await read("pd.Timestamp('2020-01-31 12:00:00.5')")).toEqual(new Date('2020-01-31T12:00:00.500Z'))
    expect(await read("pd.Timestamp('2020-01-31 12:00', tz='Europe/Berlin')")).toEqual(
      new Date('2020-01-31T11:00:00Z'),
    )
    expect(await read('pd.Timestamp(1)')).toEqual(count('datetime64[ns]', 1n))
    expect(await read('pd.Timedelta(5)')).toEqual(count('timedelta64[ns]', 5n))
    expect(await read('[pd.NaT, pd.NA]')).toEqual([null, null])
  })

  test.each([
    ['pd.Series(pd.arrays.SparseArray([0, 1]))', /SparseArray/],
    ["pd.DataFrame({'good': [1], 'bad': [1 + 2j]})", /complex128 in column "bad"/],
    ["pd.DataFrame({'mixed': [1, 'x']})", /both int and str in column "mixed"/],
    ["pd.DataFrame({'o': [{'a': 1}, None]})", /values of dict in column "o"/],
    ["pd.DataFrame([[1, 2]], columns=['twice', 'twice'])", /two columns of the name "twice"/],
    ["pd.DataFrame([[1, 2]], columns=[1, '1'])", /two columns of the name "1"/],
    ["pd.Period('2020', 'M')", /pandas\.Period/],
    ['pd.Interval(0, 1)', /pandas\.Interval/],
    ['pd.Series([2**70, 1], dtype=object)', /ints that fit neither/],
    ["pd.DataFrame([[1]], columns=pd.period_range('2020', periods=1, freq='M'))", /labels of period\[M\]/],
    ['pd.Series([1]).groupby([0])', /pandas\.core\.groupby/],
  ])('refuses %s by name', async (expression, message) => {
    const error: unknown = await read(expression).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'UNSUPPORTED_FORMAT', message: expect.stringMatching(message) })
    expect(error).toMatchObject({ message: expect.stringContaining('db.path(key)') })
  })

  test('columns of numbers lie on the memory of the file, where it is most of it', async () => {
    const file = pickled(
      "value = pd.DataFrame(np.arange(3e5).reshape(100000, 3, order='F'), columns=['a', 'b', 'c'])",
    )
    const table = (await decodePickle(file, 'file')) as Table
    const places = table.batches[0]!.data.children.map(({ values }) => values.buffer === file.buffer)
    expect(places).toEqual([true, true, true])
    expect(table.getChild('c')!.get(99_999)).toBe(299_999)
  })

  test.each([
    ['a range whose numbers would fill the memory', 'pd.RangeIndex(2**45)'],
    ['a level that is taken again and again', "pd.MultiIndex.from_product([['x' * 10**6], range(10**5)])"],
  ])('refuses %s', async (_, expression) => {
    await expect(read(expression)).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })
})

describe.skipIf(!withParquet)(
  `frames stored again${withParquet ? '' : ` (skipped: ${python} cannot import pandas and pyarrow)`}`,
  () => {
    test('with dataframe are the frames that Python wrote', async () => {
      const root = mkdtempSync(join(tmpdir(), 'dirdict-pickle-again-'))
      onTestFinished(() => rmSync(root, { recursive: true }))
      const made = spawnSync(python, [`${pickles}cases.py`, 'kinds'], {
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      })
      const db = await DataBase.open(join(root, 'db'))
      const stored: [string, string][] = []
      for (const { name, pickles: hex } of JSON.parse(made.stdout).cases) {
        const table = (await decodePickle(Buffer.from(hex[4], 'hex'), name)) as Table
        if (table.numCols === 0 || ROUNDED.has(name)) continue
        const key = name.replaceAll(/[^a-zA-Z0-9]/g, '_')
        const isStored = await db.set(key, table, dataframe).then(
          () => true,
          (error: unknown) => !isDirdictError(error, 'VALUE_REJECTED'),
        )
        if (isStored) {
          expect(textOfTable(await db.get(key, dataframe)), name).toEqual(textOfTable(table))
        }
        writeFileSync(join(root, `${key}.pickle`), Buffer.from(hex[4], 'hex'))
        stored.push([
          join(root, `${key}.pickle`),
          isStored ? join(db.path(key), 'pandas_to_parquet.parquet') : '',
        ])
      }
      const compare = `
import json, sys, pickle
import pandas as pd
bad = []
for path, parquet in json.load(sys.stdin):
    value = pickle.load(open(path, 'rb'))
    if isinstance(value, pd.Series): value = value.to_frame()
    elif isinstance(value, pd.Index): value = value.to_frame(index=False)
    elif not isinstance(value, pd.DataFrame): value = pd.Series(value).to_frame()
    try:
        value.to_parquet('${root}/own.parquet')
        own = pd.read_parquet('${root}/own.parquet')
    except Exception:
        continue
    if not parquet:
        bad.append([path, 'pandas has a form of it'])
        continue
    try:
        pd.testing.assert_frame_equal(pd.read_parquet(parquet), own, check_dtype=False, check_categorical=False)
    except Exception as error:
        bad.append([path, str(error)])
print(json.dumps(bad))`
      const { stdout, stderr } = spawnSync(python, ['-W', 'ignore', '-c', compare], {
        encoding: 'utf8',
        input: JSON.stringify(stored),
      })
      expect(stderr).toBe('')
      expect(JSON.parse(stdout)).toEqual([])
    })
  },
)
