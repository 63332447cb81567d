/** A table in the words of `test/interop/pickles/cases.py`: equal texts are equal values. */

import { type Data, DataType, type Table, Vector } from 'apache-arrow'

type Text = string | boolean | null | readonly Text[]

/** What `expected` of the script says of a table. */
export interface Expected {
  readonly fields: readonly (readonly [name: string, values: readonly Text[]])[]
  readonly index: readonly unknown[]
}

export interface Case {
  readonly name: string
  /** By protocol, in hexadecimal digits. */
  readonly pickles: Readonly<Record<string, string>>
  readonly expected: Expected
  /** Not in those that were recorded. */
  readonly stored?: Stored
}

/** What pandas says of the frame: `stored` of the script. */
export interface Stored {
  readonly columns: readonly string[]
  readonly dtypes: readonly string[]
  readonly index_dtype: string
  readonly index_name: string | null
  /** The name and the dtype of each level of the labels of columns. */
  readonly levels: readonly (readonly [string | null, string])[]
}

export interface Recorded {
  readonly pandas: string
  readonly numpy: string
  readonly cases: readonly Case[]
}

/** The fields of a table and its index. A table of an index alone has no index. */
export function textOfTable(table: Table): Expected {
  const fields = table.schema.fields.map(({ name }): [string, Text[]] => {
    const column = table.getChild(name)
    return [name, column === null ? [] : column.data.flatMap(textOfData)]
  })
  const { index_columns: index } = JSON.parse(table.schema.metadata.get('pandas') ?? '{}')
  return { fields, index }
}

const NANOSECONDS = [1_000_000_000n, 1_000_000n, 1000n, 1n]

function textOfData(data: Data): Text[] {
  return Array.from({ length: data.length }, (_, row) => (data.getValid(row) ? textAt(data, row) : null))
}

function textAt(data: Data, row: number): Text {
  const type: DataType = data.type
  const value: unknown = data.values?.[row]
  if (DataType.isNull(type)) return null
  if (DataType.isDictionary(type)) return textOfData(data.dictionary!.data[0]!)[Number(value)]!
  if (DataType.isStruct(type)) return data.children.map(child => textAt(child, row))
  if (DataType.isInt(type)) return String(value)
  if (DataType.isFloat(type))
    return `f${bitsOf(type.precision === 0 ? float16(Number(value)) : Number(value))}`
  if (DataType.isTimestamp(type)) return `t${BigInt(String(value)) * NANOSECONDS[type.unit]!}`
  if (DataType.isDuration(type)) return `d${BigInt(String(value)) * NANOSECONDS[type.unit]!}`
  if (DataType.isDate(type)) return `t${BigInt(String(value)) * 86_400_000_000_000n}`
  if (DataType.isList(type)) {
    const [start, end] = [data.valueOffsets[row]!, data.valueOffsets[row + 1]!]
    return textOfData(data.children[0]!).slice(start, end)
  }
  return plainText(new Vector([data]).get(row), type)
}

function plainText(value: unknown, type: DataType): Text {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return `s${value}`
  if (DataType.isDecimal(type) && value instanceof Uint32Array) return `n${decimal(value, type.scale)}`
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`
  throw new TypeError(`no text for ${type}`)
}

function bitsOf(value: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return Number.isNaN(value) ? '7ff8000000000000' : bytes.toString('hex')
}

function float16(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff]
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (1 + fraction / 1024) * 2 ** (exponent - 15)
  return bits & 0x8000 ? -size : size
}

/** A number of 128 bits with `scale` digits after the point. */
function decimal(words: Uint32Array, scale: number): string {
  const whole = BigInt.asIntN(
    128,
    [...words].reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n),
  )
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0')
  const exact = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  const text = scale === 0 ? exact : exact.replace(/\.?0+$/, '')
  return whole < 0n ? `-${text}` : text
}
