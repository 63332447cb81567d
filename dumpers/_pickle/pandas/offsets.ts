/** Frequencies, which pandas pickles as date offsets. Of an index they are dropped; a period needs the name of its own. */
import { type Builder, entriesOf } from '../builder.js'
import { intOf, type Model, PyDict, PyObject, textOf } from '../model.js'
import type { Reading } from '../reading.js'

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']

/** Those that are the frequency of a period, with pandas' code of it. */
const CODES: Readonly<Record<string, string>> = {
  YearEnd: 'A',
  BYearEnd: 'A',
  QuarterEnd: 'Q',
  BQuarterEnd: 'Q',
  MonthEnd: 'M',
  Week: 'W',
  BusinessDay: 'B',
  Day: 'D',
  Hour: 'H',
  Minute: 'T',
  Second: 'S',
  Milli: 'L',
  Micro: 'U',
  Nano: 'N',
}

/** Further ones, which an index may have. */
const OTHERS: readonly string[] = [
  'DateOffset',
  'BusinessHour',
  'BusinessMonthBegin',
  'BusinessMonthEnd',
  'BMonthBegin',
  'BMonthEnd',
  'BDay',
  'MonthBegin',
  'SemiMonthBegin',
  'SemiMonthEnd',
  'QuarterBegin',
  'BQuarterBegin',
  'YearBegin',
  'BYearBegin',
  'WeekOfMonth',
  'LastWeekOfMonth',
  'FY5253',
  'FY5253Quarter',
  'Easter',
  'CustomBusinessDay',
  'CustomBusinessHour',
  'CustomBusinessMonthBegin',
  'CustomBusinessMonthEnd',
]

/** A date offset. */
class Offset extends PyObject {
  readonly python: string
  readonly #name: string
  readonly #args: readonly Model[]
  #state: PyDict | undefined

  constructor(name: string, args: readonly Model[]) {
    super()
    this.python = `pandas.tseries.offsets.${name}`
    this.#name = name
    this.#args = args
  }

  override setState(state: Model): void {
    if (state instanceof PyDict) this.#state = state
  }

  /** As pandas writes it in the name of a dtype: `M`, `Q-DEC`, `2D`. */
  code(reading: Reading): string {
    const code = CODES[this.#name]
    if (code === undefined) throw reading.unsupported(`periods of ${this.python}`)
    const count = this.#fact(0, 'n') ?? 1
    return `${count === 1 ? '' : count}${code}${this.#anchor(code)}`
  }

  /** The month or the day with which it ends. */
  #anchor(code: string): string {
    if (code === 'A' || code === 'Q') {
      const month = this.#fact(2, code === 'A' ? 'month' : 'startingMonth')
      return `-${MONTHS[(month ?? 12) - 1] ?? 'DEC'}`
    }
    return code === 'W' ? `-${DAYS[this.#fact(2, 'weekday') ?? 6] ?? 'SUN'}` : ''
  }

  #fact(place: number, name: string): number | undefined {
    const kwds = this.#state?.get('kwds')
    return (
      intOf(this.#args[place]) ??
      intOf(this.#state?.get(name)) ??
      (kwds instanceof PyDict ? intOf(kwds.get(name)) : undefined)
    )
  }
}

const offset = (name: string): Builder => ({ call: args => new Offset(name, args) })

export const OFFSET_GLOBALS: readonly [string, Builder][] = [
  ...entriesOf(
    ['pandas._libs.tslibs.offsets', 'pandas.tseries.offsets'],
    Object.fromEntries([...Object.keys(CODES), ...OTHERS].map(name => [name, offset(name)])),
  ),
  ...entriesOf(['pandas'], { DateOffset: offset('DateOffset') }),
  // What a DateOffset of months is made of.
  ...entriesOf(['dateutil.relativedelta'], { relativedelta: offset('relativedelta') }),
]

/** The code of a frequency that is an offset, or its name. */
export function frequencyOf(model: Model | undefined, reading: Reading): string {
  if (model instanceof Offset) return model.code(reading)
  const text = textOf(model)
  if (text === undefined) throw reading.corrupt('has periods without a frequency')
  return text
}
