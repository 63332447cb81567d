/**
 * Encodes the values of an Arrow column, which lies in runs of rows. First the number of nulls as a size and, if there are
 * any, a byte for each row: 1, or 0 for a null. Then those that are not null:
 *
 * - numbers, times, decimals and bytes of fixed width: their memory;
 * - booleans: a byte each;
 * - strings and bytes: all lengths as sizes, then all bytes;
 * - lists and maps: all lengths as sizes, then their members as one column; of fixed length without the lengths;
 * - structs: one column after the other;
 * - dictionaries: the values that the keys stand for, as a column of their type.
 */
import type { Encoder } from './encoder.js'

export interface Field {
  readonly name: string
  readonly nullable: boolean
  readonly type: ColumnType
  readonly metadata?: ReadonlyMap<string, string> | undefined
}

/** The members of Arrow's types that are looked at; which of them a type has depends on its number. */
export interface ColumnType {
  readonly typeId: number
  readonly children?: readonly Field[] | null | undefined
  readonly dictionary?: ColumnType | undefined
  readonly indices?: ColumnType | undefined
  readonly isOrdered?: boolean | undefined
  readonly bitWidth?: number | undefined
  readonly byteWidth?: number | undefined
  readonly isSigned?: boolean | undefined
  readonly keysSorted?: boolean | undefined
  readonly listSize?: number | undefined
  readonly precision?: number | undefined
  readonly scale?: number | undefined
  readonly timezone?: string | null | undefined
  readonly unit?: number | undefined
}

type Numbers = ArrayBufferView & { readonly length: number; readonly [index: number]: number | bigint }

/** Arrow's `Data`: values and offsets begin with its first row, bits of nulls and booleans `offset` earlier. */
export interface ColumnData {
  readonly offset: number
  readonly length: number
  readonly nullCount: number
  readonly stride: number
  readonly values: Numbers
  readonly valueOffsets?: Numbers | undefined
  readonly nullBitmap?: Uint8Array | undefined
  readonly children: readonly ColumnData[]
  readonly dictionary?: { readonly data: readonly ColumnData[] } | undefined
  readonly variadicBuffers?: readonly Uint8Array[] | undefined
}

/** Rows `from` to `to` of one piece of a column. */
interface Run {
  readonly data: ColumnData
  readonly from: number
  readonly to: number
}

/** The rows of a column in order, as often as they are needed: nothing is collected. */
type Runs = () => Iterable<Run>

/** Arrow's numbers of its types, which its format fixes. */
const NULL = 1
const BOOL = 6
const STRUCT = 13
const FIXED_SIZE_LIST = 16
const FIXED_WIDTH: readonly number[] = [2, 3, 7, 8, 9, 10, 11, 15, 18]
const BYTES: readonly number[] = [4, 5, 19, 20, 23, 24]
const LISTS: readonly number[] = [12, 17, 21]
/** Bytes of one value of the view types: its length, and the value itself where it has 12 bytes at most. */
const VIEW = 16
const INLINE = 12
/** Rows between two looks at the clock. */
const STRIDE = 4096

/** Whether {@link encodeColumn} takes columns of this type; its children are asked for themselves. */
export function isKnown({ typeId }: ColumnType): boolean {
  return [NULL, BOOL, STRUCT, FIXED_SIZE_LIST, ...FIXED_WIDTH, ...BYTES, ...LISTS].includes(typeId)
}

export function* encodeColumn(out: Encoder, type: ColumnType, rows: Runs): Generator<undefined> {
  if (type.typeId === NULL) return
  const nulls = yield* encodeNulls(out, rows)
  const runs = nulls === 0 ? rows : () => validRuns(rows())
  const [child] = type.children ?? []
  if (type.dictionary !== undefined) yield* encodeColumn(out, type.dictionary, () => entries(runs()))
  else if (type.typeId === BOOL) yield* encodeRows(out, runs, bit)
  else if (type.typeId === STRUCT) {
    for (const [index, { type: inner }] of (type.children ?? []).entries())
      yield* encodeColumn(out, inner, () => childRuns(runs(), index))
  } else if (type.typeId === FIXED_SIZE_LIST) {
    yield* encodeColumn(out, child!.type, () => fixedLists(runs()))
  } else if (LISTS.includes(type.typeId)) {
    yield* encodeLengths(out, runs, lengthOf)
    yield* encodeColumn(out, child!.type, () => lists(runs()))
  } else if (BYTES.includes(type.typeId)) {
    yield* encodeLengths(out, runs, lengthOf)
    for (const run of runs()) yield* encodeBytes(out, run)
  } else for (const run of runs()) yield* out.raw(fixedWidth(run))
}

function* encodeNulls(out: Encoder, rows: Runs): Generator<undefined, number> {
  let nulls = 0
  for (const { data, from, to } of rows()) {
    for (let row = from; data.nullCount > 0 && row < to; row++) if (!isValid(data, row)) nulls++
    yield
  }
  out.size(nulls)
  if (nulls > 0) yield* encodeRows(out, rows, isValid)
  return nulls
}

/** A byte for each row. */
function* encodeRows(
  out: Encoder,
  runs: Runs,
  isSet: (data: ColumnData, row: number) => boolean,
): Generator<undefined> {
  for (const { data, from, to } of runs()) {
    for (let start = from; start < to; start += STRIDE) {
      const flags = Uint8Array.from({ length: Math.min(STRIDE, to - start) }, (_, i) =>
        isSet(data, start + i) ? 1 : 0,
      )
      yield* out.raw(flags)
    }
  }
}

function* encodeLengths(
  out: Encoder,
  runs: Runs,
  length: (data: ColumnData, row: number) => number,
): Generator<undefined> {
  for (const { data, from, to } of runs()) {
    for (let row = from; row < to; row++) {
      out.size(length(data, row))
      if (row % STRIDE === 0) yield
    }
  }
}

function* encodeBytes(out: Encoder, { data, from, to }: Run): Generator<undefined> {
  if (data.valueOffsets !== undefined) {
    const { values, valueOffsets } = data
    yield* out.raw(bytesOf(values).subarray(Number(valueOffsets[from]), Number(valueOffsets[to])))
    return
  }
  for (let row = from; row < to; row++) yield* out.raw(viewed(data, row))
}

function fixedWidth({ data: { values, stride }, from, to }: Run): Uint8Array {
  const bytes = bytesOf(values)
  const width = (bytes.length / values.length) * stride
  return values.length === 0 ? bytes : bytes.subarray(from * width, to * width)
}

function* validRuns(runs: Iterable<Run>): Iterable<Run> {
  for (const { data, from, to } of runs) {
    let start = from
    for (let row = from; row < to; row++) {
      if (isValid(data, row)) continue
      if (row > start) yield { data, from: start, to: row }
      start = row + 1
    }
    if (to > start) yield { data, from: start, to }
  }
}

function* childRuns(runs: Iterable<Run>, index: number): Iterable<Run> {
  for (const { data, from, to } of runs) yield { data: data.children[index]!, from, to }
}

function* fixedLists(runs: Iterable<Run>): Iterable<Run> {
  for (const { data, from, to } of runs)
    yield { data: data.children[0]!, from: from * data.stride, to: to * data.stride }
}

/** Rows that follow each other have members that do. */
function* lists(runs: Iterable<Run>): Iterable<Run> {
  for (const { data, from, to } of runs)
    yield {
      data: data.children[0]!,
      from: Number(data.valueOffsets![from]),
      to: Number(data.valueOffsets![to]),
    }
}

/** The entries of a dictionary, which may lie in several pieces itself. */
function* entries(runs: Iterable<Run>): Iterable<Run> {
  for (const { data, from, to } of runs) {
    for (let row = from; row < to; row++) {
      let at = Number(data.values[row])
      const piece = data.dictionary!.data.find(({ length }) => {
        if (at < length) return true
        at -= length
        return false
      })
      yield { data: piece!, from: at, to: at + 1 }
    }
  }
}

function isValid({ nullCount, nullBitmap, offset }: ColumnData, row: number): boolean {
  if (nullCount === 0 || nullBitmap === undefined || nullBitmap.length === 0) return true
  return ((nullBitmap[(offset + row) >> 3]! >> ((offset + row) & 7)) & 1) === 1
}

function bit({ values, offset }: ColumnData, row: number): boolean {
  return ((Number(values[(offset + row) >> 3]) >> ((offset + row) & 7)) & 1) === 1
}

function lengthOf(data: ColumnData, row: number): number {
  if (data.valueOffsets === undefined) return dataView(data, row).getInt32(0, true)
  return Number(data.valueOffsets[row + 1]) - Number(data.valueOffsets[row])
}

function viewed(data: ColumnData, row: number): Uint8Array {
  const head = dataView(data, row)
  const length = head.getInt32(0, true)
  if (length <= INLINE) return bytesOf(data.values).subarray(row * VIEW + 4, row * VIEW + 4 + length)
  const start = head.getInt32(INLINE, true)
  return data.variadicBuffers![head.getInt32(8, true)]!.subarray(start, start + length)
}

function dataView({ values }: ColumnData, row: number): DataView {
  return new DataView(values.buffer, values.byteOffset + row * VIEW, VIEW)
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
