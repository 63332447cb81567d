/** Columns of every Arrow type that can be compared: what they store, what they are compared with, and how it compares. */
import * as arrow from 'apache-arrow'
import fc from 'fast-check'
import type { Comparable } from '../../../dumpers/_arrow/where.js'
import { type Fraction, fraction, ofFractions, ofNumbers, printed } from './fractions.js'
import { bitsOf, fixed, numbersOf, type Stored, variable } from './stored-columns.js'

export interface ColumnCase {
  readonly name: string
  readonly type: arrow.DataType
  readonly stored: fc.Arbitrary<Stored>
  readonly operands: fc.Arbitrary<Comparable>
  build(values: readonly (Stored | null)[]): arrow.Data
  /** Negative, 0 or positive; NaN where neither. */
  compare(stored: Stored, operand: Comparable): number
}

const INT64 = 2n ** 63n
const someDates = fc.constantFrom(-1, 0, 1, 999, 86_400_000, 1_700_000_000_000).map(ms => new Date(ms))
const someNumbers = fc.oneof(
  fc.integer({ min: -4, max: 4 }),
  fc.constantFrom(0.1, 0.5, -0.5, 2.5, -0, 1e300, -1e300, Infinity, -Infinity, 2 ** 53, 2 ** 63, -(2 ** 63)),
  fc.constantFrom(Math.fround(0.1), 127, 128, -128, -129, 65504, 65505, 4294967295, 4294967296, 5e-324),
)
const someBigints = fc.oneof(
  fc.bigInt({ min: -4n, max: 4n }),
  fc.constantFrom(INT64 - 1n, -INT64, INT64, 2n * INT64 - 1n, 2n ** 53n + 1n, 10n ** 40n, -(10n ** 400n)),
)
const numeric = fc.oneof(someNumbers, someBigints)
const floats = fc.oneof(someNumbers, fc.constant(Number.NaN))

export const COLUMN_CASES: readonly ColumnCase[] = [
  ...[8, 16, 32].flatMap(bits =>
    [true, false].map(isSigned => integers(new arrow.Int(isSigned, bits as arrow.Int['bitWidth']))),
  ),
  large('int64', new arrow.Int64(), numeric),
  large('uint64', new arrow.Uint64(), numeric),
  {
    name: 'float16',
    type: new arrow.Float16(),
    stored: fc.constantFrom<Stored>(
      ...[0, 0x8000, 1, 0x3c00, 0x3800, 0xbc00, 0x2e66, 0x7bff, 0x7c00, 0xfc00, 0x7e00],
    ),
    operands: numeric,
    build: values =>
      fixed(
        new arrow.Float16(),
        Uint16Array.from(values, value => Number(value ?? 9)),
        values,
      ),
    compare: (bits, operand) =>
      ofNumbers(
        new arrow.Vector([fixed(new arrow.Float16(), Uint16Array.of(Number(bits)), [0])]).get(0) ?? NaN,
        operand,
      ),
  },
  float('float32', new arrow.Float32(), Math.fround),
  float('float64', new arrow.Float64(), value => value),
  {
    name: 'bool',
    type: new arrow.Bool(),
    stored: fc.boolean(),
    operands: fc.boolean(),
    build: values =>
      fixed(
        new arrow.Bool(),
        bitsOf(values, value => value === true),
        values,
      ),
    compare: (a, b) => Number(a) - Number(b),
  },
  ...[0, 1, 2, 3].map(unit =>
    timestamps(new arrow.Timestamp(unit, unit === 2 ? 'Asia/Kolkata' : null), unit),
  ),
  { ...timestamps(new arrow.DateMillisecond(), 1), name: 'date64' },
  {
    name: 'date32',
    type: new arrow.DateDay(),
    stored: fc.integer({ min: -2, max: 2 }),
    operands: fc.oneof(someDates, fc.bigInt({ min: -3n, max: 3n }), fc.constantFrom(0, 86_400_000, 1, -1)),
    build: values =>
      fixed(
        new arrow.DateDay(),
        Int32Array.from(values, value => Number(value ?? 9)),
        values,
      ),
    compare: (stored, operand) =>
      typeof operand === 'bigint'
        ? ofFractions([BigInt(Number(stored)), 1n], [operand, 1n])
        : ofNumbers(Number(stored) * 86_400_000, Number(operand)),
  },
  { ...integers(new arrow.Int32()), ...timeCase(new arrow.TimeMillisecond()) },
  large('time64', new arrow.TimeNanosecond(), numeric),
  large('duration', new arrow.DurationSecond(), numeric),
  ...[32, 64, 128, 256].flatMap(bits => [0, 2, -2].map(scale => decimals(bits, scale))),
  ...[new arrow.Utf8(), new arrow.LargeUtf8(), new arrow.Utf8View()].map(texts),
  ...[new arrow.Binary(), new arrow.LargeBinary(), new arrow.BinaryView()].map(binaries),
  {
    ...binaries(new arrow.Binary()),
    name: 'fixed size binary',
    type: new arrow.FixedSizeBinary(2),
    stored: fc.uint8Array({ minLength: 2, maxLength: 2, max: 2 }),
    build: values =>
      fixed(
        new arrow.FixedSizeBinary(2),
        Uint8Array.from(values.flatMap(value => [...((value as Uint8Array | null) ?? [7, 7])])),
        values,
      ),
  },
]

function integers(type: arrow.Int): ColumnCase {
  const least = type.isSigned ? -(2 ** (type.bitWidth - 1)) : 0
  const greatest = least + 2 ** type.bitWidth - 1
  return {
    name: String(type).toLowerCase(),
    type,
    stored: fc.oneof(fc.constantFrom(least, greatest), fc.integer({ min: Math.max(least, -4), max: 4 })),
    operands: numeric,
    build: values => fixed(type, numbersOf(type, values), values),
    compare: (stored, operand) => ofNumbers(Number(stored), operand),
  }
}

function timeCase(type: arrow.DataType): Partial<ColumnCase> & { name: string } {
  return {
    name: String(type),
    type,
    build: values =>
      fixed(
        type,
        Int32Array.from(values, value => Number(value ?? 9)),
        values,
      ),
  }
}

function large(name: string, type: arrow.DataType, operands: fc.Arbitrary<Comparable>): ColumnCase {
  const isSigned = !(arrow.DataType.isInt(type) && !type.isSigned)
  const extremes = isSigned ? [-INT64, -INT64 + 1n, INT64 - 1n, -1n, -(2n ** 32n)] : [INT64, 2n * INT64 - 1n]
  return {
    name,
    type,
    stored: fc.oneof(
      fc.constantFrom(...extremes, 2n ** 32n, 2n ** 53n + 1n),
      fc.bigInt({ min: isSigned ? -4n : 0n, max: 4n }),
    ),
    operands,
    build: values =>
      fixed(
        type,
        (isSigned ? BigInt64Array : BigUint64Array).from(
          values.map(value => BigInt(Number.isInteger(value) ? 0 : ((value as bigint | null) ?? 9n))),
        ),
        values,
      ),
    compare: (stored, operand) => ofFractions([BigInt(stored as bigint), 1n], fraction(operand)),
  }
}

function float(name: string, type: arrow.DataType, round: (value: number) => number): ColumnCase {
  return {
    name,
    type,
    stored: floats.map(round),
    operands: numeric,
    build: values => fixed(type, numbersOf(type, values), values),
    compare: (stored, operand) => ofNumbers(Number(stored), operand),
  }
}

function timestamps(type: arrow.DataType, unit: number): ColumnCase {
  const perSecond = 1000n ** BigInt(unit)
  const recent = 1_700_000_000n * perSecond
  const base = large(
    String(type),
    type,
    fc.oneof(
      someDates,
      someBigints,
      fc.constantFrom(0, 1, -1, 0.5, 1.001, 1_700_000_000_000, 1.7e12 + 0.001, Infinity),
    ),
  )
  return {
    ...base,
    stored: fc.oneof(
      fc.bigInt({ min: -3n, max: 3n }),
      fc.bigInt({ min: -300n, max: 300n }).map(value => recent + value),
      fc.constantFrom(perSecond, perSecond - 1n, -perSecond, -perSecond - 1n, INT64 - 1n, -INT64),
    ),
    compare(stored, operand) {
      const raw = BigInt(stored as bigint)
      if (typeof operand === 'bigint') return ofFractions([raw, 1n], [operand, 1n])
      if (operand instanceof Date)
        return ofFractions([raw * 1000n, perSecond], [BigInt(operand.getTime()), 1n])
      const whole = (raw * 1000n) / perSecond
      const rest = Number((raw * 1000n) % perSecond) / Number(perSecond)
      return Math.sign(Number(whole) + rest - Number(operand))
    },
  }
}

function decimals(bits: number, scale: number): ColumnCase {
  const type = new arrow.Decimal(scale, 9, bits)
  const extreme = 2n ** BigInt(bits - 1)
  return {
    name: `decimal${bits} of scale ${scale}`,
    type,
    stored: fc.oneof(
      fc.bigInt({ min: -400n, max: 400n }),
      fc.constantFrom(extreme - 1n, -extreme, 10n, 250n, -250n),
    ),
    operands: fc.oneof(someNumbers, someBigints, fc.constantFrom('0.1', '2.50', '-2.505', '1e2', '+4', '-0')),
    build(values) {
      const width = bits / 32
      const data = Uint32Array.from(
        values.flatMap(value =>
          Array.from({ length: width }, (_, word) =>
            Number(BigInt.asUintN(32, BigInt((value as bigint | null) ?? 9n) >> BigInt(32 * word))),
          ),
        ),
      )
      return fixed(type, data, values)
    },
    compare(stored, operand) {
      const value: Fraction =
        scale >= 0
          ? [BigInt(stored as bigint), 10n ** BigInt(scale)]
          : [BigInt(stored as bigint) * 10n ** BigInt(-scale), 1n]
      return typeof operand === 'number' && !Number.isFinite(operand)
        ? -Math.sign(operand)
        : ofFractions(value, printed(String(operand)))
    },
  }
}

function texts(type: arrow.DataType): ColumnCase {
  const text = fc.oneof(
    fc.constantFrom(
      '',
      'a',
      'ab',
      'b',
      'ü',
      '￿',
      '😀',
      'a longer one than a view holds',
      'a longer one than a view holdz',
    ),
    fc.string({ maxLength: 3 }),
  )
  return {
    name: String(type),
    type,
    stored: text,
    operands: text,
    build: values =>
      variable(
        type,
        values.map(value => (value === null ? null : new TextEncoder().encode(String(value)))),
      ),
    compare: (a, b) => Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b))),
  }
}

function binaries(type: arrow.DataType): ColumnCase {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 3, max: 2 }), fc.constant(new Uint8Array(20).fill(1)))
  return {
    name: String(type),
    type,
    stored: bytes,
    operands: bytes,
    build: values =>
      variable(
        type,
        values.map(value => value as Uint8Array | null),
      ),
    compare: (a, b) => Buffer.compare(a as Uint8Array, b as Uint8Array),
  }
}
