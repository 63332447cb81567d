/** pandas' own dtypes: what they say beyond the values of an array. */
import { type Builder, entriesOf } from '../builder.js'
import { type Model, PyDict, PyObject, textOf } from '../model.js'
import type { Reading } from '../reading.js'
import { frequencyOf } from './offsets.js'

/** A dtype by the name of its class, with what its constructor or its state says. */
export class PandasDtype extends PyObject {
  readonly python: string
  readonly name: string
  readonly args: readonly Model[]
  #state: PyDict | undefined

  constructor(name: string, args: readonly Model[]) {
    super()
    this.python = `pandas.${name}`
    this.name = name
    this.args = args
  }

  override setState(state: Model, reading: Reading): void {
    if (!(state instanceof PyDict)) throw reading.corrupt(`has a ${this.python} whose state is no dict`)
    this.#state = state
  }

  /** A member of the state, or, with some versions, an argument. */
  get(member: string, place: number): Model | undefined {
    return this.#state?.get(member) ?? this.args[place]
  }

  /** Of periods: `period[M]`. */
  frequency(reading: Reading): string {
    const given = this.get('freq', 0)
    const name = textOf(given)
    return name === undefined ? frequencyOf(given, reading) : name.replace(/^period\[(.*)\]$/i, '$1')
  }
}

const NAMES: readonly string[] = [
  'CategoricalDtype',
  'DatetimeTZDtype',
  'PeriodDtype',
  'IntervalDtype',
  'PandasDtype',
  'NumpyEADtype',
  'StringDtype',
  'BooleanDtype',
  'Int8Dtype',
  'Int16Dtype',
  'Int32Dtype',
  'Int64Dtype',
  'UInt8Dtype',
  'UInt16Dtype',
  'UInt32Dtype',
  'UInt64Dtype',
  'Float32Dtype',
  'Float64Dtype',
]

const MODULES: readonly string[] = [
  'pandas',
  'pandas.types.dtypes',
  'pandas.core.dtypes.dtypes',
  'pandas.core.arrays.numpy_',
  'pandas.core.arrays.string_',
  'pandas.core.arrays.boolean',
  'pandas.core.arrays.integer',
  'pandas.core.arrays.floating',
]

export const DTYPE_GLOBALS: readonly [string, Builder][] = entriesOf(
  MODULES,
  Object.fromEntries(
    NAMES.map((name): [string, Builder] => [name, { call: args => new PandasDtype(name, args) }]),
  ),
)
