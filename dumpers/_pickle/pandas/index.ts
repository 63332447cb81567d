/** Indexes: the labels of rows, or of columns. Each of pandas' kinds is an array, a range, or several levels of them. */
import type { Data } from 'apache-arrow'
import type { NDArray } from '../../../src/ndarray.js'
import { makeBatch } from '../../_arrow/batch.js'
import { takeRows } from '../../_arrow/take.js'
import { itemsOf, type Model } from '../model.js'
import { NumpyArray } from '../numpy/array.js'
import type { Reading } from '../reading.js'
import { type Column, type ColumnSource, forRows, type Target, validity } from './column.js'
import { type Label, labelOf, labelsOf, levelKind, missingLabel, tuple } from './label.js'
import { plainModels } from './objects.js'
import type { LabelLevel, Named, Range } from './table.js'
import { columnOf, numbersOf, sourceOf, Values } from './values.js'

/** An index of rows or columns. */
export abstract class Index extends Values {
  /** As the index of a table. */
  abstract asIndex(reading: Reading): readonly Named[] | Range
  /** As the names of columns, and what pandas knows of them. */
  abstract asLabels(target: Target): Promise<{ labels: readonly Label[]; levels: readonly LabelLevel[] }>
}

/** An index on one array. */
export class ArrayIndex extends Index {
  readonly python = 'pandas.Index'
  readonly #data: Model
  readonly #name: Model

  constructor(data: Model, name: Model) {
    super()
    this.#data = data
    this.#name = name
  }

  column(target: Target): Promise<Column> {
    return columnOf(this.#data, target)
  }

  override named(reading: Reading): readonly Named[] {
    return this.asIndex(reading)
  }

  asIndex(reading: Reading): readonly Named[] {
    return [{ label: nameOf(this.#name, reading), source: sourceOf(this) }]
  }

  async asLabels(target: Target): Promise<{ labels: readonly Label[]; levels: readonly LabelLevel[] }> {
    const { reading } = target
    const label = nameOf(this.#name, reading)
    const objects = this.#data instanceof NumpyArray ? this.#data.objects : itemsOf(this.#data)
    if (objects !== undefined) {
      const labels = (await plainModels(objects, reading)).map(model => labelOf(model, reading))
      return { labels, levels: [{ ...levelKind(labels), label }] }
    }
    const { labels, ...kind } = labelsOf(
      target.arrow,
      await this.column({ ...target, what: 'the labels of columns' }),
      reading,
    )
    return { labels, levels: [{ label, ...kind }] }
  }
}

/** Whole numbers that are not written out. */
export class RangeIndex extends Index {
  readonly python = 'pandas.RangeIndex'
  readonly #range: { readonly start: number; readonly stop: number; readonly step: number }
  readonly #name: Model

  constructor(start: number, stop: number, step: number, name: Model) {
    super()
    this.#range = { start, stop, step }
    this.#name = name
  }

  column({ arrow, reading }: Target): Promise<Column> {
    const data = BigInt64Array.from(this.#numbers(reading), BigInt)
    return Promise.resolve({
      data: arrow.makeData({ type: new arrow.Int64(), length: data.length, nullCount: 0, data }),
    })
  }

  override named(reading: Reading): readonly Named[] {
    return [{ label: nameOf(this.#name, reading), source: sourceOf(this) }]
  }

  asIndex(reading: Reading): Range {
    return { label: nameOf(this.#name, reading), ...this.#range }
  }

  asLabels({ reading }: Target): Promise<{ labels: readonly Label[]; levels: readonly LabelLevel[] }> {
    const labels = this.#numbers(reading).map(number => labelOf(number, reading))
    const label = nameOf(this.#name, reading)
    return Promise.resolve({ labels, levels: [{ label, pandasType: 'int64', numpyType: 'int64' }] })
  }

  #numbers(reading: Reading): number[] {
    const { start, stop, step } = this.#range
    const length = Math.max(0, Math.ceil((stop - start) / step))
    reading.spend(16 * length)
    return Array.from({ length }, (_, i) => start + i * step)
  }
}

/** Several levels, each of them labels and a code for each row. */
export class MultiIndex extends Index {
  readonly python = 'pandas.MultiIndex'
  readonly #levels: readonly { readonly values: Model; readonly codes: Model; readonly name: Model }[]

  constructor(levels: readonly Model[], codes: readonly Model[], names: readonly Model[]) {
    super()
    this.#levels = levels.map((values, i) => ({ values, codes: codes[i] ?? null, name: names[i] ?? null }))
  }

  column(target: Target): never {
    throw target.reading.unsupported(`a ${this.python} in the place of the values of a column`)
  }

  /** Levels without a name are numbered where they stand alone. */
  override named(reading: Reading): readonly Named[] {
    return this.asIndex(reading).map((level, i) => ({ ...level, label: level.label ?? labelOf(i, reading) }))
  }

  asIndex(reading: Reading): readonly Named[] {
    return this.#levels.map(({ values, codes, name }) => ({
      label: nameOf(name, reading),
      source: new Taken(values, codes),
    }))
  }

  async asLabels(target: Target): Promise<{ labels: readonly Label[]; levels: readonly LabelLevel[] }> {
    const { reading } = target
    const levels: LabelLevel[] = []
    const parts: Label[][] = []
    for (const { values, codes, name } of this.#levels) {
      const index = values instanceof Index ? values : new ArrayIndex(values, null)
      const { labels, levels: kinds } = await index.asLabels(target)
      const places = await placesOf(codes, labels.length, target)
      reading.spend(8 * places.length)
      const kind = kinds[0]!
      const missing = missingLabel(kind)
      parts.push(Array.from(places, place => labels[place] ?? missing))
      levels.push({ ...kind, label: nameOf(name, reading) })
    }
    const rows = parts[0]?.length ?? 0
    return {
      labels: Array.from({ length: rows }, (_, i) => tuple(parts.flatMap(part => part[i] ?? []))),
      levels,
    }
  }
}

function nameOf(name: Model, reading: Reading): Label | undefined {
  return name === null ? undefined : labelOf(name, reading)
}

/** The values of a level, one for each code; -1 is missing. */
class Taken implements ColumnSource {
  readonly #values: Model
  readonly #codes: Model

  constructor(values: Model, codes: Model) {
    this.#values = values
    this.#codes = codes
  }

  async column(target: Target): Promise<Column> {
    const { arrow, reading } = target
    const level = await columnOf(this.#values, target)
    const places = await placesOf(this.#codes, level.data.length, target)
    const { length } = places
    if (level.data.length === 0)
      return length === 0 ? level : { data: arrow.makeData({ type: new arrow.Null(), length }) }
    reading.spend(bytesTaken(level, places))
    const ranges = new Uint32Array(2 * length)
    for (let row = 0; row < length; row++) {
      ranges[2 * row] = Math.max(places[row]!, 0)
      ranges[2 * row + 1] = ranges[2 * row]! + 1
    }
    await reading.pause()
    const schema = new arrow.Schema([new arrow.Field('level', level.data.type, true)])
    const taken = takeRows(arrow, makeBatch(arrow, schema, [level.data], level.data.length), ranges).data
      .children[0]!
    if (!places.includes(-1)) return { ...level, data: taken }
    const nulls = validity(target, length, row => places[row] === -1 || !taken.getValid(row))
    return { ...level, data: withNulls(taken, nulls) }
  }
}

function withNulls(data: Data, { nullCount, nullBitmap }: ReturnType<typeof validity>): Data {
  const buffers = [data.valueOffsets, data.values, nullBitmap ?? new Uint8Array(0), data.typeIds] as const
  return data.clone(data.type, 0, data.length, nullCount, [...buffers])
}

/** Of text its own length, else what any number may have. */
function bytesTaken({ data }: Column, places: Int32Array): number {
  const offsets: ArrayLike<number> | undefined = data.valueOffsets
  if (offsets === undefined) return 24 * places.length
  return places.reduce((sum, place) => sum + 12 + (place < 0 ? 0 : offsets[place + 1]! - offsets[place]!), 0)
}

/** Codes as numbers. CORRUPT_ENTRY for one beyond the level. */
async function placesOf(codes: Model, count: number, target: Target): Promise<Int32Array> {
  const { reading } = target
  const { data, shape, stride, offset }: NDArray = await numbersOf(codes, target)
  const length = shape[0]!
  reading.spend(4 * length)
  const places = new Int32Array(length)
  await forRows(reading, length, row => {
    const place = Number(data[offset + row * stride[0]!])
    if (!(place >= -1 && place < count))
      throw reading.corrupt(`has a code beyond the ${count} labels of its level`)
    places[row] = place
  })
  return places
}
