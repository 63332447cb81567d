/**
 * Where a frame keeps its values: blocks, each of several columns of one type, and for each block the columns that it
 * has. Written since pandas 0.14.1 as a tuple whose last member is `{'0.14.1': {…}}`, since 1.3 as blocks of their own.
 */
import { type Builder, entriesOf } from '../builder.js'
import { intOf, itemsOf, type Model, PyDict, PyObject } from '../model.js'
import { NumpyArray } from '../numpy/array.js'
import { PyRange } from '../python/ranges.js'
import type { Reading } from '../reading.js'
import type { ColumnSource, Target } from './column.js'
import { numbersOf, sourceOf } from './values.js'

/** A block: values, and the columns that they are. */
class Block extends PyObject {
  readonly python = 'pandas.core.internals.blocks.Block'
  readonly values: Model
  readonly places: Model

  constructor(values: Model, places: Model) {
    super()
    this.values = values
    this.places = places
  }
}

export class BlockManager extends PyObject {
  readonly python = 'pandas.core.internals.managers.BlockManager'
  #blocks: readonly Block[] = []
  /** The labels of columns, where there are several, and those of rows. */
  axes: readonly Model[] = []

  /** `(axes, values, items, {'0.14.1': {'axes', 'blocks'}})`. */
  override setState(state: Model, reading: Reading): void {
    const facts = itemsOf(state)?.[3]
    const known = facts instanceof PyDict ? facts.get('0.14.1') : undefined
    if (!(known instanceof PyDict)) throw reading.unsupported('a frame of pandas before 0.14.1')
    const blocks = (itemsOf(known.get('blocks')) ?? []).map(block => {
      if (!(block instanceof PyDict)) throw reading.corrupt('has a frame with a block that is no dict')
      return new Block(block.get('values') ?? null, block.get('mgr_locs') ?? null)
    })
    this.set(blocks, known.get('axes'), reading)
  }

  set(blocks: readonly Model[], axes: Model | undefined, reading: Reading): void {
    const made = blocks.filter(block => block instanceof Block)
    if (made.length !== blocks.length) throw reading.corrupt('has a frame with a block that is none')
    this.#blocks = made
    this.axes = itemsOf(axes) ?? []
  }

  /** The values of a Series. */
  single(reading: Reading): ColumnSource {
    const [block, another] = this.#blocks
    if (block === undefined || another !== undefined)
      throw reading.corrupt('has a Series that is not one block')
    return sourceOf(block.values)
  }

  /** The values of each of `count` columns. CORRUPT_ENTRY where one has none, or two. */
  async columns(count: number, target: Target): Promise<ColumnSource[]> {
    const { reading } = target
    const sources = new Map<number, ColumnSource>()
    for (const { values, places } of this.#blocks) {
      for (const [item, place] of (await placesOf(places, count, target)).entries()) {
        if (values instanceof NumpyArray && item >= (values.shape.length < 2 ? 1 : values.shape[0]!)) {
          throw reading.corrupt(`has a block of ${values.shape[0]} columns with more places`)
        }
        if (sources.has(place)) throw reading.corrupt(`has two columns in place ${place}`)
        sources.set(place, sourceOf(values, item))
      }
    }
    const columns = Array.from({ length: count }, (_, place) => sources.get(place))
    if (sources.size !== count || columns.includes(undefined))
      throw reading.corrupt(`has ${sources.size} of the values of ${count} columns`)
    return columns.filter(column => column !== undefined)
  }
}

/** A slice, or an array of whole numbers; between 0 and `count`. */
async function placesOf(model: Model, count: number, target: Target): Promise<readonly number[]> {
  const { reading } = target
  if (model instanceof PyRange) return placesIn(model, count, reading)
  const { data, offset, stride, shape } = await numbersOf(model, target)
  if (shape[0]! > count) throw reading.corrupt('has a block with more columns than its frame')
  return Array.from({ length: shape[0]! }, (_, i) => Number(data[offset + i * stride[0]!]))
}

function placesIn({ start, stop, step }: PyRange, count: number, reading: Reading): readonly number[] {
  const by = intOf(step) ?? 1
  const from = intOf(start) ?? 0
  const to = intOf(stop) ?? (by < 0 ? -1 : count)
  const length = Math.max(0, Math.ceil((to - from) / by))
  if (!(length <= count)) throw reading.corrupt('has a block with more columns than its frame')
  return Array.from({ length }, (_, i) => from + i * by)
}

/** `(blocks, axes)`, or nothing, and a state. */
const manager: Builder = {
  call([blocks, axes], reading) {
    const made = new BlockManager()
    if (blocks !== undefined) made.set(itemsOf(blocks) ?? [blocks], axes, reading)
    return made
  },
}

/** `(values, places, number of axes)`. */
const block: Builder = { call: ([values = null, places = null]) => new Block(values, places) }

export const MANAGER_GLOBALS: readonly [string, Builder][] = [
  ...entriesOf(['pandas.core.internals', 'pandas.core.internals.managers'], {
    BlockManager: manager,
    SingleBlockManager: manager,
  }),
  ...entriesOf(['pandas._libs.internals'], { _unpickle_block: block }),
]
