/**
 * pandas' own arrays, which have more than numpy's memory: categories, a time zone, a mask of what is missing. Each has
 * one form here, whatever version wrote it: a dtype, values, and the members of its state.
 */

import type { DType, NDArray } from '../../../src/ndarray.js'
import { type Builder, entriesOf, Global } from '../builder.js'
import { itemsOf, type Model, PyDict } from '../model.js'
import { NumpyArray } from '../numpy/array.js'
import { NumpyDtype } from '../numpy/dtype.js'
import { arrowTextColumn } from './arrow-text.js'
import { categoricalColumn } from './categories.js'
import { type Column, refusal, retyped, type Target } from './column.js'
import { PandasDtype } from './dtypes.js'
import { instantsColumn, numbersColumn } from './numbers.js'
import { frequencyOf } from './offsets.js'
import { isMissing } from './scalars.js'
import { intervalColumn } from './spans.js'
import { columnOf, numbersOf, Values } from './values.js'
import { zoneOf } from './zones.js'

/** An array of pandas' own. */
export class ExtensionArray extends Values {
  readonly python: string
  readonly kind: string
  readonly #members = new Map<string, Model>()

  constructor(kind: string, members: Readonly<Record<string, Model | undefined>> = {}) {
    super()
    this.kind = kind
    this.python = `pandas.arrays.${kind}`
    for (const [name, model] of Object.entries(members))
      if (model !== undefined) this.#members.set(name, model)
  }

  /** A dict of members; or the dtype and the values, in either order, and such a dict; or that dict alone in a tuple. */
  override setState(state: Model): void {
    if (state instanceof PyDict) this.#setMembers(state)
    for (const item of itemsOf(state) ?? []) {
      if (item instanceof PyDict) this.#setMembers(item)
      else if (item instanceof NumpyArray) this.#members.set('_ndarray', item)
      else if (item instanceof PandasDtype || item instanceof NumpyDtype) this.#members.set('_dtype', item)
    }
  }

  /** The first of `names` that it has. */
  get(...names: readonly string[]): Model | undefined {
    const name = names.find(one => this.#members.has(one))
    return name === undefined ? undefined : this.#members.get(name)
  }

  column(target: Target, item: number): Promise<Column> {
    const make = COLUMNS[this.kind]
    if (make === undefined) throw refusal(target, `values of ${this.python}`)
    return make(this, target, item)
  }

  #setMembers(state: PyDict): void {
    const { pairs } = state
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i]
      if (typeof name === 'string') this.#members.set(name, pairs[i + 1] ?? null)
    }
  }
}

type MakeColumn = (array: ExtensionArray, target: Target, item: number) => Promise<Column>

const instants: MakeColumn = async (array, target, item) => {
  const dtype = array.get('_dtype')
  const zone = zoneOf(dtype instanceof PandasDtype ? dtype.get('tz', 1) : array.get('tz'), target.reading)
  return instantsColumn(target, timesOf(await valuesOf(array, target, item), 'datetime64[ns]'), zone)
}

const durations: MakeColumn = async (array, target, item) => {
  return numbersColumn(target, timesOf(await valuesOf(array, target, item), 'timedelta64[ns]'))
}

function valuesOf(array: ExtensionArray, target: Target, item: number): Promise<NDArray> {
  return numbersOf(array.get('_ndarray', '_data'), target, item)
}

/** Old versions keep times as the integers that they are. */
function timesOf(a: NDArray, dtype: DType): NDArray {
  return a.dtype === 'int64' ? { ...a, dtype } : a
}

/** Counts of periods since 1970, under the name that pandas registers with Arrow. */
const periods: MakeColumn = async (array, target, item) => {
  const { arrow, reading } = target
  const dtype = array.get('_dtype')
  const freq =
    dtype instanceof PandasDtype ? dtype.frequency(reading) : frequencyOf(array.get('_freq', 'freq'), reading)
  // Missing ones are marked as in times.
  const column = numbersColumn(target, timesOf(await valuesOf(array, target, item), 'timedelta64[ns]'))
  return {
    data: retyped(target, column.data, new arrow.Int64()),
    dtype: `period[${freq}]`,
    metadata: new Map([
      ['ARROW:extension:name', 'pandas.period'],
      ['ARROW:extension:metadata', JSON.stringify({ freq })],
    ]),
  }
}

/** Numbers or booleans with a mask that is true where one is missing; a NaN is a value of its own. */
const masked: MakeColumn = async (array, target, item) => {
  const numbers = await numbersOf(array.get('_data'), target, item)
  const mask = await numbersOf(array.get('_mask'), target, item)
  const { data } = mask
  const { length } = numbers.shape.length === 1 ? { length: numbers.shape[0]! } : { length: -1 }
  if (mask.dtype !== 'bool' || mask.shape[0] !== length)
    throw target.reading.corrupt('has a mask that is not that of its array')
  const column = numbersColumn(target, numbers, row => data[mask.offset + row * mask.stride[0]!] === 1)
  return { ...column, dtype: maskedName(numbers.dtype) }
}

function maskedName(dtype: string): string {
  if (dtype === 'bool') return 'boolean'
  return dtype
    .replace(/^uint/, 'UInt')
    .replace(/^int/, 'Int')
    .replace(/^float/, 'Float')
}

const strings: MakeColumn = async (array, target, item) => {
  return { ...(await columnOf(array.get('_ndarray', '_data'), target, item)), dtype: dtypeOfText(array) }
}

/** pandas 3 has strings that NaN is missing of, in the place of objects. */
function dtypeOfText(array: ExtensionArray): string {
  const dtype = array.get('_dtype')
  const missing = dtype instanceof PandasDtype ? (dtype.get('na_value', 1) ?? null) : null
  return typeof missing === 'number' && isMissing(missing) ? 'str' : 'string'
}

const arrowText: MakeColumn = async (array, target) => {
  return { ...arrowTextColumn(array.get('_pa_array', '_data'), target), dtype: dtypeOfText(array) }
}

const COLUMNS: Readonly<Record<string, MakeColumn>> = {
  Categorical: (array, target) => categoricalColumn(array, target),
  DatetimeArray: instants,
  TimedeltaArray: durations,
  PeriodArray: periods,
  IntervalArray: (array, target) => intervalColumn(array, target),
  IntegerArray: masked,
  FloatingArray: masked,
  BooleanArray: masked,
  StringArray: strings,
  StringArrayNumpySemantics: strings,
  PandasArray: (array, target, item) => columnOf(array.get('_ndarray'), target, item),
  NumpyExtensionArray: (array, target, item) => columnOf(array.get('_ndarray'), target, item),
  ArrowStringArray: arrowText,
  ArrowStringArrayNumpySemantics: arrowText,
}

const array = (kind: string): Builder => ({ call: () => new ExtensionArray(kind) })

/** `(class, checksum of its layout[, state])`, as Cython makes them. */
const fromCython: Builder = {
  call([type, , state], reading) {
    if (!(type instanceof Global)) throw reading.corrupt('makes an array of pandas of what is no class')
    const made = type.call([], reading)
    if (!(made instanceof ExtensionArray)) throw reading.unsupported(`a ${type.module}.${type.attribute}`)
    if (state !== undefined && state !== null) made.setState(state)
    return made
  },
}

const MODULES: Readonly<Record<string, readonly string[]>> = {
  Categorical: ['pandas', 'pandas.core.categorical', 'pandas.core.arrays.categorical'],
  DatetimeArray: ['pandas.core.arrays.datetimes'],
  TimedeltaArray: ['pandas.core.arrays.timedeltas'],
  PeriodArray: ['pandas.core.arrays.period'],
  IntervalArray: ['pandas.core.arrays.interval'],
  IntegerArray: ['pandas.core.arrays.integer'],
  FloatingArray: ['pandas.core.arrays.floating'],
  BooleanArray: ['pandas.core.arrays.boolean'],
  StringArray: ['pandas.core.arrays.string_'],
  StringArrayNumpySemantics: ['pandas.core.arrays.string_'],
  PandasArray: ['pandas.core.arrays.numpy_'],
  NumpyExtensionArray: ['pandas.core.arrays.numpy_'],
  ArrowStringArray: ['pandas.core.arrays.string_arrow'],
  ArrowStringArrayNumpySemantics: ['pandas.core.arrays.string_arrow'],
}

export const ARRAY_GLOBALS: readonly [string, Builder][] = [
  ...Object.entries(MODULES).flatMap(([kind, modules]) =>
    entriesOf(['pandas.arrays', ...modules], { [kind]: array(kind) }),
  ),
  ...entriesOf(['pandas._libs.arrays'], { __pyx_unpickle_NDArrayBacked: fromCython }),
  ...entriesOf(['pandas._libs.interval'], { __pyx_unpickle_IntervalMixin: fromCython }),
  ...entriesOf(['pandas._libs.tslibs.period'], { __pyx_unpickle_PeriodMixin: fromCython }),
]
