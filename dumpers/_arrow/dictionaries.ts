/**
 * One dictionary for each dictionary column of a table, whatever its batches had: a table that was read in pieces has
 * one in each, and neither a file of Arrow nor one of Parquet can be written with several.
 */
import type { Data, DataType, Dictionary, RecordBatch, Table, Vector } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import { makeBatch } from './batch.js'
import { concatData } from './concat.js'
import { DistinctValues } from './distinct.js'
import type { Arrow } from './rebuild.js'

/**
 * The same table where all pieces of each dictionary column share one dictionary, those within structs and lists too.
 * The values of the first piece keep their keys. VALUE_REJECTED where the values of all pieces together are more than
 * the keys can count.
 */
export function unifyDictionaries(arrow: Arrow, table: Table): Table {
  const steps = unifyInSteps(arrow, table)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** As `unifyDictionaries`, with a chance to do something else between the pieces. */
export function* unifyInSteps(arrow: Arrow, table: Table): Generator<undefined, Table> {
  const plans: (ColumnPlan | undefined)[] = []
  for (const [i, field] of table.schema.fields.entries()) {
    const chunks = table.batches.map(batch => batch.data.children[i]!)
    plans.push(yield* planColumn(arrow, field.name, field.type, chunks))
  }
  if (plans.every(plan => plan === undefined)) return table
  const batches: RecordBatch[] = []
  for (const batch of table.batches) {
    const children = batch.data.children.map((data, i) => plans[i]?.(data) ?? data)
    batches.push(makeBatch(arrow, table.schema, children, batch.numRows))
    yield
  }
  return new arrow.Table(table.schema, batches)
}

/** Gives a chunk of a column with the shared dictionary. */
type ColumnPlan = (data: Data) => Data

/** Undefined where nothing has to change. */
function* planColumn(
  arrow: Arrow,
  name: string,
  type: DataType,
  chunks: readonly Data[],
): Generator<undefined, ColumnPlan | undefined> {
  if (arrow.DataType.isDictionary(type)) return yield* planDictionary(arrow, name, type, chunks)
  const plans: (ColumnPlan | undefined)[] = []
  for (const [i, child] of (type.children ?? []).entries()) {
    const children = chunks.map(chunk => chunk.children[i]!)
    plans.push(yield* planColumn(arrow, `${name}.${child.name}`, child.type, children))
  }
  if (plans.every(plan => plan === undefined)) return undefined
  return data => {
    const children = data.children.map((child, i) => plans[i]?.(child) ?? child)
    const { offset, length, nullCount, buffers, variadicBuffers } = data
    return new arrow.Data(data.type, offset, length, nullCount, buffers, children, undefined, variadicBuffers)
  }
}

function* planDictionary(
  arrow: Arrow,
  name: string,
  type: Dictionary,
  chunks: readonly Data[],
): Generator<undefined, ColumnPlan | undefined> {
  const vectors = [...new Set(chunks.map(chunk => chunk.dictionary))].filter(vector => vector !== undefined)
  const [first] = vectors
  if (first === undefined || (vectors.length === 1 && first.data.length === 1)) return undefined
  const distinct = new DistinctValues(arrow)
  const parts: Data[] = []
  const keys = new Map<Vector, Int32Array>()
  try {
    for (const vector of vectors) {
      const mapped = new Int32Array(vector.length)
      let at = 0
      for (const part of vector.data) {
        const { keys: own, added } = distinct.add(part)
        mapped.set(own, at)
        parts.push(...added)
        at += part.length
        yield
      }
      keys.set(vector, mapped)
    }
  } catch (cause) {
    throw rejected(name, String(cause), cause)
  }
  checkKeys(name, type, distinct.size)
  const shared = new arrow.Vector([joined(arrow, name, type, parts)])
  return data => rekeyed(arrow, data, type, keys.get(data.dictionary ?? shared), shared)
}

function joined(arrow: Arrow, name: string, type: Dictionary, parts: readonly Data[]): Data {
  try {
    return parts.length === 0
      ? arrow.makeData({ type: type.dictionary, length: 0 })
      : concatData(arrow, parts)
  } catch (cause) {
    throw rejected(name, String(cause), cause)
  }
}

function rekeyed(
  arrow: Arrow,
  data: Data,
  type: Dictionary,
  keys: Int32Array | undefined,
  dictionary: Vector,
): Data {
  const { offset, length, nullCount } = data
  const values = new type.indices.ArrayType(length)
  // Under a null there may be any key.
  for (let i = 0; keys !== undefined && i < length; i++) values[i] = keys[data.values[i]] ?? 0
  const nullBitmap = data.nullBitmap ?? new Uint8Array(0)
  return new arrow.Data<DataType>(
    type,
    offset,
    length,
    nullCount,
    [undefined, values, nullBitmap, undefined],
    [],
    dictionary,
  )
}

function checkKeys(name: string, { indices }: Dictionary, size: number): void {
  const most = 2 ** (indices.isSigned ? indices.bitWidth - 1 : indices.bitWidth)
  if (size <= most) return
  throw rejected(
    name,
    `its pieces have ${size} different values, and its keys of ${indices.bitWidth} bits count ${most}; give it longer keys`,
  )
}

function rejected(name: string, why: string, cause?: unknown): DirdictError {
  return new DirdictError(
    'VALUE_REJECTED',
    `Column ${JSON.stringify(name)} has several dictionaries, which cannot be made one: ${why}.`,
    { cause },
  )
}
