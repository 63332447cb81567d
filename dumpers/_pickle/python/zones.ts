/**
 * Time zones, of a fixed offset or by their name in the IANA database, which this Node looks up.
 */
import { type Builder, entriesOf } from '../builder.js'
import { numberOf, PyObject, textOf } from '../model.js'
import type { Reading } from '../reading.js'

const SECOND = 1_000_000n
const DAY: bigint = 86_400n * SECOND

/** A zone: the value is its name, or its offset as text. */
export class PyZone extends PyObject {
  readonly python = 'datetime.tzinfo'
  /** The name in the IANA database; undefined for one of a fixed offset. */
  readonly name: string | undefined
  /** Microseconds that are fixed, whatever the name says. */
  readonly offset: bigint | undefined

  private constructor(name: string | undefined, offset: bigint | undefined) {
    super()
    this.name = name
    this.offset = offset
  }

  static fixed(offset: bigint, name?: string): PyZone {
    return new PyZone(name, offset)
  }

  static named(name: string): PyZone {
    return new PyZone(name, undefined)
  }

  /** Microseconds since 1970 in UTC of what the clock on the wall shows; of two such moments the later where `fold`. */
  utcOf(wall: bigint, fold: boolean, reading: Reading): bigint {
    if (this.offset !== undefined) return wall - this.offset
    const [before, after] = [this.#at(wall - DAY, reading), this.#at(wall + DAY, reading)]
    const [first, second] = fold ? [after, before] : [before, after]
    // The clock shows a time that is skipped by neither: Python takes the first.
    const valid = [first, second].find(offset => this.#at(wall - offset, reading) === offset)
    return wall - (valid ?? first)
  }

  /** `+01:00`, behind a time of day. Refused where the offset depends on the day. */
  suffix(reading: Reading): string {
    if (this.offset === undefined) throw reading.unsupported(`a datetime.time in the zone ${this.name}`)
    return offsetText(this.offset)
  }

  override toValue(): string {
    return this.name ?? offsetText(this.offset ?? 0n)
  }

  /** The offset at a moment in UTC. */
  #at(utc: bigint, reading: Reading): bigint {
    const text = formatterOf(String(this.name), reading).format(Number(utc / 1000n))
    const [, sign, hours = '0', minutes = '0', seconds = '0'] =
      /GMT(?:([+-\u2212])(\d+):(\d+)(?::(\d+))?)?$/.exec(text) ?? []
    const offset = BigInt((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * SECOND
    return sign === '+' || sign === undefined ? offset : -offset
  }
}

/** One for each zone: they take long to make. */
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(timeZone: string, reading: Reading): Intl.DateTimeFormat {
  // Names mean the same in capitals: there are no more formatters than zones.
  const name = timeZone.toLowerCase()
  const known = formatters.get(name)
  if (known !== undefined) return known
  const formatter = makeFormatter(timeZone, reading)
  formatters.set(name, formatter)
  return formatter
}

function makeFormatter(timeZone: string, reading: Reading): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw reading.unsupported(
      `a time in the zone ${JSON.stringify(timeZone)}, which this Node does not know`,
      cause,
    )
  }
}

function offsetText(offset: bigint): string {
  const seconds = Math.abs(Number(offset / SECOND))
  const parts = [seconds / 3600, (seconds / 60) % 60].map(n => String(Math.floor(n)).padStart(2, '0'))
  const rest = seconds % 60 === 0 ? '' : `:${String(seconds % 60).padStart(2, '0')}`
  return `${offset < 0n ? '-' : '+'}${parts.join(':')}${rest}`
}

const zoneByKey: Builder = {
  call([key], reading) {
    const name = textOf(key)
    if (name === undefined) throw reading.corrupt('has a time zone without a name')
    return PyZone.named(name)
  },
}

/** `pytz._p(name, offset, dst, abbreviation)`: pytz says in seconds which offset holds; without one it is any. */
const pytzZone: Builder = {
  call([key, offset], reading) {
    const [name, seconds] = [textOf(key), numberOf(offset)]
    if (name === undefined) throw reading.corrupt('has a time zone without a name')
    return Number.isSafeInteger(seconds)
      ? PyZone.fixed(BigInt(seconds ?? 0) * SECOND, name)
      : PyZone.named(name)
  },
}

const pytzOffset: Builder = {
  call([minutes], reading) {
    const offset = numberOf(minutes)
    if (!Number.isSafeInteger(offset)) throw reading.corrupt('has a time zone without an offset')
    return PyZone.fixed(BigInt(offset ?? 0) * 60n * SECOND)
  },
}

const utc: Builder = { call: () => PyZone.fixed(0n, 'UTC') }

export const ZONE_GLOBALS: [string, Builder][] = [
  ...entriesOf(['zoneinfo', 'backports.zoneinfo', 'zoneinfo._zoneinfo'], {
    ZoneInfo: { ...zoneByKey, attributes: new Map([['_unpickle', zoneByKey]]) },
    'ZoneInfo._unpickle': zoneByKey,
  }),
  ...entriesOf(['pytz'], { _UTC: utc, _p: pytzZone, FixedOffset: pytzOffset, _FixedOffset: pytzOffset }),
  ...entriesOf(['dateutil.tz', 'dateutil.tz.tz'], { tzutc: utc }),
]
