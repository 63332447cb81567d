/**
 * Any plain value on one short line. Only so much of it is looked at as is shown.
 */
import { MORE } from './edges.js'
import { clipped, quoted } from './printable.js'

const DEEPEST = 3
const MEMBERS = 5
const ITEMS = 3
const CHARACTERS = 60
const BYTES = 20

/** Numbers, strings in quotes, dates, bytes, and the first members of lists and objects. */
export function plainText(value: unknown, depth = 0): string {
  if (typeof value === 'string') return quoted(value, CHARACTERS)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value !== 'object' || value === null) return clipped(String(value), CHARACTERS)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Uint8Array) return bytesText(value)
  if (depth >= DEEPEST) return MORE
  if (isList(value)) return listText(value.length, i => plainText(value[i], depth + 1))
  return membersText(Object.entries(value), (_name, item) => plainText(item, depth + 1))
}

/** A number in the digits that tell it from others, without those that only show how it is stored; integers in all. */
export function numberText(value: number, digits = 8): string {
  if (Number.isSafeInteger(value) || !Number.isFinite(value))
    return Object.is(value, -0) ? '-0' : String(value)
  return String(Number(value.toPrecision(digits)))
}

/** `b"abc\x00"`, as Python writes bytes. */
export function bytesText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, BYTES), byte => {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
    return isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  })
  return `b"${shown.join('')}"${bytes.length > BYTES ? MORE : ''}`
}

/** The first items of a list, and how many there are beside them. */
export function listText(length: number, item: (i: number) => string): string {
  const shown = Array.from({ length: Math.min(length, ITEMS) }, (_, i) => item(i))
  if (length > ITEMS) shown.push(`${MORE} ${length - ITEMS} more`)
  return `[${shown.join(', ')}]`
}

/** The first members, `{name: value}`. */
export function membersText<T>(
  members: Iterable<readonly [string, T]>,
  item: (name: string, value: T) => string,
): string {
  const shown: string[] = []
  for (const [name, value] of members) {
    if (shown.length === MEMBERS) {
      shown.push(MORE)
      break
    }
    shown.push(`${clipped(name, CHARACTERS)}: ${item(name, value)}`)
  }
  return `{${shown.join(', ')}}`
}

function isList(value: object): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)
}
