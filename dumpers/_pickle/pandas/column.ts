/** A column of a frame on its way to Arrow: what it is made for, what it becomes, and how it says that it cannot. */
import type { Data, DataType } from 'apache-arrow'
import type { DirdictError } from '../../../src/errors.js'
import type { NDArray } from '../../../src/ndarray.js'
import type { Arrow } from '../../_arrow/rebuild.js'
import type { NumpyArray } from '../numpy/array.js'
import type { Reading } from '../reading.js'

/** What a column is made for. */
export interface Target {
  readonly arrow: Arrow
  readonly reading: Reading
  /** Arrays that several columns lie in. */
  readonly blocks: Blocks
  /** How a message calls it: `column "rate"`. */
  readonly what: string
}

/** A column, and what its Arrow type does not say. */
export interface Column {
  readonly data: Data
  /** pandas' dtype, where it is not the one that the type of `data` stands for: `Int64`, `string`, `period[M]`. */
  readonly dtype?: string
  /** Of the field: what Arrow's extension types are known by. */
  readonly metadata?: ReadonlyMap<string, string>
}

/** The blocks of one frame, each decoded once. */
export class Blocks {
  readonly #reading: Reading
  readonly #arrays = new Map<NumpyArray, Promise<NDArray>>()

  constructor(reading: Reading) {
    this.#reading = reading
  }

  arrayOf(block: NumpyArray): Promise<NDArray> {
    const known = this.#arrays.get(block)
    if (known !== undefined) return known
    const array = block.toArray(this.#reading)
    this.#arrays.set(block, array)
    return array
  }
}

/** Gives one column. */
export interface ColumnSource {
  column(target: Target): Promise<Column>
}

/** UNSUPPORTED_FORMAT: `what` are plural: `complex numbers`. */
export function refusal({ reading, what }: Target, values: string): DirdictError {
  return reading.unsupported(`${values} in ${what}`)
}

/** Rows between looks at the clock. */
const ROWS = 4096

/** Takes `step` for each of `length` rows, and lets others have their turn in between. */
export async function forRows(reading: Reading, length: number, step: (row: number) => void): Promise<void> {
  for (let row = 0; row < length; row++) {
    if (row % ROWS === 0) await reading.pause()
    step(row)
  }
}

/** Validity with a bit for each row; none where no row is null. The memory of bitmaps is counted. */
export function validity(
  { reading }: Pick<Target, 'reading'>,
  length: number,
  isNull: (row: number) => boolean,
): { nullBitmap: Uint8Array | undefined; nullCount: number } {
  let nullCount = 0
  for (let row = 0; row < length; row++) if (isNull(row)) nullCount++
  if (nullCount === 0) return { nullBitmap: undefined, nullCount }
  reading.spend((length + 7) >> 3)
  const nullBitmap = new Uint8Array((length + 7) >> 3)
  for (let row = 0; row < length; row++) if (!isNull(row)) nullBitmap[row >> 3]! |= 1 << (row & 7)
  return { nullBitmap, nullCount }
}

/** A column of values of a fixed width, or of bits. */
export function fixedData(
  { arrow }: Pick<Target, 'arrow'>,
  type: DataType,
  length: number,
  values: ArrayBufferView,
  nulls: Pick<Data, 'nullCount'> & { readonly nullBitmap: Uint8Array | undefined },
): Data {
  const { nullCount, nullBitmap } = nulls
  return new arrow.Data(type, 0, length, nullCount, [undefined, values, nullBitmap ?? new Uint8Array(0)])
}

/** The same memory under another type. */
export function retyped(target: Pick<Target, 'arrow'>, data: Data, type: DataType): Data {
  const { length, values, nullCount } = data
  return fixedData(target, type, length, values, {
    nullCount,
    nullBitmap: nullCount === 0 ? undefined : data.nullBitmap,
  })
}
