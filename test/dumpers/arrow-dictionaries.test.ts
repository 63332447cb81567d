/** Dictionaries that differ from batch to batch become one, with the same values in every row. */
import * as apache from 'apache-arrow'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unifyDictionaries } from '../../dumpers/_arrow/dictionaries.js'
import { isDirdictError } from '../../src/errors.js'
import { columnValues, TYPED_COLUMNS, type TypedColumn, tableOf } from './samples/arrow-columns.js'

type Keys = ConstructorParameters<typeof apache.Dictionary>[1]

/** A batch of one column with a dictionary of its own. */
function piece(
  values: apache.Data | apache.Vector,
  keys: readonly (number | null)[],
  type: Keys = new apache.Int32(),
): TypedColumn {
  const dictionary = values instanceof apache.Vector ? values : new apache.Vector([values])
  const column = new apache.Dictionary(dictionary.type, type, 7)
  const indices = apache.vectorFromArray([...keys], type).data[0]!
  const { length, nullCount, nullBitmap } = indices
  return [
    'x',
    apache.makeData({ type: column, length, nullCount, nullBitmap, data: indices.values, dictionary }),
  ]
}

function table(...pieces: readonly TypedColumn[]): apache.Table {
  const tables = pieces.map(one => tableOf([one]))
  return new apache.Table(
    tables[0]!.schema,
    tables.flatMap(({ batches }) => batches),
  )
}

function text(...values: readonly (string | null)[]): apache.Vector {
  return apache.vectorFromArray([...values], new apache.Utf8())
}

function dictionariesOf(all: apache.Table): Set<unknown> {
  return new Set(all.batches.map(batch => batch.data.children[0]?.dictionary))
}

describe('dictionaries', () => {
  test('of text keep each value once, and the keys of the first', () => {
    const whole = table(piece(text('a', 'b'), [1, 0, null]), piece(text('c', 'b', 'é'), [0, 1, 2, null]))
    const one = unifyDictionaries(apache, whole)
    expect(columnValues(one)).toEqual([['b', 'a', null, 'c', 'b', 'é', null]])
    const [dictionary] = dictionariesOf(one) as Set<apache.Vector>
    expect(dictionariesOf(one).size).toBe(1)
    expect(dictionary?.toJSON()).toEqual(['a', 'b', 'c', 'é'])
    expect(one.batches[0]?.data.children[0]?.values.slice(0, 2)).toEqual(Int32Array.of(1, 0))
  })

  test('that are one already stay as they are', () => {
    const values = text('a', 'b')
    const whole = table(piece(values, [0]), piece(values, [1]))
    expect(unifyDictionaries(apache, whole)).toBe(whole)
    const plain = tableOf(TYPED_COLUMNS)
    expect(unifyDictionaries(apache, plain)).toBe(plain)
  })

  const flat = TYPED_COLUMNS.filter(([name]) => !/view|union|dictionary/.test(name))
  test.each(flat)('of %s keep every bit', (_name, data) => {
    const whole = table(piece(data, [3, 1]), piece(data.slice(1, 3), [0, null, 1]))
    const one = unifyDictionaries(apache, whole)
    expect(columnValues(one)).toEqual(columnValues(whole))
    expect(dictionariesOf(one).size).toBe(1)
  })

  test('in several pieces become one piece', () => {
    const times = (...values: bigint[]): apache.Data =>
      apache.makeData({ type: new apache.TimestampNanosecond(), data: BigInt64Array.from(values) })
    const whole = table(piece(new apache.Vector([times(1n, 2n), times(2n ** 62n + 1n)]), [2, 0]))
    const data = unifyDictionaries(apache, whole).batches[0]!.data.children[0]!
    expect(data.dictionary?.data).toHaveLength(1)
    expect(data.dictionary?.data[0]?.values).toEqual(BigInt64Array.of(1n, 2n, 2n ** 62n + 1n))
  })

  test('tell NaN, both zeros and null apart', () => {
    const floats = (...values: (number | null)[]): apache.Vector =>
      apache.vectorFromArray(values, new apache.Float64())
    const whole = table(
      piece(floats(0, Number.NaN), [0, 1]),
      piece(floats(-0, null, Number.NaN, 0), [0, 1, 2, 3]),
    )
    const one = unifyDictionaries(apache, whole)
    expect(columnValues(one)).toEqual([[0, Number.NaN, -0, null, Number.NaN, 0]])
    expect([...dictionariesOf(one)].map(vector => (vector as apache.Vector).length)).toEqual([4])
  })

  test('within lists and structs become one too', () => {
    const nested = (values: apache.Vector): TypedColumn => {
      const [, keys] = piece(values, [0, 1, 0])
      const field = new apache.Field('d', keys.type, true)
      const struct = apache.makeData({
        type: new apache.Struct([field]),
        length: 3,
        nullCount: 0,
        children: [keys],
      })
      const type = new apache.List(new apache.Field('item', struct.type, true))
      return [
        'x',
        apache.makeData({
          type,
          length: 2,
          nullCount: 0,
          valueOffsets: Int32Array.of(0, 1, 3),
          child: struct,
        }),
      ]
    }
    const whole = table(nested(text('a', 'b')), nested(text('b', 'c')))
    const one = unifyDictionaries(apache, whole)
    expect(columnValues(one)).toEqual(columnValues(whole))
    expect(
      new Set(one.batches.map(batch => batch.data.children[0]?.children[0]?.children[0]?.dictionary)).size,
    ).toBe(1)
  })

  test('with more values than the keys count are refused', () => {
    const values = (from: number): apache.Vector =>
      text(...Array.from({ length: 100 }, (_, i) => `${from + i}`))
    const whole = (type: Keys): apache.Table =>
      table(piece(values(0), [0, 99], type), piece(values(90), [0, 99], type))
    expect(columnValues(unifyDictionaries(apache, whole(new apache.Uint8())))).toEqual([
      ['0', '99', '90', '189'],
    ])
    try {
      unifyDictionaries(apache, whole(new apache.Int8()))
      expect.unreachable()
    } catch (error) {
      expect(isDirdictError(error, 'VALUE_REJECTED')).toBe(true)
      expect(String(error)).toMatch(/"x".*190 different values.*8 bits count 128/)
    }
  })

  test('of any words, cut anywhere, give the same rows', () => {
    const words = fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 3 })), {
      minLength: 1,
      maxLength: 6,
    })
    const batch = words.chain(values =>
      fc
        .array(fc.option(fc.nat(values.length - 1)), { minLength: 1, maxLength: 9 })
        .map(keys => ({ values, keys })),
    )
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 5 }), batches => {
        const whole = table(...batches.map(({ values, keys }) => piece(text(...values), keys)))
        const one = unifyDictionaries(apache, whole)
        expect(columnValues(one)).toEqual(columnValues(whole))
        expect(dictionariesOf(one).size).toBe(1)
      }),
      { numRuns: 200 },
    )
  })
})
