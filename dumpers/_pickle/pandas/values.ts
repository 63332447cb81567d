/** Whatever pandas keeps the values of columns in: an array of numpy's, one of its own, or an index. */
import type { Table } from 'apache-arrow'
import type { NDArray } from '../../../src/ndarray.js'
import { type Model, PyObject } from '../model.js'
import { NumpyArray } from '../numpy/array.js'
import type { Reading } from '../reading.js'
import { type Column, type ColumnSource, refusal, type Target } from './column.js'
import { FIRST, levelKind } from './label.js'
import { numbersColumn, rowOf } from './numbers.js'
import { objectsColumn } from './objects.js'
import { type Named, tableOf, targetFor } from './table.js'

/** An array of pandas' own, or an index. */
export abstract class Values extends PyObject {
  /** The column of item `item` of a block; 0 where there is but one. */
  abstract column(target: Target, item: number): Promise<Column>

  /** The columns of the table that it is where it stands alone. */
  named(_reading: Reading): readonly Named[] {
    return [{ label: FIRST, source: sourceOf(this) }]
  }

  override async toValue(reading: Reading): Promise<Table> {
    const columns = this.named(reading).map(({ label, source }) => ({ label: label ?? FIRST, source }))
    const levels = [levelKind(columns.map(({ label }) => label))]
    return tableOf(await targetFor(reading), { columns, levels, index: undefined })
  }
}

/** What an array of pandas says of itself. */
export interface Members {
  /** The first of `names` that it has. */
  get(...names: readonly string[]): Model | undefined
}

/** Item `item` of `model`. CORRUPT_ENTRY where it holds no values. */
export async function columnOf(model: Model | undefined, target: Target, item = 0): Promise<Column> {
  if (model instanceof Values) return model.column(target, item)
  if (Array.isArray(model)) return objectsColumn(target, model)
  return numbersIn(arrayOf(model, target.reading), target, item)
}

/** The same, to be called later. */
export function sourceOf(model: Model | undefined, item = 0): ColumnSource {
  return { column: target => columnOf(model, target, item) }
}

/** One axis of numbers: of a mask, of codes. */
export async function numbersOf(model: Model | undefined, target: Target, item = 0): Promise<NDArray> {
  const array = arrayOf(model, target.reading)
  if (array.objects !== undefined) throw refusal(target, 'Python objects in the place of numbers')
  return rowOf(target, await target.blocks.arrayOf(array), item)
}

async function numbersIn(array: NumpyArray, target: Target, item: number): Promise<Column> {
  const { objects, shape } = array
  if (objects === undefined) return numbersColumn(target, await numbersOf(array, target, item))
  const rows = shape.at(-1) ?? 1
  return objectsColumn(target, shape.length < 2 ? objects : objects.slice(item * rows, (item + 1) * rows))
}

function arrayOf(model: Model | undefined, reading: Reading): NumpyArray {
  if (model instanceof NumpyArray) return model
  const what =
    model instanceof PyObject ? `a ${model.python}` : `a ${model === undefined ? 'nothing' : typeof model}`
  if (model instanceof PyObject) throw reading.unsupported(`${what} in the place of the values of a column`)
  throw reading.corrupt(`has ${what} in the place of the values of a column`)
}
