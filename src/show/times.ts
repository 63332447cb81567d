/**
 * Times as numpy and Arrow store them, a count of units since 1970, as ISO 8601 with all their digits: a Date holds
 * milliseconds only, and not every year.
 */

const DAY = 86_400n
/** After so many days the calendar repeats itself, 400 years later. */
const CYCLE = 146_097n
const SECONDS: Readonly<Record<string, bigint>> = { W: 7n * DAY, D: DAY, h: 3600n, m: 60n, s: 1n }
const DIGITS: Readonly<Record<string, number>> = { ms: 3, us: 6, ns: 9, ps: 12, fs: 15, as: 18 }
/** Characters of `HH:MM:SS` that a coarse unit shows. */
const SHOWN: Readonly<Record<string, number>> = { W: 0, D: 0, h: 2, m: 5 }

/** A count of numpy's units (`Y M W D h m s ms us ns ps fs as`) since 1970, as precise as the unit is. */
export function isoTime(count: bigint, unit: string): string {
  if (unit === 'Y') return yearText(1970n + count)
  if (unit === 'M') return `${yearText(1970n + floorDivide(count, 12n))}-${two(modulo(count, 12n) + 1n)}`
  const digits = DIGITS[unit]
  const perSecond = 10n ** BigInt(digits ?? 0)
  const seconds = digits === undefined ? count * (SECONDS[unit] ?? 1n) : floorDivide(count, perSecond)
  const date = dateText(floorDivide(seconds, DAY))
  const clock = clockText(modulo(seconds, DAY)).slice(0, SHOWN[unit] ?? 8)
  const fraction = digits === undefined ? '' : `.${String(modulo(count, perSecond)).padStart(digits, '0')}`
  return clock === '' ? date : `${date}T${clock}${fraction}`
}

/** The time of a day: a count of `s`, `ms`, `us` or `ns` since midnight. */
export function clockTime(count: bigint, unit: string): string {
  return isoTime(count, unit).split('T')[1] ?? String(count)
}

function dateText(days: bigint): string {
  const inCycle = new Date(Number(modulo(days, CYCLE) * DAY) * 1000)
  const year = BigInt(inCycle.getUTCFullYear()) + 400n * floorDivide(days, CYCLE)
  return `${yearText(year)}${inCycle.toISOString().slice(4, 10)}`
}

function clockText(seconds: bigint): string {
  return [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':')
}

/** Four digits; with a sign where that is not enough, as ISO 8601 has it. */
function yearText(year: bigint): string {
  if (year >= 0n && year <= 9999n) return String(year).padStart(4, '0')
  return `${year < 0n ? '-' : '+'}${String(year < 0n ? -year : year).padStart(6, '0')}`
}

function two(n: bigint): string {
  return String(n).padStart(2, '0')
}

function floorDivide(a: bigint, b: bigint): bigint {
  return (a - modulo(a, b)) / b
}

function modulo(a: bigint, b: bigint): bigint {
  return ((a % b) + b) % b
}
