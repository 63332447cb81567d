/**
 * Columns of Python objects, which are nearly always strings. The type follows from the values, as it does where pandas
 * writes Parquet: None, NaN, NaT and NA are null, and values of one kind make a column. Others are refused.
 */
import {
  contiguous,
  type DType,
  type MemoryClass,
  type NDArrayData,
  type TypedArray,
} from '../../../src/ndarray.js'
import { packBytes, packStringsInTurns } from '../../_arrow/packed.js'
import { itemsOf, type Model, PyFloat, PyObject, PyTuple, Python2Str, textOf } from '../model.js'
import { NumpyArray } from '../numpy/array.js'
import { NumpyScalar } from '../numpy/scalar.js'
import { PyText } from '../python/texts.js'
import { PyDatetime, PyTimedelta } from '../python/times.js'
import type { Reading } from '../reading.js'
import { type Column, fixedData, forRows, refusal, type Target, validity } from './column.js'
import { numbersColumn, onlyPiece } from './numbers.js'
import { memoryOf, type Width } from './object-values.js'
import { isMissing, Missing, Timedelta, Timestamp } from './scalars.js'

type Kind = 'str' | 'bytes' | 'list' | Width

/** A column of the kind of its values. UNSUPPORTED_FORMAT for values of several kinds, and of others. */
export async function objectsColumn(target: Target, objects: readonly Model[]): Promise<Column> {
  const { arrow, reading } = target
  const models = await plainModels(objects, reading)
  const kind = await kindOf(target, models)
  const { length } = models
  if (kind === undefined) return { data: arrow.makeData({ type: new arrow.Null(), length }) }
  if (kind === 'str') return { data: await text(target, models) }
  reading.spend(8 * length)
  if (kind === 'bytes') {
    return {
      data: onlyPiece(
        target,
        packBytes(
          arrow,
          models.map(model => (isMissing(model) ? null : model)),
        ),
      ),
    }
  }
  if (kind === 'list') return listsColumn(target, models)
  const nulls = validity(target, length, row => isMissing(models[row]!))
  await reading.pause()
  const [type, data] = await memoryOf(target, kind, models)
  return { data: fixedData(target, type, length, data, nulls), dtype: 'object' }
}

/** Values of Python where numpy's scalars stand among them. */
export async function plainModels(models: readonly Model[], reading: Reading): Promise<readonly Model[]> {
  // Asked of the type first: of a million strings, this is ten times as fast.
  if (!models.some(model => typeof model === 'object' && model instanceof NumpyScalar)) return models
  const plain = [...models]
  for (const [row, model] of models.entries()) {
    if (!(model instanceof NumpyScalar)) continue
    const value = model.toValue(reading)
    plain[row] = plainOf(model, value instanceof Promise ? await value : value)
    if (row % SCALARS === 0) await reading.pause()
  }
  return plain
}

/** Scalars between looks at the clock. */
const SCALARS = 4096

/** The value of a scalar of numpy as one of Python. */
function plainOf(model: NumpyScalar, value: unknown): Model {
  if (typeof value === 'number') return /^[|<>=]?f/.test(model.dtype.code) ? new PyFloat(value) : value
  if (typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'string') return value
  if (value instanceof Uint8Array) return value
  return timeOf(value) ?? model
}

/** pandas' form of a time of numpy's. */
function timeOf(value: unknown): Model | undefined {
  if (typeof value !== 'object' || value === null || !('dtype' in value && 'data' in value)) return undefined
  const [, kind, unit = ''] = /^(datetime|timedelta)64(?:\[(\w+)\])?$/.exec(String(value.dtype)) ?? []
  if (kind === undefined || !(value.data instanceof BigInt64Array)) return undefined
  const count = value.data[0] ?? NAT
  if (count === NAT) return new Missing(`numpy.${kind}64`)
  if (!/^(s|ms|us|ns)$/.test(unit)) return undefined
  return kind === 'datetime' ? new Timestamp(count, unit, null) : new Timedelta(count, unit)
}

const NAT = -(2n ** 63n)

async function text(target: Target, models: readonly Model[]): Promise<Column['data']> {
  const { arrow, reading } = target
  const texts: (string | null)[] = []
  await forRows(reading, models.length, row => {
    const one = textOf(models[row]!) ?? null
    reading.spend(12 + 3 * (one?.length ?? 0))
    texts.push(one)
  })
  try {
    return onlyPiece(target, await packStringsInTurns(arrow, texts, () => reading.pause()))
  } catch (cause) {
    throw cause instanceof RangeError ? refusal(target, 'text with half a surrogate pair') : cause
  }
}

/** The kind of all values that are not missing: ints among floats are floats, as numpy has it. */
async function kindOf(target: Target, models: readonly Model[]): Promise<Kind | undefined> {
  let kind: Kind | undefined
  await forRows(target.reading, models.length, row => {
    const model = models[row]!
    if (isMissing(model)) return
    const found = kindOfValue(target, model)
    if (kind === undefined || kind === found) kind = found
    else if (isNumber(kind) && isNumber(found)) kind = 'float'
    else throw refusal(target, `both ${kind} and ${found}`)
  })
  return kind
}

function isNumber(kind: Kind): boolean {
  return kind === 'int' || kind === 'float'
}

function kindOfValue(target: Target, model: Model): Kind {
  if (typeof model === 'string' || model instanceof Python2Str) return 'str'
  if (model instanceof Uint8Array) return 'bytes'
  if (typeof model === 'boolean') return 'bool'
  if (typeof model === 'bigint' || Number.isInteger(model)) return 'int'
  if (typeof model === 'number' || model instanceof PyFloat) return 'float'
  if (model instanceof Timestamp || model instanceof Timedelta) return model.python
  if (model instanceof PyDatetime || model instanceof PyTimedelta) return model.python
  if (model instanceof PyText && model.python === 'decimal.Decimal') return model.python
  if (Array.isArray(model) || model instanceof PyTuple || model instanceof NumpyArray) return 'list'
  if (model instanceof NumpyScalar) throw refusal(target, `numpy's scalars of dtype ${model.dtype.code}`)
  throw refusal(target, `values of ${model instanceof PyObject ? model.python : 'None'}`)
}

/** Lists, tuples and arrays with one axis, whose items are of one kind as well. */
async function listsColumn(target: Target, models: readonly Model[]): Promise<Column> {
  const { arrow, reading } = target
  const lists = await Promise.all(models.map(model => listOf(target, model)))
  const { length } = lists
  const valueOffsets = new Int32Array(length + 1)
  for (const [row, list] of lists.entries()) valueOffsets[row + 1] = valueOffsets[row]! + (list?.length ?? 0)
  const total = valueOffsets[length]!
  reading.spend(24 * total + 4 * length)
  const items = await itemsColumn(
    target,
    lists.filter(list => list !== undefined && list.length > 0),
  )
  const type = new arrow.List(new arrow.Field('item', items.data.type, true))
  const nulls = validity(target, length, row => lists[row] === undefined)
  return { data: arrow.makeData({ type, length, valueOffsets, child: items.data, ...nulls }) }
}

/** Undefined for a missing one. */
async function listOf(target: Target, model: Model): Promise<List | undefined> {
  if (isMissing(model)) return undefined
  if (!(model instanceof NumpyArray)) return itemsOf(model)
  if (model.shape.length !== 1) throw refusal(target, `arrays with ${model.shape.length} axes`)
  if (model.objects !== undefined) return model.objects
  const array = contiguous(await model.toArray(target.reading))
  const { dtype } = array
  return { dtype, data: array.data, length: array.data.length }
}

type List = readonly Model[] | { readonly dtype: DType; readonly data: NDArrayData; readonly length: number }

async function itemsColumn(target: Target, lists: readonly (List | undefined)[]): Promise<Column> {
  const arrays = lists.filter(list => list !== undefined && 'dtype' in list)
  if (arrays.length === 0)
    return objectsColumn(
      target,
      lists.flatMap(list => (list !== undefined && !('dtype' in list) ? list : [])),
    )
  const [first] = arrays
  if (
    first === undefined ||
    arrays.length < lists.length ||
    arrays.some(({ dtype }) => dtype !== first.dtype)
  ) {
    throw refusal(target, 'lists and arrays of several types')
  }
  if (/^complex|^struct|^str|^bytes/.test(first.dtype))
    throw refusal(target, `arrays of dtype ${first.dtype}`)
  const data = joined(arrays.map(one => one.data))
  return numbersColumn(target, { data, shape: [data.length], stride: [1], offset: 0, dtype: first.dtype })
}

/** Arrays of one class, one after the other. */
function joined(parts: readonly NDArrayData[]): TypedArray {
  const bytes = parts.map(part => {
    if (Array.isArray(part)) throw new TypeError('an array of numbers without memory')
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
  })
  const all = Buffer.concat(bytes)
  const Memory = parts[0]!.constructor as MemoryClass
  const copy = new Uint8Array(all.length)
  copy.set(all)
  return new Memory(copy.buffer, 0, copy.length / Memory.BYTES_PER_ELEMENT)
}
