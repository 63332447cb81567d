/** The names of pandas' indexes, which versions before 0.20 kept elsewhere. All are made by a class and a dict. */
import { type Builder, entriesOf, Global } from '../builder.js'
import { intOf, itemsOf, type Model, PyDict } from '../model.js'
import { NumpyArray } from '../numpy/array.js'
import type { Reading } from '../reading.js'
import { ExtensionArray } from './arrays.js'
import { ArrayIndex, type Index, MultiIndex, RangeIndex } from './index.js'

type MakeIndex = (facts: PyDict, reading: Reading) => Index

const onArray: MakeIndex = (facts, reading) => new ArrayIndex(dataOf(facts, reading), nameOf(facts))

/** On memory of numpy's before pandas 1.0, with the rest beside it. */
const onExtension =
  (kind: string): MakeIndex =>
  (facts, reading) => {
    const data = dataOf(facts, reading)
    if (!(data instanceof NumpyArray)) return new ArrayIndex(data, nameOf(facts))
    return new ArrayIndex(
      new ExtensionArray(kind, { _data: data, tz: facts.get('tz'), freq: facts.get('freq') }),
      nameOf(facts),
    )
  }

const interval: MakeIndex = facts => {
  const members = { left: facts.get('left'), right: facts.get('right'), closed: facts.get('closed') }
  return new ArrayIndex(facts.get('data') ?? new ExtensionArray('IntervalArray', members), nameOf(facts))
}

const range: MakeIndex = (facts, reading) => {
  const [start, stop, step] = ['start', 'stop', 'step'].map(name => intOf(facts.get(name)))
  if (start === undefined || stop === undefined || step === undefined || step === 0)
    throw reading.corrupt('has a range without an end')
  return new RangeIndex(start, stop, step, nameOf(facts))
}

/** `labels` are codes before pandas 0.24. */
const multi: MakeIndex = (facts, reading) => {
  const [levels, codes, names] = [
    facts.get('levels'),
    facts.get('codes') ?? facts.get('labels'),
    facts.get('names'),
  ].map(itemsOf)
  if (levels === undefined || codes?.length !== levels.length)
    throw reading.corrupt('has an index whose levels are not those of its codes')
  return new MultiIndex(levels, codes, names ?? [])
}

function dataOf(facts: PyDict, reading: Reading): Model {
  const data = facts.get('data')
  if (data === undefined) throw reading.corrupt('has an index without data')
  return data
}

function nameOf(facts: PyDict): Model {
  return facts.get('name') ?? null
}

const MAKERS: ReadonlyMap<string, MakeIndex> = new Map([
  ['Index', onArray],
  ['Int64Index', onArray],
  ['UInt64Index', onArray],
  ['Float64Index', onArray],
  ['NumericIndex', onArray],
  ['CategoricalIndex', onArray],
  ['DatetimeIndex', onExtension('DatetimeArray')],
  ['TimedeltaIndex', onExtension('TimedeltaArray')],
  ['PeriodIndex', onExtension('PeriodArray')],
  ['IntervalIndex', interval],
  ['RangeIndex', range],
  ['MultiIndex', multi],
])

/** `(class, facts)`. */
const newIndex: Builder = {
  call([type, facts], reading) {
    const make =
      type instanceof Global && type.builder === indexClass ? MAKERS.get(type.attribute) : undefined
    if (make === undefined || !(facts instanceof PyDict))
      throw reading.corrupt('makes an index of what is none')
    return make(facts, reading)
  },
}

/** A class that is an argument of {@link newIndex}. */
const indexClass: Builder = {}

/** A list that pandas does not change. */
const frozenList: Builder = {
  call: ([items], reading) => {
    reading.spend(8 * (itemsOf(items)?.length ?? 0))
    return [...(itemsOf(items) ?? [])]
  },
}

const KINDS: readonly string[] = [
  'base',
  'numeric',
  'range',
  'category',
  'multi',
  'datetimes',
  'timedeltas',
  'period',
  'interval',
]
const FROZEN = ['pandas.core.base', 'pandas.indexes.frozen', 'pandas.core.indexes.frozen']

/** Index classes under every module that any version had them in: the names alone say which they are. */
export const INDEX_GLOBALS: readonly [string, Builder][] = [
  ...entriesOf(
    [
      'pandas',
      'pandas.core.index',
      'pandas.core.api',
      'pandas.tseries.index',
      'pandas.tseries.tdi',
      'pandas.tseries.period',
      ...KINDS.flatMap(kind => [`pandas.indexes.${kind}`, `pandas.core.indexes.${kind}`]),
    ],
    {
      ...Object.fromEntries([...MAKERS.keys()].map(name => [name, indexClass])),
      _new_Index: newIndex,
      _new_DatetimeIndex: newIndex,
      _new_PeriodIndex: newIndex,
      _new_IntervalIndex: newIndex,
    },
  ),
  ...entriesOf(FROZEN, { FrozenList: frozenList, FrozenNDArray: {} }),
]
