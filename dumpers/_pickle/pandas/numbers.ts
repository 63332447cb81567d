/**
 * Columns of numpy's memory: numbers, booleans and times, on that memory where it lies in one piece. What pandas takes
 * for missing is null, as in the Parquet files that pandas writes: NaN and NaT.
 */
import type { Data, DataType } from 'apache-arrow'
import { contiguous, isContiguous, type NDArray, type TypedArray } from '../../../src/ndarray.js'
import { packBytes, packStrings } from '../../_arrow/packed.js'
import { type Column, fixedData, refusal, retyped, type Target, validity } from './column.js'

/** The column of an array with one axis; `isNull` says which rows are missing where pandas keeps a mask. */
export function numbersColumn(target: Target, a: NDArray, isNull?: (row: number) => boolean): Column {
  const { arrow } = target
  const { dtype } = a
  if (dtype === 'str') return { data: onlyPiece(target, packStrings(arrow, items(a))) }
  if (dtype === 'bytes') return { data: onlyPiece(target, packBytes(arrow, items(a))) }
  const values = memoryOf(target, a)
  const { length } = values
  const nulls = validity(target, length, isNull ?? missing(dtype, values))
  if (dtype === 'bool')
    return { data: fixedData(target, new arrow.Bool(), length, bits(target, values), nulls) }
  return { data: fixedData(target, typeOf(target, dtype), length, values, nulls) }
}

/** Instants, whose memory is in UTC, under the name of a time zone. */
export function instantsColumn(target: Target, a: NDArray, zone: string | undefined): Column {
  const column = numbersColumn(target, a)
  if (zone === undefined) return column
  const { arrow } = target
  if (!arrow.DataType.isTimestamp(column.data.type))
    throw target.reading.corrupt('has instants that are none')
  return { data: retyped(target, column.data, new arrow.Timestamp(column.data.type.unit, zone)) }
}

/** Row `item` of a matrix of blocks, as an array with one axis. */
export function rowOf({ reading }: Target, a: NDArray, item: number): NDArray {
  const row =
    a.shape.length === 2
      ? {
          data: a.data,
          shape: a.shape.slice(1),
          stride: a.stride.slice(1),
          offset: a.offset + item * a.stride[0]!,
          dtype: a.dtype,
        }
      : a
  if (row.shape.length !== 1) throw reading.corrupt(`has a column with ${row.shape.length} axes`)
  return row
}

/** The elements alone, copied only where they do not lie side by side. */
function memoryOf({ reading }: Target, a: NDArray): TypedArray {
  const { data } = a
  if (Array.isArray(data)) throw reading.corrupt('has a column without memory')
  if (!isContiguous(a)) reading.spend(a.shape[0]! * data.BYTES_PER_ELEMENT)
  return contiguous(a).data as TypedArray
}

function items(a: NDArray): readonly unknown[] {
  return contiguous(a).data as readonly unknown[]
}

/** NaN and NaT; looked at as words, since a bigint for each time would take ten times as long. */
function missing(dtype: string, values: TypedArray): (row: number) => boolean {
  if (dtype === 'float16') return row => (Number(values[row]) & 0x7fff) > 0x7c00
  if (dtype.startsWith('float')) return row => Number.isNaN(values[row])
  if (!/^(datetime|timedelta)64/.test(dtype)) return () => false
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
  return row => words[2 * row + 1] === -(2 ** 31) && words[2 * row] === 0
}

function bits({ reading }: Target, values: TypedArray): Uint8Array {
  reading.spend((values.length + 7) >> 3)
  const out = new Uint8Array((values.length + 7) >> 3)
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) out[i >> 3]! |= 1 << (i & 7)
  return out
}

/** Units of times that Arrow has. */
const UNITS: readonly string[] = ['s', 'ms', 'us', 'ns']

function typeOf(target: Target, dtype: string): DataType {
  const { arrow } = target
  const number = /^(u?)int(\d+)$/.exec(dtype)
  if (number !== null) return new arrow.Int(number[1] === '', Number(number[2]) as 8 | 16 | 32 | 64)
  const float = /^float(\d+)$/.exec(dtype)
  if (float !== null) return new arrow.Float(Math.log2(Number(float[1]) / 16))
  const [, kind, unit = ''] = /^(datetime|timedelta)64\[(\w+)\]$/.exec(dtype) ?? []
  const place = UNITS.indexOf(unit)
  if (place < 0) throw refusal(target, `values of dtype ${dtype}`)
  return kind === 'datetime' ? new arrow.Timestamp(place) : new arrow.Duration(place)
}

/** Text of more than 2 GiB would have several pieces. */
export function onlyPiece(target: Target, pieces: readonly Data[]): Data {
  const [piece, another] = pieces
  if (piece === undefined || another !== undefined) throw refusal(target, 'more than 2 GiB of text')
  return piece
}
