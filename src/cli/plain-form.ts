/**
 * Values in JSON, for `get --json`: as they are where JSON is exact; integers beyond 2^53, NaN and infinities as
 * strings, bytes as base64. Anything else is refused rather than changed.
 */
import { DirdictError, json } from '../index.js'

/** The JSON form of a value that is neither an array nor a table. VALUE_REJECTED where it has none. */
export function plainForm(value: unknown): unknown {
  if (json.check(value)) return value
  const scalar = scalarForm(value)
  if (scalar !== undefined) return scalar
  throw new DirdictError(
    'VALUE_REJECTED',
    'JSON cannot hold this value. Print it without --json, or write its data file with --out FILE.',
  )
}

/** The JSON form of one number, string or piece of memory; undefined where it is something else. */
export function scalarForm(value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return '-0'
    return Number.isFinite(value) ? value : String(value)
  }
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') }
  return undefined
}

/** What would not fit into one string is told before memory runs out. */
export function assertFits(elements: number): void {
  const most = 10_000_000
  if (elements > most) {
    throw new DirdictError(
      'VALUE_REJECTED',
      `The value has ${elements} elements; --json prints up to ${most}. Write it to a file with --out FILE.`,
    )
  }
}
