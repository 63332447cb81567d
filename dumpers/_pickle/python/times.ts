/**
 * Python's `datetime` module: packed bytes, which become dates, texts and counts of microseconds.
 * https://docs.python.org/3/library/datetime.html
 */
import type { NDArray } from '../../../src/ndarray.js'
import { type Builder, entriesOf } from '../builder.js'
import { bytesOf, type Model, numberOf, PyObject } from '../model.js'
import type { Reading } from '../reading.js'
import { PyZone, ZONE_GLOBALS } from './zones.js'

const DAY = 86_400_000_000n

/** A span of time: an array `timedelta64[us]` without axes. */
export class PyTimedelta extends PyObject {
  readonly python = 'datetime.timedelta'
  readonly microseconds: bigint

  constructor(microseconds: bigint) {
    super()
    this.microseconds = microseconds
  }

  override toValue(reading: Reading): NDArray {
    const count = this.microseconds
    if (count !== BigInt.asIntN(64, count)) {
      throw reading.unsupported('a datetime.timedelta of more microseconds than 64 bits count')
    }
    return countOf('timedelta64[us]', count)
  }
}

/** A day, or a moment: a Date where it is whole milliseconds, else an array `datetime64[us]` without axes. */
export class PyDatetime extends PyObject {
  readonly python: 'datetime.datetime' | 'datetime.date'
  /** Microseconds since 1970 of what the clock on the wall shows. */
  readonly wall: bigint
  /** Whether it is the second time that the clock shows this, after it was set back. */
  readonly fold: boolean
  readonly zone: PyZone | undefined

  constructor(python: PyDatetime['python'], wall: bigint, fold = false, zone?: PyZone) {
    super()
    this.python = python
    this.wall = wall
    this.fold = fold
    this.zone = zone
  }

  /** Microseconds since 1970 in UTC; without a zone, those of the wall. */
  utc(reading: Reading): bigint {
    return this.zone === undefined ? this.wall : this.zone.utcOf(this.wall, this.fold, reading)
  }

  override toValue(reading: Reading): Date | NDArray {
    const utc = this.utc(reading)
    return utc % 1000n === 0n ? new Date(Number(utc / 1000n)) : countOf('datetime64[us]', utc)
  }
}

/** A time of day: its text, `12:30:00.000001`. */
class PyTime extends PyObject {
  readonly python = 'datetime.time'
  readonly #text: string
  readonly #zone: PyZone | undefined

  constructor(text: string, zone: PyZone | undefined) {
    super()
    this.#text = text
    this.#zone = zone
  }

  override toValue(reading: Reading): string {
    return this.#zone === undefined ? this.#text : this.#text + this.#zone.suffix(reading)
  }
}

const timedelta: Builder = {
  call(args, reading) {
    const [days = 0, seconds = 0, microseconds = 0] = args.map(arg => numberOf(arg) ?? Number.NaN)
    if (![days, seconds, microseconds].every(Number.isSafeInteger)) {
      throw reading.corrupt('has a span of time that is no number')
    }
    return new PyTimedelta(BigInt(days) * DAY + BigInt(seconds) * 1_000_000n + BigInt(microseconds))
  },
}

const date: Builder = {
  call([state], reading) {
    const bytes = packed(state, 4, reading)
    return new PyDatetime('datetime.date', daysOf(bytes, bytes[2]!) * DAY)
  },
}

const datetime: Builder = {
  call([state, zone], reading) {
    const bytes = packed(state, 10, reading)
    const days = daysOf(bytes, bytes[2]! & 0x7f)
    const wall = days * DAY + timeOf(bytes.subarray(4))
    return new PyDatetime('datetime.datetime', wall, bytes[2]! > 0x7f, zoneOf(zone, reading))
  },
}

const time: Builder = {
  call([state, zone], reading) {
    const bytes = packed(state, 6, reading)
    const [hour, minute, second] = [bytes[0]! & 0x7f, bytes[1]!, bytes[2]!].map(n =>
      String(n).padStart(2, '0'),
    )
    const rest = String(timeOf(bytes) % 1_000_000n).padStart(6, '0')
    const text = `${hour}:${minute}:${second}${rest === '000000' ? '' : `.${rest}`}`
    return new PyTime(text, zoneOf(zone, reading))
  },
}

const timezone: Builder = {
  call([offset], reading) {
    if (!(offset instanceof PyTimedelta)) throw reading.corrupt('has a time zone without an offset')
    return PyZone.fixed(offset.microseconds)
  },
}

export const TIME_GLOBALS: [string, Builder][] = [
  ...entriesOf(['datetime', '_pydatetime'], { timedelta, date, datetime, time, timezone }),
  ...ZONE_GLOBALS,
]

function packed(state: Model | undefined, length: number, reading: Reading): Uint8Array {
  const bytes = bytesOf(state)
  if (bytes?.length !== length) throw reading.corrupt(`has a time that is not ${length} bytes`)
  return bytes
}

function zoneOf(zone: Model | undefined, reading: Reading): PyZone | undefined {
  if (zone === undefined || zone === null) return undefined
  if (!(zone instanceof PyZone)) throw reading.corrupt('has a time with a zone that is none')
  return zone
}

/** Days since 1970. `Date.UTC` takes the years 0 to 99 for those of the last century. */
function daysOf([high = 0, low = 0, , day = 0]: Uint8Array, month: number): bigint {
  return BigInt(new Date(0).setUTCFullYear(high * 256 + low, month - 1, day) / 86_400_000)
}

/** Microseconds since midnight. */
function timeOf([hour = 0, minute = 0, second = 0, a = 0, b = 0, c = 0]: Uint8Array): bigint {
  const seconds = ((hour & 0x7f) * 60 + minute) * 60 + second
  return BigInt(seconds) * 1_000_000n + BigInt((a << 16) | (b << 8) | c)
}

function countOf(dtype: NDArray['dtype'], count: bigint): NDArray {
  return { data: BigInt64Array.of(count), shape: [], stride: [], offset: 0, dtype }
}
