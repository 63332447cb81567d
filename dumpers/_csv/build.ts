/** The builder of a column by its type: what of a text each type can hold. */
import type { DataType } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import {
  type ColumnBuilder,
  FixedColumn,
  type FixedMemory,
  NullColumn,
  type Store,
  TextColumn,
} from './column.js'
import { countOf, parseDate, parseInstant, parseTime } from './dates.js'
import { DictionaryColumn, type DictionaryKind, type SmallIntegers, smallIntegers } from './dictionary.js'
import { parseDecimal, parseFloat64, parseWhole, toHalf } from './numbers.js'
import type { CsvField } from './schema.js'
import { arrowType, type IntegerKind, type Kind } from './types.js'

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n
const DAY_IN_MS = 86_400_000
const TRUE = new Set(['true', 'True', 'TRUE'])
const FALSE = new Set(['false', 'False', 'FALSE'])

/** Makes a column of values of one width. */
type Fixed = <M extends FixedMemory>(make: (n: number) => M, store: Store<M>, per?: number) => ColumnBuilder

/** A column that is being built. */
export interface Building {
  readonly type: DataType
  readonly builder: ColumnBuilder
}

/** What the type can hold is taken, all else is refused; no value is rounded but a decimal number to a float. */
export function buildColumn(arrow: Arrow, field: CsvField): Building {
  const type = arrowType(arrow, field.kind)
  if (field.kind.kind === 'dictionary') {
    return { type, builder: new DictionaryColumn(arrow, type, field.kind, field) }
  }
  return { type, builder: plainColumn(arrow, type, field.kind, field.nulls) }
}

/** Whether the text is one of the words for true and false. */
export function isBoolean(text: string): boolean {
  return text.length >= 4 && text.length <= 5 && (TRUE.has(text) || FALSE.has(text))
}

function plainColumn(
  arrow: Arrow,
  type: DataType,
  kind: Exclude<Kind, DictionaryKind>,
  nulls: readonly string[],
): ColumnBuilder {
  const int32s = (n: number): Int32Array => new Int32Array(n)
  const int64s = (n: number): BigInt64Array => new BigInt64Array(n)
  const fixed: Fixed = (make, store, per = 1) => new FixedColumn(arrow, type, nulls, make, store, per)
  switch (kind.kind) {
    case 'null':
      return new NullColumn(arrow, nulls)
    case 'text':
      return new TextColumn(arrow, type, nulls, kind.large)
    case 'bool':
      return fixed(n => new Uint8Array(n), storeBool, 1 / 8)
    case 'integer':
      return integerColumn(kind, fixed)
    case 'float':
      if (kind.bits === 64) return fixed(n => new Float64Array(n), storeFloat64)
      return kind.bits === 32
        ? fixed(n => new Float32Array(n), storeFloat32)
        : fixed(n => new Uint16Array(n), storeFloat16)
    case 'date':
      return kind.bits === 32 ? fixed(int32s, storeDate32) : fixed(int64s, storeDate64)
    case 'time':
      return kind.unit < 2 ? fixed(int32s, storeTime32(kind.unit)) : fixed(int64s, storeTime64(kind.unit))
    case 'timestamp':
      return fixed(int64s, storeTimestamp(kind.unit, kind.zone !== undefined))
    case 'duration':
      return fixed(int64s, storeBigInt(INT64_MIN, INT64_MAX))
    case 'decimal':
      return fixed(n => new Uint32Array(n), storeDecimal(kind), kind.bits / 32)
  }
}

function integerColumn({ bits, signed }: IntegerKind, fixed: Fixed): ColumnBuilder {
  if (bits < 64) {
    const low = signed ? -(2 ** (bits - 1)) : 0
    return fixed(smallIntegers(bits, signed), storeInteger(low, low + 2 ** bits - 1))
  }
  return signed
    ? fixed(n => new BigInt64Array(n), storeBigInt(INT64_MIN, INT64_MAX))
    : fixed(n => new BigUint64Array(n), storeBigInt(0n, UINT64_MAX))
}

const storeBool: Store<Uint8Array> = (memory, row, text) => {
  if (TRUE.has(text)) memory[row >> 3] = (memory[row >> 3] ?? 0) | (1 << (row & 7))
  else return FALSE.has(text)
  return true
}

const storeInteger =
  (low: number, high: number): Store<SmallIntegers> =>
  (memory, row, text) => {
    const value = parseWhole(text)
    memory[row] = value
    return value >= low && value <= high
  }

const storeBigInt =
  (low: bigint, high: bigint): Store<BigInt64Array | BigUint64Array> =>
  (memory, row, text) => {
    const small = parseWhole(text)
    // 40 digits: text without end would take time with the square of its length.
    if (Number.isNaN(small) || (small === Number.POSITIVE_INFINITY && text.length > 40)) return false
    const value = BigInt(Number.isFinite(small) ? small : text)
    if (value < low || value > high) return false
    memory[row] = value
    return true
  }

const storeFloat64: Store<Float64Array> = (memory, row, text) => {
  const value = parseFloat64(text)
  if (value === undefined) return false
  memory[row] = value
  return true
}

const storeFloat32: Store<Float32Array> = (memory, row, text) => {
  const value = parseFloat64(text)
  if (value === undefined) return false
  memory[row] = value
  return Number.isFinite(memory[row]) || !Number.isFinite(value)
}

const storeFloat16: Store<Uint16Array> = (memory, row, text) => {
  const value = parseFloat64(text)
  if (value === undefined) return false
  memory[row] = toHalf(value)
  return Math.abs(value) < 65_520 || !Number.isFinite(value)
}

const storeDate32: Store<Int32Array> = (memory, row, text) => {
  const day = parseDate(text)
  memory[row] = day
  return memory[row] === day
}

const storeDate64: Store<BigInt64Array> = (memory, row, text) => {
  const day = parseDate(text)
  return !Number.isNaN(day) && storeExact(memory, row, BigInt(day) * BigInt(DAY_IN_MS))
}

const storeTime32 =
  (unit: number): Store<Int32Array> =>
  (memory, row, text) => {
    const count = parseTime(text, unit)
    memory[row] = count
    return !Number.isNaN(count)
  }

const storeTime64 =
  (unit: number): Store<BigInt64Array> =>
  (memory, row, text) => {
    const count = parseTime(text, unit)
    if (Number.isNaN(count)) return false
    memory[row] = BigInt(count)
    return true
  }

/** Without an offset nobody knows which instant is meant; with one, a column without zone would lose it. */
const storeTimestamp =
  (unit: number, zoned: boolean): Store<BigInt64Array> =>
  (memory, row, text) => {
    const instant = parseInstant(text)
    if (instant === undefined || (instant.offset !== undefined) !== zoned) return false
    const count = countOf(instant, unit)
    return count !== undefined && storeExact(memory, row, count)
  }

const storeDecimal =
  ({ precision, scale, bits }: Extract<Kind, { kind: 'decimal' }>): Store<Uint32Array> =>
  (memory, row, text) => {
    const value = parseDecimal(text, scale)
    const end = 10n ** BigInt(precision)
    if (value === undefined || value >= end || value <= -end) return false
    const words = bits / 32
    for (let word = 0; word < words; word++) {
      memory[row * words + word] = Number(BigInt.asUintN(32, value >> BigInt(32 * word)))
    }
    return true
  }

/** 64 bits would wrap around. */
function storeExact(memory: BigInt64Array, row: number, value: bigint): boolean {
  memory[row] = value
  return memory[row] === value
}
