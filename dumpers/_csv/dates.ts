/**
 * Dates and times as ISO 8601 text, exact over the whole range of Arrow's 64-bit integers; JavaScript's own Date ends
 * at the year 275,760 and at milliseconds. Years outside 0000 to 9999 have a sign and at least six digits.
 *
 * https://www.w3.org/TR/xmlschema-2/#dateTime
 */

/** A point in time as it is written: a day, the time in it, and the offset from UTC where one is said. */
export interface Instant {
  /** Days since 1970-01-01. */
  readonly day: number
  /** Seconds since the start of that day. */
  readonly second: number
  readonly nanosecond: number
  /** Digits after the decimal point of the seconds. */
  readonly digits: number
  /** Minutes east of UTC. */
  readonly offset: number | undefined
}

const DAY = 86_400
const NUMBERS_END = 2n ** 53n
const LONG_DATE = /^([+-]\d{6,15})-(\d\d)-(\d\d)$/
const DASH = 45
const COLON = 58

/** Units in a second, by Arrow's number of the unit. */
const PER_SECOND: readonly number[] = [1, 1e3, 1e6, 1e9]

/** `2026-11-21`, of the days since 1970-01-01. */
export function formatDate(day: number): string {
  // http://howardhinnant.github.io/date_algorithms.html#civil_from_days
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${formatYear(year)}-${two(month)}-${two(dayOfMonth)}`
}

/** Days since 1970-01-01; NaN where the text is no date of the calendar. */
export function parseDate(text: string): number {
  if (text.length !== 10) return parseLongDate(text)
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return Number.NaN
  return dayOf(twoDigits(text, 0) * 100 + twoDigits(text, 2), twoDigits(text, 5), twoDigits(text, 8))
}

/** `13:05:07.250`, with as many digits as the unit has; `count` units since midnight. */
export function formatTime(count: number, unit: number): string {
  const per = PER_SECOND[unit] ?? 1
  const seconds = Math.floor(count / per)
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return unit === 0 ? clock : `${clock}.${String(count - seconds * per).padStart(unit * 3, '0')}`
}

/** Units since midnight; NaN where the text is no time of a day, or is finer than the unit. */
export function parseTime(text: string, unit: number): number {
  const found = parseClock(text, 0, 0)
  if (found === undefined || found.offset !== undefined) return Number.NaN
  const fraction = found.nanosecond / 10 ** (9 - 3 * unit)
  return Number.isInteger(fraction) ? found.second * (PER_SECOND[unit] ?? 1) + fraction : Number.NaN
}

/** `2026-11-21T13:05:07.250`; `count` units since 1970-01-01. */
export function formatTimestamp(count: bigint, unit: number): string {
  const perDay = DAY * (PER_SECOND[unit] ?? 1)
  if (count > -NUMBERS_END && count < NUMBERS_END) {
    const whole = Number(count)
    const day = Math.floor(whole / perDay)
    return `${formatDate(day)}T${formatTime(whole - day * perDay, unit)}`
  }
  const divisor = BigInt(perDay)
  const day = (count - (((count % divisor) + divisor) % divisor)) / divisor
  return `${formatDate(Number(day))}T${formatTime(Number(count - day * divisor), unit)}`
}

/** A date and a time with `T` or a space between them, and perhaps an offset; undefined where it is something else. */
export function parseInstant(text: string): Instant | undefined {
  const separator = text[10] === 'T' || text[10] === ' ' ? 10 : text.indexOf('T')
  if (separator < 10) return undefined
  const day = parseDate(text.slice(0, separator))
  return Number.isNaN(day) ? undefined : parseClock(text, separator + 1, day)
}

/** Units since 1970-01-01, UTC where there is an offset; undefined where the instant is finer than the unit. */
export function countOf({ day, second, nanosecond, offset = 0 }: Instant, unit: number): bigint | undefined {
  const fraction = nanosecond / 10 ** (9 - 3 * unit)
  if (!Number.isInteger(fraction)) return undefined
  const per = PER_SECOND[unit] ?? 1
  const inDay = (second - offset * 60) * per + fraction
  const whole = day * DAY * per + inDay
  return Number.isSafeInteger(whole) ? BigInt(whole) : BigInt(day) * BigInt(DAY * per) + BigInt(inDay)
}

function parseLongDate(text: string): number {
  const found = LONG_DATE.exec(text)
  return found === null ? Number.NaN : dayOf(Number(found[1]), Number(found[2]), Number(found[3]))
}

function dayOf(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN
  const march = month > 2 ? year : year - 1
  const era = Math.floor(march / 400)
  const yearOfEra = march - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** `13:05`, `13:05:07` or `13:05:07.250`, and perhaps an offset; `start` is where it begins. No patterns: it is hot. */
function parseClock(text: string, start: number, day: number): Instant | undefined {
  const hour = twoDigits(text, start)
  const minute = twoDigits(text, start + 3)
  if (!(hour < 24 && minute < 60) || text.charCodeAt(start + 2) !== COLON) return undefined
  let at = start + 5
  let second = 0
  let nanosecond = 0
  let digits = 0
  if (text.charCodeAt(at) === COLON) {
    second = twoDigits(text, at + 1)
    if (!(second < 60)) return undefined
    at += 3
    if (text[at] === '.') {
      for (let digit = digitAt(text, ++at); digit >= 0; digit = digitAt(text, ++at), digits++) {
        nanosecond = nanosecond * 10 + digit
      }
      if (digits === 0 || digits > 9) return undefined
      nanosecond *= 10 ** (9 - digits)
    }
  }
  const offset = at === text.length ? undefined : parseOffset(text.slice(at))
  if (Number.isNaN(offset)) return undefined
  return { day, second: hour * 3600 + minute * 60 + second, nanosecond, digits, offset }
}

/** Minutes east of UTC; NaN where the text is no offset. */
function parseOffset(zone: string): number {
  if (zone === 'Z') return 0
  if (!/^[+-]\d\d:?\d\d$/.test(zone)) return Number.NaN
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(-2))
  if (hours > 23 || minutes > 59) return Number.NaN
  return (hours * 60 + minutes) * (zone.startsWith('-') ? -1 : 1)
}

/** NaN where there are no two digits. */
function twoDigits(text: string, at: number): number {
  const tens = digitAt(text, at)
  const ones = digitAt(text, at + 1)
  return tens < 0 || ones < 0 ? Number.NaN : tens * 10 + ones
}

/** -1 where there is no digit. */
function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48
  return digit >= 0 && digit <= 9 ? digit : -1
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

function formatYear(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0')
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
