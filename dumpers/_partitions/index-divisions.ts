/**
 * Divisions while the parts of a table are written: the index is followed row by row, and each part that begins gives one.
 * An index that was asked for has to be sorted; of one that a table happened to have, divisions are `null` where it is not.
 */
import type { Data } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import type { Arrow } from '../_arrow/rebuild.js'
import type { Division } from './divisions.js'
import { compareIndex, type IndexValue, indexReader, isTime } from './index-order.js'

export class IndexDivisions {
  readonly #arrow: Arrow
  readonly #name: string
  readonly #required: boolean
  readonly #firsts: IndexValue[] = []
  #last: IndexValue | undefined
  #rows = 0
  /** One division for each part would say something wrong. */
  #unknown = false

  constructor(arrow: Arrow, name: string, required: boolean) {
    this.#arrow = arrow
    this.#name = name
    this.#required = required
  }

  /** The index of one more part. VALUE_REJECTED where it has to be sorted and is not. */
  add(pieces: readonly Data[]): void {
    const part = this.#firsts.length
    for (const data of pieces) {
      if (this.#unknown && !this.#required) return
      this.#follow(data, part)
    }
    if (this.#firsts.length === part) this.#unknown = true
  }

  /** n + 1 of them for `parts` parts. */
  end(parts: number): Division[] {
    const all = [...this.#firsts, this.#last].map(divisionOf)
    const known = !this.#unknown && all.length === parts + 1 && all.every(division => division !== null)
    return known ? all : new Array<null>(parts + 1).fill(null)
  }

  #follow(data: Data, part: number): void {
    const read = indexReader(this.#arrow, data)
    if (read === undefined) {
      this.#refuse(`is ${data.type}`, 'Make it numbers, times or text (Utf8)')
      return
    }
    // They have no form in JSON that dask would take.
    if (isTime(this.#arrow, data.type)) this.#unknown = true
    for (let row = 0; row < data.length; row++) {
      const value = read(row)
      const why = this.#objection(value, () => `row ${this.#rows + row} (part ${part})`)
      if (value === undefined || why !== undefined) {
        this.#refuse(why ?? '')
        return
      }
      if (this.#firsts.length === part) {
        // Where two parts share a value, dask would look for it in one of them.
        if (value === this.#last) this.#unknown = true
        this.#firsts.push(value)
      }
      this.#last = value
    }
    this.#rows += data.length
  }

  /** Only for what is refused are words looked for: there may be millions of rows. */
  #objection(value: IndexValue | undefined, row: () => string): string | undefined {
    const last = this.#last
    if (value === undefined) return `has no value in ${row()}`
    if (last === undefined || compareIndex(value, last) >= 0) return undefined
    return `is not sorted: ${shown(value)} in ${row()} comes after ${shown(last)}`
  }

  #refuse(why: string, instead = 'Sort the rows'): void {
    this.#unknown = true
    if (!this.#required) return
    throw new DirdictError(
      'VALUE_REJECTED',
      `The index ${JSON.stringify(this.#name)} ${why}. ${instead}, or leave the option index out.`,
      { dumper: 'partitions', option: 'index' },
    )
  }
}

/** Where rows `[0, row)` of a sorted column may end so that `row` and the row before it differ; 0 where none of them does. */
export function cutBefore(arrow: Arrow, pieces: readonly Data[], row: number): number {
  const starts = pieces.map((_, i) => pieces.slice(0, i).reduce((sum, { length }) => sum + length, 0))
  const valueAt = (at: number): IndexValue | undefined => {
    const i = starts.findLastIndex(start => start <= at)
    const data = pieces[i]
    return data === undefined ? undefined : indexReader(arrow, data)?.(at - starts[i]!)
  }
  const value = valueAt(row)
  let at = row
  while (at > 0 && value !== undefined && valueAt(at - 1) === value) at--
  return at
}

/** Integers beyond 2^53 are not read back as they are. */
function divisionOf(value: IndexValue | undefined): Division {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) return null
  return value !== undefined && Number.isFinite(Number(value)) ? Number(value) : null
}

function shown(value: IndexValue): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
