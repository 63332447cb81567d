/** The values of a column that is the index of a sorted table, in their order: where one follows another that is greater. */
import type { Data, DataType } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'

/** A value as it is compared. Times are counts in their unit. */
export type IndexValue = number | bigint | string

/** The value of each row; undefined for null and NaN, which have no place in an order. */
export type IndexReader = (row: number) => IndexValue | undefined

/** Undefined where values of the type are not sorted here. */
export function indexReader(arrow: Arrow, data: Data): IndexReader | undefined {
  const { DataType } = arrow
  const { type } = data
  if (isText(arrow, type)) return row => (data.getValid(row) ? textOf(data, row) : undefined)
  if (!isTime(arrow, type) && !DataType.isInt(type) && !(DataType.isFloat(type) && type.precision > 0))
    return undefined
  const values: ArrayLike<number | bigint> = data.values
  return row => {
    const value = values[row]
    return Number.isNaN(value) || !data.getValid(row) ? undefined : value
  }
}

/** Negative where `a` comes first. Strings by code points, as Python sorts them. */
export function compareIndex(a: IndexValue, b: IndexValue): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

export function isTime({ DataType }: Arrow, type: DataType): boolean {
  return DataType.isTimestamp(type) || DataType.isDate(type) || DataType.isDuration(type)
}

function isText({ DataType }: Arrow, type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type)
}

function textOf({ valueOffsets, values }: Data, row: number): string {
  const bytes: Uint8Array = values
  const [from, to] = [Number(valueOffsets[row]), Number(valueOffsets[row + 1])]
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')
}

/** The order of JavaScript's `<` is that of UTF-16, in which surrogates come before U+E000. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return place(x) - place(y)
  }
  return a.length - b.length
}

function place(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
