/** Random tables of the types that CSV holds, for properties. */
import * as arrow from 'apache-arrow'
import fc from 'fast-check'
import { tableOf } from './csv-tables.js'

/** Up to three columns of any type, with nulls. */
export function randomTable(): fc.Arbitrary<arrow.Table> {
  const text = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', ';', 'N', 'A', '\ufeff', '\0', '🧠', 'ü'),
    }),
    fc.string({ unit: 'binary' }).filter(value => !/\p{Surrogate}/u.test(value)),
    fc.constantFrom('', 'NA', 'NULL', 'NaN', 'true', '1', '2026-11-21'),
  )
  const int64 = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-3n, 3n))
  const column = (type: arrow.DataType, value: fc.Arbitrary<unknown>) =>
    fc.record({ type: fc.constant(type), value: fc.constant(value) })
  const kinds = fc.oneof(
    column(new arrow.Bool(), fc.boolean()),
    column(new arrow.Int16(), fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 })),
    column(new arrow.Uint32(), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
    column(new arrow.Int64(), int64),
    column(new arrow.Uint64(), fc.bigInt(0n, 2n ** 64n - 1n)),
    column(new arrow.Float32(), fc.float()),
    column(new arrow.Float64(), fc.double()),
    column(new arrow.Utf8(), text),
    column(new arrow.LargeUtf8(), text),
    column(new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16()), text),
    column(new arrow.DurationNanosecond(), int64),
    column(
      new arrow.DateDay(),
      fc.integer({ min: -(10 ** 8), max: 10 ** 8 }).map(day => day * 86_400_000),
    ),
  )
  const columns = fc.array(fc.tuple(text, kinds), { minLength: 1, maxLength: 3 })
  return fc.tuple(columns, fc.integer({ min: 0, max: 6 })).chain(([picked, rows]) => {
    const unique = new Map(picked)
    const made = [...unique].map(([name, { type, value }]) =>
      fc
        .array(fc.option(value, { freq: 4 }), { minLength: rows, maxLength: rows })
        .map(values => [name, arrow.vectorFromArray(values, type)] as const),
    )
    return fc.tuple(...made).map(all => tableOf(all))
  })
}
