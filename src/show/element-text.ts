/**
 * One element of an array as text: numbers short, times as ISO 8601, strings and bytes in quotes, records in
 * parentheses. It is found by its index through the strides, so that views show what they are views of.
 */
import type { DType, NDArrayData } from '../ndarray/dtype.js'
import { fromFloat16 } from '../ndarray/float16.js'
import type { NDArray } from '../ndarray/types.js'
import { MORE, shownOf } from './edges.js'
import { bytesText, numberText } from './plain-text.js'
import { clipped, quoted } from './printable.js'
import { isoTime } from './times.js'

const FIELDS = 8
const RECORDS_IN_RECORDS = 2
const CHARACTERS = 40
/** Elements of a field that is an array in each record, and of its axes. */
const FIELD_EDGE = 2
const FIELD_AXES = 3
/** numpy's "not a time". */
const NAT = -(2n ** 63n)
/** What float16 holds is shown exactly by so many digits. */
const HALF_DIGITS = 4

/** The element at an index, which has a number for each axis. */
export function elementText(a: NDArray, index: readonly number[], level = 0): string {
  if (a.fields !== undefined) return recordText(a.fields, index, level)
  const at = index.reduce((sum, n, axis) => sum + n * (a.stride[axis] ?? 0), a.offset)
  return scalarText(a.data, a.dtype, at)
}

function recordText(fields: ReadonlyMap<string, NDArray>, index: readonly number[], level: number): string {
  if (level === RECORDS_IN_RECORDS) return `(${MORE})`
  const shown: string[] = []
  for (const field of fields.values()) {
    if (shown.length === FIELDS) {
      shown.push(MORE)
      break
    }
    shown.push(fieldText(field, index, level + 1))
  }
  return `(${shown.join(', ')})`
}

/** A field of a record, in brackets for each further axis. */
function fieldText(field: NDArray, index: readonly number[], level: number): string {
  const axis = index.length
  if (axis >= field.shape.length) return elementText(field, index, level)
  if (field.shape.length - axis > FIELD_AXES) return `[${MORE}]`
  const items = shownOf(field.shape[axis] ?? 0, FIELD_EDGE).map(i => {
    return i === null ? MORE : fieldText(field, [...index, i], level)
  })
  return `[${items.join(', ')}]`
}

function scalarText(data: NDArrayData, dtype: DType, at: number): string {
  if (dtype === 'complex64' || dtype === 'complex128') {
    return complexText(Number(data[2 * at]), Number(data[2 * at + 1]))
  }
  const element = data[at]
  if (typeof element === 'string') return quoted(element, CHARACTERS)
  if (element instanceof Uint8Array) return bytesText(element)
  if (typeof element === 'bigint') return bigText(element, dtype)
  if (element === undefined) return '?'
  if (dtype === 'bool') return element === 0 ? 'false' : 'true'
  return dtype === 'float16' ? numberText(fromFloat16(element), HALF_DIGITS) : numberText(element)
}

function complexText(real: number, imaginary: number): string {
  const sign = imaginary < 0 || Object.is(imaginary, -0) ? '' : '+'
  return `${numberText(real)}${sign}${numberText(imaginary)}j`
}

/** 64-bit integers, and times: a count of steps of several units (`datetime64[10us]`) counts in units first. */
function bigText(count: bigint, dtype: DType): string {
  const [, kind, steps = '', unit] = /^(datetime|timedelta)64(?:\[(\d*)(\w+)\])?$/.exec(dtype) ?? []
  if (kind === undefined) return String(count)
  if (count === NAT) return 'NaT'
  if (unit === undefined) return String(count)
  const units = count * BigInt(steps === '' ? 1 : steps)
  return kind === 'datetime' ? isoTime(units, unit) : `${units} ${unit}`
}

/** The dtype; of records also their fields with their dtypes. */
export function dtypeText(a: NDArray): string {
  if (a.fields === undefined) return clipped(String(a.dtype), CHARACTERS)
  const shown = [...a.fields].slice(0, FIELDS).map(([name, field]) => {
    const further = field.shape.slice(a.shape.length)
    const shape = further.length === 0 ? '' : ` ${shapeText(further)}`
    return `${clipped(name, CHARACTERS)}: ${clipped(String(field.dtype), CHARACTERS)}${shape}`
  })
  if (a.fields.size > FIELDS) shown.push(MORE)
  return `struct { ${shown.join(', ')} }`
}

const AXES = 16

/** `[1000, 3]` */
export function shapeText(shape: readonly number[]): string {
  const shown = shape.slice(0, AXES).map(String)
  if (shape.length > AXES) shown.push(MORE)
  return `[${shown.join(', ')}]`
}
