/** Names of columns and indexes as pandas writes them into a Parquet file: the `str` of labels of any type. */
import type { Data, DataType } from 'apache-arrow'
import type { DirdictError } from '../../../src/errors.js'
import type { Arrow } from '../../_arrow/rebuild.js'
import { reprDescr } from '../../_npy/repr.js'
import { type Model, PyFloat, PyObject, PyTuple, textOf } from '../model.js'
import type { Reading } from '../reading.js'
import type { Column } from './column.js'
import { isMissing, Missing, Timestamp } from './scalars.js'

export interface Label {
  /** `str(label)`. */
  readonly text: string
  /**
   * How it stands in the `str` of a tuple: `repr(label)`. In quotes where that is no literal of Python, as pyarrow has it:
   * pandas evaluates what it reads, and would not read the file with `('a', nan)`.
   */
  readonly repr: string
  /** numpy's type of a label that is a number. */
  readonly dtype?: 'int64' | 'float64'
}

/** The label that a frame has in the place of a missing one. */
export const FIRST: Label = { text: '0', repr: '0', dtype: 'int64' }

/** UNSUPPORTED_FORMAT for an object that is no plain value. */
export function labelOf(model: Model, reading: Reading): Label {
  if (model === null) return same('None')
  const text = textOf(model)
  if (text !== undefined) return { text, repr: reprDescr(text) }
  if (typeof model === 'boolean') return same(model ? 'True' : 'False')
  if (typeof model === 'bigint' || (typeof model === 'number' && Number.isInteger(model))) return int(model)
  if (typeof model === 'number') return float(model)
  if (model instanceof PyFloat) return float(model.value)
  if (model instanceof Timestamp) return instant(model.in('ns'))
  if (model instanceof PyTuple) return tuple(model.items.map(item => labelOf(item, reading)))
  if (isMissing(model)) return model instanceof Missing ? NAT : quoted('<NA>')
  throw refusal(reading, model instanceof PyObject ? model.python : 'bytes')
}

/** What pandas has labels as: the kind of them, and the dtype. */
export interface LabelKind {
  readonly pandasType: string
  readonly numpyType: string
}

/** Of labels that are objects, as pandas infers it; numbers alone are of their own dtype. */
export function levelKind(labels: readonly Label[]): LabelKind & { label: undefined } {
  const [first] = labels
  const kind = { label: undefined, numpyType: 'object' }
  if (first === undefined) return { ...kind, pandasType: 'empty' }
  const dtypes = new Set(labels.map(({ dtype }) => dtype))
  if (dtypes.size > 1) return { ...kind, pandasType: dtypes.has('int64') ? 'mixed-integer' : 'mixed' }
  if (first.dtype === undefined) return { ...kind, pandasType: 'unicode' }
  return { label: undefined, pandasType: first.dtype, numpyType: first.dtype }
}

/** The labels of an index with one type, and what pandas has them as. */
export function labelsOf(arrow: Arrow, column: Column, reading: Reading): LabelKind & { labels: Label[] } {
  const { data } = column
  const { DataType } = arrow
  const type: DataType = data.type
  if (column.metadata !== undefined) throw refusal(reading, column.dtype ?? String(type))
  if (DataType.isDictionary(type)) {
    const values = data.dictionary?.data[0]
    if (values === undefined) throw refusal(reading, String(type))
    const { labels, ...kind } = labelsOf(arrow, { data: values }, reading)
    return { ...kind, labels: rows(data, row => labels[Number(data.values[row])] ?? NAN) }
  }
  if (DataType.isUtf8(type)) {
    const texts = new arrow.Vector([data])
    return {
      pandasType: 'unicode',
      numpyType: 'object',
      labels: rows(data, row => labelOf(texts.get(row), reading)),
    }
  }
  if (DataType.isBool(type)) {
    const flags = new arrow.Vector([data])
    return {
      pandasType: 'bool',
      numpyType: 'bool',
      labels: rows(data, row => same(flags.get(row) === true ? 'True' : 'False')),
    }
  }
  if (DataType.isInt(type))
    return {
      ...kindOf(`${type.isSigned ? '' : 'u'}int${type.bitWidth}`),
      labels: rows(data, row => int(data.values[row])),
    }
  if (DataType.isFloat(type) && type.precision !== 0) {
    return { ...kindOf(`float${16 << type.precision}`), labels: rows(data, row => float(data.values[row])) }
  }
  if (DataType.isTimestamp(type) && !type.timezone) {
    const factor = 1000n ** BigInt(3 - type.unit)
    const numpyType = `datetime64[${['s', 'ms', 'us', 'ns'][type.unit]}]`
    return { ...kindOf(numpyType), labels: rows(data, row => instant(data.values[row] * factor), NAT) }
  }
  throw refusal(reading, column.dtype ?? String(type))
}

function rows(data: Data, labelAt: (row: number) => Label, missing: Label = NAN): Label[] {
  return Array.from({ length: data.length }, (_, row) => (data.getValid(row) ? labelAt(row) : missing))
}

function kindOf(dtype: string): LabelKind {
  return { pandasType: dtype, numpyType: dtype }
}

/** A missing label. */
const NAN: Label = quoted('nan')
/** A missing label among instants. */
const NAT: Label = quoted('NaT')

/** The label of no code, beside labels of that kind. */
export function missingLabel({ numpyType }: LabelKind): Label {
  return numpyType.startsWith('datetime64') ? NAT : NAN
}

/** Labels of a MultiIndex: tuples. */
export function tuple(items: readonly Label[]): Label {
  const content = items.map(item => item.repr).join(', ')
  return same(items.length === 1 ? `(${content},)` : `(${content})`)
}

function same(text: string): Label {
  return { text, repr: text }
}

function quoted(text: string): Label {
  return { text, repr: `'${text}'` }
}

function int(value: number | bigint): Label {
  return { ...same(String(value)), dtype: 'int64' }
}

function float(value: number): Label {
  const text = reprFloat(value)
  return { ...(Number.isFinite(value) ? same(text) : quoted(text)), dtype: 'float64' }
}

/** Python and JavaScript take the same digits, but write exponents otherwise. */
function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  }
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}

/** `2020-01-31 12:00:00.000001`: no more digits than there are, in threes from six. */
function instant(nanoseconds: bigint): Label {
  const fraction = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const date = new Date(Number((nanoseconds - fraction) / 1_000_000n))
  const digits = String(fraction).padStart(9, '0')
  const rest = fraction === 0n ? '' : `.${digits.endsWith('000') ? digits.slice(0, 6) : digits}`
  const text = `${date.toISOString().slice(0, 19).replace('T', ' ')}${rest}`
  return quoted(text)
}

function refusal(reading: Reading, what: string): DirdictError {
  return reading.unsupported(`labels of ${what}`)
}
