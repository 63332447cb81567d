/**
 * Steps over encoded thrift values. Every step is checked against the end of the bytes, and none makes an object:
 * the footer of a table of thousands of columns has hundreds of thousands of values.
 * Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

export const I16 = 4
export const I64 = 6
export const BINARY = 8
export const LIST = 9
export const STRUCT = 12
/** More columns or row groups than any table has. */
export const MOST_ITEMS: number = 2 ** 20

const TRUE = 1
const FALSE = 2
const BYTE = 3
const DOUBLE = 7
const SET = 10
/** No footer nests deeper; a hostile one must not exhaust the stack. */
const DEEPEST = 32

/** Where the value of `type` that starts at `at` ends. */
export function skipValue(bytes: Uint8Array, at: number, type: number, depth: number): number {
  if (type === TRUE || type === FALSE) return at
  if (type >= I16 && type <= I64) return skipVarint(bytes, at)
  if (type === BINARY) {
    const length = sizeAt(bytes, at)
    return advance(bytes, sizeEnd(bytes, at), length)
  }
  if (type === STRUCT) return skipStruct(bytes, at, depth)
  if (type === LIST || type === SET) {
    if (depth > DEEPEST) throw new RangeError('its metadata are nested too deeply')
    const { type: inner, count, next } = listHeader(bytes, at)
    let end = next
    for (let i = 0; i < count; i++) end = itemEnd(bytes, end, inner, depth + 1)
    return end
  }
  if (type === BYTE) return advance(bytes, at, 1)
  if (type === DOUBLE) return advance(bytes, at, 8)
  throw new RangeError(`its metadata hold an unknown thrift type ${type}`)
}

/** In a list a boolean takes a byte; in a struct it is in the field's header. */
export function itemEnd(bytes: Uint8Array, at: number, type: number, depth: number): number {
  return type === TRUE || type === FALSE ? advance(bytes, at, 1) : skipValue(bytes, at, type, depth)
}

/** Type and number of the items of the list at `at`, and where the first starts. */
export function listHeader(bytes: Uint8Array, at: number): { type: number; count: number; next: number } {
  const byte = bytes[at]
  if (byte === undefined) throw ended()
  if (byte >> 4 !== 15) return { type: byte & 0x0f, count: byte >> 4, next: at + 1 }
  return { type: byte & 0x0f, count: sizeAt(bytes, at + 1), next: sizeEnd(bytes, at + 1) }
}

/** A number of bytes or items at `at`, which cannot be more than there are bytes left. */
export function sizeAt(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let unit = 1, i = at; unit <= 2 ** 28; unit *= 128, i++) {
    const byte = bytes[i]
    if (byte === undefined) throw ended()
    value += (byte & 0x7f) * unit
    if (byte >= 0x80) continue
    if (value > bytes.byteLength - i - 1) throw ended()
    return value
  }
  throw ended()
}

/** The signed integer at `at`. RangeError where a number does not hold it exactly. */
export function numberAt(bytes: Uint8Array, at: number): number {
  let value = 0
  // Seven times seven bits are exact; a longer encoding is rare.
  for (let i = at, unit = 1; i < at + 7; i++, unit *= 128) {
    const byte = bytes[i]
    if (byte === undefined) throw ended()
    value += (byte & 0x7f) * unit
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  const number = Number(integerAt(bytes, at))
  if (Number.isSafeInteger(number)) return number
  throw new RangeError(`its metadata hold the number ${number}`)
}

/** The signed integer of up to 64 bits at `at`. */
export function integerAt(bytes: Uint8Array, at: number): bigint {
  const end = skipVarint(bytes, at)
  let value = 0n
  for (let i = end - 1; i >= at; i--) value = (value << 7n) | BigInt(bytes[i]! & 0x7f)
  return (value >> 1n) ^ -(value & 1n)
}

/** Where the varint at `at` ends. */
export function skipVarint(bytes: Uint8Array, at: number): number {
  const end = sizeEnd(bytes, at)
  if (end - at > 10) throw new RangeError('an integer in its metadata has more than 64 bits')
  return end
}

export function sizeEnd(bytes: Uint8Array, at: number): number {
  for (let i = at; ; i++) {
    const byte = bytes[i]
    if (byte === undefined) throw ended()
    if (byte < 0x80) return i + 1
  }
}

function skipStruct(bytes: Uint8Array, at: number, depth: number): number {
  if (depth > DEEPEST) throw new RangeError('its metadata are nested too deeply')
  for (let i = at; ; ) {
    const header = bytes[i++]
    if (header === undefined) throw ended()
    if (header === 0) return i
    if (header >> 4 === 0) i = skipVarint(bytes, i)
    i = skipValue(bytes, i, header & 0x0f, depth + 1)
  }
}

function advance(bytes: Uint8Array, at: number, count: number): number {
  if (at + count > bytes.byteLength) throw ended()
  return at + count
}

function ended(): RangeError {
  return new RangeError('its metadata end inside a value')
}
