/** What was written, in the form in which isf/described.py tells what Python has read. */
import type * as arrow from 'apache-arrow'
import { formatDecimal, fromHalf } from '../../dumpers/_csv/numbers.js'
import { asNDArray, contiguous, isStruct, type NDArray } from '../../src/ndarray.js'
import { contentsOf } from '../dumpers/samples/csv-tables.js'

/** A plain value or an array. Whole numbers are Python's int; JSON has an exponent from 1e21 on, which is its float. */
export function describeValue(value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'bigint' || isWhole(value)) return { int: String(value) }
  if (typeof value === 'number') return { float: bitsOf(value) }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') }
  if (value instanceof Date) return { time: value.getTime() }
  // Frozen arrays are Python's tuples.
  if (Array.isArray(value)) return { [Object.isFrozen(value) ? 'tuple' : 'list']: value.map(describeValue) }
  if (value instanceof Set) return { set: [...value].map(one => JSON.stringify(describeValue(one))).sort() }
  if (value instanceof Map)
    return { dict: [...value].map(([key, one]) => [describeValue(key), describeValue(one)]) }
  const array = asNDArray(value)
  if (array !== undefined) return describeArray(array)
  return { dict: Object.entries(value as object).map(([key, one]) => [key, describeValue(one)]) }
}

function isWhole(value: unknown): boolean {
  return Number.isInteger(value) && !Object.is(value, -0) && Math.abs(Number(value)) < 1e21
}

/** The elements in C order, as bits where they have some. */
export function describeArray(input: NDArray): unknown {
  const array = contiguous(input)
  const told = { shape: [...array.shape] }
  if (isStruct(array))
    return { ...told, fields: [...array.fields].map(([name, one]) => [name, describeArray(one)]) }
  const { data, dtype } = array
  if (dtype === 'str') return { ...told, dtype, values: data }
  if (Array.isArray(data))
    return { ...told, dtype, values: data.map(one => Buffer.from(one as Uint8Array).toString('base64')) }
  const { buffer, byteOffset, byteLength } = data as Uint8Array
  return { ...told, dtype, bits: Buffer.from(buffer, byteOffset, byteLength).toString('base64') }
}

interface Contents {
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly values: readonly unknown[]
  }[]
}

/** The columns of a table: texts and decimals as text, whole numbers and times as digits, floats by their bits. */
export function describeTable(table: arrow.Table): Readonly<Record<string, unknown>> {
  const { columns } = contentsOf(table) as Contents
  return Object.fromEntries(
    columns.map(({ name, type, values }, i) => {
      const scale = Number(Object(table.schema.fields[i]?.type).scale ?? 0)
      return [name, values.map(value => (value === null ? null : field(type, value, scale)))]
    }),
  )
}

function field(type: string, value: unknown, scale: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (type === 'Float16') return bitsOf(fromHalf(Number(value)))
  if (type.startsWith('Float')) return bitsOf(Number(value))
  if (!Array.isArray(value)) return String(value)
  const unscaled = value.reduceRight((sum: bigint, word: number) => (sum << 32n) | BigInt(word), 0n)
  return formatDecimal(BigInt.asIntN(32 * value.length, unscaled), scale)
}

function bitsOf(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  const bits = Buffer.alloc(8)
  bits.writeDoubleBE(value)
  return bits.toString('hex')
}
