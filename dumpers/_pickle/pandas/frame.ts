/** DataFrames and Series, which become Arrow Tables: a Series that of its one column, as `to_frame` makes it. */
import type { Table } from 'apache-arrow'
import { type Builder, entriesOf } from '../builder.js'
import { type Model, PyDict, PyObject } from '../model.js'
import type { Reading } from '../reading.js'
import { Index } from './index.js'
import { FIRST, labelOf } from './label.js'
import { BlockManager } from './manager.js'
import { type LabelLevel, tableOf, targetFor } from './table.js'

abstract class Pandas extends PyObject {
  #state: PyDict | undefined

  override setState(state: Model, reading: Reading): void {
    if (!(state instanceof PyDict)) throw reading.unsupported(`a ${this.python} of pandas before 0.14.1`)
    this.#state = state
  }

  protected member(...names: readonly string[]): Model | undefined {
    return names.map(name => this.#state?.get(name)).find(model => model !== undefined)
  }

  protected manager(reading: Reading): BlockManager {
    const manager = this.member('_mgr', '_data')
    if (manager instanceof BlockManager) return manager
    throw reading.corrupt(`has a ${this.python} without its blocks`)
  }
}

class DataFrame extends Pandas {
  readonly python = 'pandas.DataFrame'

  override async toValue(reading: Reading): Promise<Table> {
    const target = await targetFor(reading)
    const manager = this.manager(reading)
    const [columns, index] = manager.axes.map(axis => indexOf(axis, reading))
    if (columns === undefined || index === undefined) throw reading.corrupt('has a frame without two axes')
    const { labels, levels } = await columns.asLabels(target)
    const sources = await manager.columns(labels.length, target)
    const named = labels.map((label, i) => ({ label, source: sources[i]! }))
    return tableOf(target, { columns: named, levels, index: index.asIndex(reading) })
  }
}

class Series extends Pandas {
  readonly python = 'pandas.Series'

  override async toValue(reading: Reading): Promise<Table> {
    const target = await targetFor(reading)
    const manager = this.manager(reading)
    const name = this.member('_name', 'name') ?? null
    const label = name === null ? FIRST : labelOf(name, reading)
    const source = manager.single(reading)
    const levels = [label.dtype === undefined ? STRINGS : NUMBERS]
    return tableOf(target, {
      columns: [{ label, source }],
      levels,
      index: indexOf(manager.axes[0], reading).asIndex(reading),
    })
  }
}

const STRINGS: LabelLevel = { label: undefined, pandasType: 'unicode', numpyType: 'object' }
const NUMBERS: LabelLevel = { label: undefined, pandasType: 'int64', numpyType: 'int64' }

function indexOf(model: Model | undefined, reading: Reading): Index {
  if (model instanceof Index) return model
  throw reading.corrupt('has a frame with an index that is none')
}

export const FRAME_GLOBALS: readonly [string, Builder][] = [
  ...entriesOf(['pandas', 'pandas.core.frame'], { DataFrame: { call: () => new DataFrame() } }),
  ...entriesOf(['pandas', 'pandas.core.series'], { Series: { call: () => new Series() } }),
]
