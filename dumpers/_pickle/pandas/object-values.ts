/** Columns of Python objects whose values have one width: numbers, times and dates. */
import type { DataType } from 'apache-arrow'
import { type Model, PyFloat } from '../model.js'
import { PyText } from '../python/texts.js'
import { PyDatetime, PyTimedelta } from '../python/times.js'
import { forRows, refusal, type Target } from './column.js'
import { decimals } from './decimals.js'
import { isMissing, Ticks, Timestamp } from './scalars.js'
import { zoneOf } from './zones.js'

export type Width =
  | 'bool'
  | 'int'
  | 'float'
  | 'pandas.Timestamp'
  | 'pandas.Timedelta'
  | 'datetime.date'
  | 'datetime.datetime'
  | 'datetime.timedelta'
  | 'decimal.Decimal'

type Memory = Uint8Array | Uint32Array | Int32Array | Float64Array | BigInt64Array | BigUint64Array

/** The Arrow type of values of one kind, and their memory; what is missing is 0. */
export async function memoryOf(
  target: Target,
  kind: Width,
  models: readonly Model[],
): Promise<[DataType, Memory]> {
  const { arrow, reading } = target
  switch (kind) {
    case 'bool':
      return [new arrow.Bool(), booleans(models)]
    case 'float':
      return [new arrow.Float64(), await floats(target, models)]
    case 'int':
      return integers(target, models)
    case 'pandas.Timestamp':
      return [new arrow.Timestamp(3, await zoneOfAll(target, models)), await ticks(target, models)]
    case 'pandas.Timedelta':
      return [new arrow.Duration(3), await ticks(target, models)]
    case 'datetime.date':
      return [
        new arrow.DateDay(),
        Int32Array.from(models, model => Number(count(model, date => date.wall / DAY))),
      ]
    case 'datetime.datetime':
      return [
        new arrow.Timestamp(2, await zoneOfAll(target, models)),
        await counts(target, models, model => count(model, date => date.utc(reading))),
      ]
    case 'datetime.timedelta':
      return [
        new arrow.Duration(2),
        await counts(target, models, model => (model instanceof PyTimedelta ? model.microseconds : 0n)),
      ]
    case 'decimal.Decimal':
      return decimals(
        target,
        models.map(model => (model instanceof PyText && !isMissing(model) ? model.text : undefined)),
      )
  }
}

/** Microseconds. */
const DAY = 86_400_000_000n

function count(model: Model, of: (date: PyDatetime) => bigint): bigint {
  return model instanceof PyDatetime ? of(model) : 0n
}

function booleans(models: readonly Model[]): Uint8Array {
  const out = new Uint8Array((models.length + 7) >> 3)
  for (const [row, model] of models.entries()) if (model === true) out[row >> 3]! |= 1 << (row & 7)
  return out
}

async function floats(target: Target, models: readonly Model[]): Promise<Float64Array> {
  const memory = new Float64Array(models.length)
  await forRows(target.reading, models.length, row => {
    memory[row] = float(target, models[row]!)
  })
  return memory
}

/** UNSUPPORTED_FORMAT where one does not fit. */
async function counts(
  target: Target,
  models: readonly Model[],
  of: (model: Model) => bigint,
): Promise<BigInt64Array> {
  const memory = new BigInt64Array(models.length)
  await forRows(target.reading, models.length, row => {
    const count = of(models[row]!)
    if (BigInt.asIntN(64, count) !== count) throw refusal(target, 'times beyond those of 64 bits')
    memory[row] = count
  })
  return memory
}

function float(target: Target, model: Model): number {
  if (isMissing(model)) return Number.NaN
  const value = model instanceof PyFloat ? model.value : Number(model)
  if (typeof model === 'bigint' && BigInt(value) !== model) {
    throw refusal(target, `both float and the int ${model}`)
  }
  return value
}

function integers(target: Target, models: readonly Model[]): [DataType, BigInt64Array | BigUint64Array] {
  const { arrow } = target
  const values = models.map(model =>
    typeof model === 'number' || typeof model === 'bigint' ? wholeOf(model) : 0n,
  )
  if (values.every(value => BigInt.asIntN(64, value) === value)) {
    return [new arrow.Int64(), BigInt64Array.from(values)]
  }
  if (values.every(value => BigInt.asUintN(64, value) === value)) {
    return [new arrow.Uint64(), BigUint64Array.from(values)]
  }
  throw refusal(target, 'ints that fit neither int64 nor uint64')
}

/** A NaN among ints is a missing one. */
function wholeOf(value: number | bigint): bigint {
  return typeof value === 'number' && Number.isNaN(value) ? 0n : BigInt(value)
}

/** In nanoseconds. */
function ticks(target: Target, models: readonly Model[]): Promise<BigInt64Array> {
  return counts(target, models, model => (model instanceof Ticks ? model.in('ns') : 0n))
}

async function zoneOfAll(target: Target, models: readonly Model[]): Promise<string | undefined> {
  const zones = new Set<Model>()
  await forRows(target.reading, models.length, row => {
    const model = models[row]!
    if (model instanceof PyDatetime || model instanceof Timestamp) zones.add(model.zone ?? null)
  })
  const [name, another] = new Set([...zones].map(zone => zoneOf(zone, target.reading) ?? null))
  if (another !== undefined) throw refusal(target, 'instants of several time zones')
  return name ?? undefined
}
