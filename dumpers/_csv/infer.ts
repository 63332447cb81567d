/**
 * The type of a column of text that nobody has said, from all of its fields: bool, int64, uint64, float64, date32,
 * a timestamp, else utf8. A type is taken only where it loses nothing that the text says.
 */
import { isBoolean } from './build.js'
import type { Rows } from './column.js'
import { parseDate, parseInstant } from './dates.js'
import { parseFloat64, parseWhole } from './numbers.js'
import type { Kind } from './types.js'

/** `007`, `+1` and `1_000` are names, not numbers; so is `-0`, unless there are floats beside it. */
const INTEGER = /^(?:0|-?[1-9]\d*)$/
const FLOAT = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$|^-?(?:nan|inf(?:inity)?)$/i
const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n
const TEXT: Kind = { kind: 'text', large: false }
/** Every instant of these days fits into 64 bits of nanoseconds. */
const NANOSECOND_DAYS = 106_751

type Seen = 'bool' | 'integer' | 'float' | 'date' | 'local' | 'zoned' | 'text'

export class Inference {
  readonly #seen = new Set<Seen>()
  #low = 0n
  #high = 0n
  /** Every integer is a float64 as well. */
  #exactAsFloat = true
  #digits = 0
  #farthestDay = 0

  /** Looks at field `at` of the rows from `from` on. The empty text is null and says nothing. */
  add(rows: Rows, at: number, from: number): void {
    for (let i = from; i < rows.length && !this.#seen.has('text'); i++) {
      const text = rows[i]?.[at] ?? ''
      if (text !== '') this.#seen.add(this.#look(text))
    }
  }

  /** The type that holds everything that was seen. */
  kind(): Kind {
    const seen = [...this.#seen].sort().join(' ')
    switch (seen) {
      case '':
        return { kind: 'null' }
      case 'bool':
        return { kind: 'bool' }
      case 'integer':
        return this.#integer()
      case 'float':
        return { kind: 'float', bits: 64 }
      case 'float integer':
        return this.#exactAsFloat ? { kind: 'float', bits: 64 } : TEXT
      case 'date':
        return { kind: 'date', bits: 32 }
      case 'local':
        return this.#timestamp(undefined)
      case 'zoned':
        return this.#timestamp('UTC')
      default:
        return TEXT
    }
  }

  #look(text: string): Seen {
    if (isBoolean(text)) return 'bool'
    if (INTEGER.test(text)) return this.#lookAtInteger(text)
    if (FLOAT.test(text)) return parseFloat64(text) === undefined ? 'text' : 'float'
    const first = text.charCodeAt(0)
    if (first < 48 || first > 57 || text.length > 40) return 'text'
    if (!Number.isNaN(parseDate(text))) return 'date'
    const instant = parseInstant(text)
    if (instant === undefined) return 'text'
    this.#digits = Math.max(this.#digits, instant.digits)
    this.#farthestDay = Math.max(this.#farthestDay, Math.abs(instant.day))
    return instant.offset === undefined ? 'local' : 'zoned'
  }

  #lookAtInteger(text: string): Seen {
    if (Number.isFinite(parseWhole(text))) {
      if (text.startsWith('-')) this.#low = this.#low < -1n ? this.#low : -1n
      return 'integer'
    }
    if (text.length > 20) return 'text'
    const value = BigInt(text)
    if (value < this.#low) this.#low = value
    if (value > this.#high) this.#high = value
    if (BigInt(Number(value)) !== value) this.#exactAsFloat = false
    return 'integer'
  }

  #integer(): Kind {
    if (this.#low >= INT64_MIN && this.#high <= INT64_MAX) return { kind: 'integer', bits: 64, signed: true }
    if (this.#low >= 0n && this.#high <= UINT64_MAX) return { kind: 'integer', bits: 64, signed: false }
    return TEXT
  }

  /** Milliseconds at least, as JavaScript has them. */
  #timestamp(zone: string | undefined): Kind {
    const unit = this.#digits <= 3 ? 1 : this.#digits <= 6 ? 2 : 3
    if (unit === 3 && this.#farthestDay >= NANOSECOND_DAYS) return TEXT
    return { kind: 'timestamp', unit, zone }
  }
}
