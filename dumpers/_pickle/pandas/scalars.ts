/**
 * pandas' single values: instants and durations with their units, the two that stand for what is missing, and periods
 * and intervals, which have no form outside of a column.
 */
import type { NDArray } from '../../../src/ndarray.js'
import { type Builder, entriesOf, Global } from '../builder.js'
import { intOf, type Model, PyFloat, PyObject } from '../model.js'
import { PyText } from '../python/texts.js'
import type { Reading } from '../reading.js'

/** Units of times by pandas' number of them, which it writes since 1.5. */
const RESOLUTIONS: ReadonlyMap<number, string> = new Map([
  [7, 's'],
  [8, 'ms'],
  [9, 'us'],
  [10, 'ns'],
])

/** What a unit counts of in a second. */
const PER_SECOND: Readonly<Record<string, bigint>> = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n }

/** Missing, of whatever type; as a single value null. */
export class Missing extends PyObject {
  readonly python: string

  constructor(python: string) {
    super()
    this.python = python
  }

  override toValue(): null {
    return null
  }
}

/** Whether pandas takes `model` for a missing value. */
export function isMissing(model: Model): boolean {
  if (model === null || model instanceof Missing) return true
  if (model instanceof Global) return model.builder === NA
  if (model instanceof PyText) return model.text === 'NaN'
  return Number.isNaN(model instanceof PyFloat ? model.value : model)
}

/** A count of units: an instant since 1970 in UTC, or a duration. */
export abstract class Ticks extends PyObject {
  readonly count: bigint
  readonly unit: string

  constructor(count: bigint, unit: string) {
    super()
    this.count = count
    this.unit = unit
  }

  /** The count of a finer unit. */
  in(unit: string): bigint {
    return (this.count * PER_SECOND[unit]!) / PER_SECOND[this.unit]!
  }

  /** Milliseconds where there are no more digits, else undefined. */
  protected milliseconds(): number | undefined {
    const finest = this.in('ns')
    return finest % 1_000_000n === 0n ? Number(finest / 1_000_000n) : undefined
  }

  /** numpy's form of it: an array without axes. */
  protected array(kind: 'datetime64' | 'timedelta64'): NDArray {
    const data = BigInt64Array.of(this.count)
    return { data, shape: [], stride: [], offset: 0, dtype: `${kind}[${this.unit}]` }
  }
}

/** A `Date` where it is exact, else numpy's `datetime64` without axes: a `Date` counts milliseconds. */
export class Timestamp extends Ticks {
  readonly python = 'pandas.Timestamp'
  readonly zone: Model

  constructor(count: bigint, unit: string, zone: Model) {
    super(count, unit)
    this.zone = zone
  }

  override toValue(): Date | NDArray {
    const date = new Date(this.milliseconds() ?? Number.NaN)
    return Number.isNaN(date.getTime()) ? this.array('datetime64') : date
  }
}

/** numpy's `timedelta64` without axes. */
export class Timedelta extends Ticks {
  readonly python = 'pandas.Timedelta'

  override toValue(): NDArray {
    return this.array('timedelta64')
  }
}

/** A period or an interval. */
class Refused extends PyObject {
  readonly python: string

  constructor(python: string) {
    super()
    this.python = python
  }
}

/** `(value, freq, zone, resolution)`; no resolution before 1.5. */
const timestamp: Builder = {
  call: ([value, , zone = null, resolution], reading) => {
    return new Timestamp(countOf(value, reading), unitOf(resolution, reading), zone)
  },
}

const timedelta: Builder = {
  call: ([value, resolution], reading) => new Timedelta(countOf(value, reading), unitOf(resolution, reading)),
}

const refused = (python: string): Builder => ({ call: () => new Refused(python) })

/** A value that is mentioned by its name alone, and made by calling that of its class. */
const nat: Builder = { call: () => new Missing('pandas.NaT') }

const NA: Builder = { value: null }

const OLD = ['pandas.tslib', 'pandas._libs.tslib']

export const SCALAR_GLOBALS: readonly [string, Builder][] = [
  ...entriesOf([...OLD, 'pandas._libs.tslibs.timestamps', 'pandas'], {
    Timestamp: timestamp,
    _unpickle_timestamp: timestamp,
  }),
  ...entriesOf([...OLD, 'pandas._libs.tslibs.timedeltas', 'pandas'], {
    Timedelta: timedelta,
    _timedelta_unpickle: timedelta,
  }),
  ...entriesOf([...OLD, 'pandas._libs.tslibs.nattype'], {
    __nat_unpickle: nat,
    _nat_unpickle: nat,
    NaTType: nat,
  }),
  ...entriesOf(['pandas._libs.missing', 'pandas'], { NA }),
  ...entriesOf(['pandas._period', 'pandas._libs.period', 'pandas._libs.tslibs.period', 'pandas'], {
    Period: refused('pandas.Period'),
  }),
  ...entriesOf(['pandas._libs.interval', 'pandas'], { Interval: refused('pandas.Interval') }),
]

function countOf(value: Model | undefined, reading: Reading): bigint {
  if (typeof value === 'bigint') return value
  const count = intOf(value)
  if (count === undefined) throw reading.corrupt('has a pandas time that is no whole number')
  return BigInt(count)
}

function unitOf(resolution: Model | undefined, reading: Reading): string {
  if (resolution === undefined || resolution === null) return 'ns'
  const unit = RESOLUTIONS.get(intOf(resolution) ?? -1)
  if (unit === undefined) throw reading.corrupt('has a pandas time in a unit that pandas does not have')
  return unit
}
