/**
 * What becomes of pandas objects beyond their values: in which form single ones come, what is refused and how, where the
 * memory of numbers lies, and that other work goes on meanwhile.
 */
import { isArrowTable, type Table } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodePickle } from '../../dumpers/_pickle/decode.js'
import { Pickler } from './pickles/pickler.js'
import { canImport, python } from './python.js'

const able = canImport('pandas')
let pickler: Pickler

const pickled = (program: string): Promise<Buffer> => pickler.pickled(program)

const read = async (expression: string): Promise<unknown> =>
  decodePickle(await pickled(`value = ${expression}`), 'file')

async function tableOf(expression: string): Promise<Table> {
  const value = await read(expression)
  if (!isArrowTable(value)) throw new TypeError(`${expression} is no table`)
  return value
}

function typesOf(table: Table): string[] {
  return table.schema.fields.map(field => `${field.name}: ${field.type}`)
}

describe.skipIf(!able)(`pandas${able ? '' : ` (skipped: ${python} cannot import it)`}`, () => {
  beforeAll(() => {
    pickler = new Pickler(python)
  })
  afterAll(() => pickler.close())

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
      await pickled("f = pd.DataFrame({'x': [1]}); value = [f, f]"),
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
    [
      "pd.Series([np.datetime64('2020-01', 'M')], dtype=object)",
      /numpy's scalars of dtype <?M8 in column "0"/,
    ],
    ["pd.DataFrame({'v': [1, 2]}, index=['a', 1])", /both str and int in column "__index_level_0__"/],
    ["pd.DataFrame([[1]], columns=pd.period_range('2020', periods=1, freq='M'))", /labels of period\[M\]/],
    ['pd.Series([1]).groupby([0])', /pandas\.core\.groupby/],
  ])('refuses %s by name', async (expression, message) => {
    const error: unknown = await read(expression).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'UNSUPPORTED_FORMAT', message: expect.stringMatching(message) })
    expect(error).toMatchObject({ message: expect.stringContaining('db.path(key)') })
  })

  test('columns of numbers lie on the memory of the file, where it is most of it', async () => {
    const file = await pickled(
      "value = pd.DataFrame(np.arange(3e5).reshape(100000, 3, order='F'), columns=['a', 'b', 'c'])",
    )
    const table = (await decodePickle(file, 'file')) as Table
    const places = table.batches[0]!.data.children.map(({ values }) => values.buffer === file.buffer)
    expect(places).toEqual([true, true, true])
    expect(table.getChild('c')!.get(99_999)).toBe(299_999)
  })

  describe('thousands of columns', () => {
    const wide = (): Promise<Buffer> =>
      pickled(
        "value = pd.DataFrame(np.ones((10, 9800)), columns=np.arange(9800) * 0.025, index=list('abcdefghij'))",
      )

    test('keep no other work waiting', async () => {
      const file = await wide()
      // To load a package takes turns of its own.
      await decodePickle(file, 'file')
      let turns = 0
      let immediate = setImmediate(function count() {
        turns++
        immediate = setImmediate(count)
      })
      const table = (await decodePickle(file, 'file')) as Table
      clearImmediate(immediate)
      expect(table.schema.names.slice(-2)).toEqual(['244.97500000000002', '__index_level_0__'])
      expect(turns).toBeGreaterThan(2)
    })

    test('hear of an abort', async () => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const reading = decodePickle(await wide(), 'file', [], controller.signal)
      setImmediate(() => controller.abort(reason))
      await expect(reading).rejects.toBe(reason)
    })
  })

  test.each([
    ['a range whose numbers would fill the memory', 'pd.RangeIndex(2**45)'],
    ['a level that is taken again and again', "pd.MultiIndex.from_product([['x' * 10**6], range(10**5)])"],
  ])('refuses %s', async (_, expression) => {
    await expect(read(expression)).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })
})
