/**
 * The three ways in which pickles write text, and the two in which Python 2 wrote byte strings.
 */
import { type Model, Python2Str } from './model.js'
import type { Reading } from './reading.js'

/** Text of this many bytes is faster read character by character. */
const SHORT = 16

/** UTF-8 that may hold halves of surrogate pairs, as Python's `surrogatepass` writes them. */
export function utf8(bytes: Buffer, begin: number, end: number, reading: Reading): string {
  if (end - begin <= SHORT) {
    const text = ascii(bytes, begin, end)
    if (text !== undefined) return text
  }
  const text = reading.sized(() => bytes.toString('utf8', begin, end))
  return text.includes('\ufffd') ? withSurrogates(bytes.subarray(begin, end), text, reading) : text
}

function ascii(bytes: Buffer, begin: number, end: number): string | undefined {
  let text = ''
  for (let i = begin; i < end; i++) {
    const byte = bytes[i]!
    if (byte > 0x7f) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}

/** A replacement character may stand in the text itself, stand for half a pair, or for what is no text. */
function withSurrogates(bytes: Buffer, text: string, reading: Reading): string {
  if (Buffer.from(text, 'utf8').equals(bytes)) return text
  const parts: string[] = []
  let begin = 0
  const add = (end: number): void => {
    const part = bytes.toString('utf8', begin, end)
    if (part.includes('\ufffd') && !Buffer.from(part, 'utf8').equals(bytes.subarray(begin, end))) {
      throw reading.corrupt('has text that is not UTF-8')
    }
    parts.push(part)
  }
  for (let i = bytes.indexOf(0xed); i >= 0; i = bytes.indexOf(0xed, i + 1)) {
    const [second = 0, third = 0] = bytes.subarray(i + 1, i + 3)
    if (second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) continue
    add(i)
    parts.push(String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)))
    begin = i + 3
  }
  add(bytes.length)
  return parts.join('')
}

/** Latin-1 with `\u0394` and `\U0001f9e0`, of protocol 0. */
export function rawUnicodeEscape(line: string, reading: Reading): string {
  return line.replace(
    /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|[\s\S]|$)/g,
    (whole, short?: string, long?: string) => {
      const code = Number.parseInt(short ?? long ?? '', 16)
      if (code <= 0x10ffff) return String.fromCodePoint(code)
      if (/^\\[uU]/.test(whole)) throw reading.corrupt('has text with an unknown character')
      return whole
    },
  )
}

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['\n', -1],
  ['\\', 0x5c],
  ["'", 0x27],
  ['"', 0x22],
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
])

/** A byte string in quotes, with escapes as in source code. */
export function quotedBytes(line: string, reading: Reading): Model {
  const inner = /^(['"])(.*)\1\s*$/s.exec(line)?.[2]
  if (inner === undefined) throw reading.corrupt('has a byte string without quotes')
  const bytes = inner.replace(
    /\\(?:x([\da-fA-F]{2})|([0-7]{1,3})|([\s\S]|$))/g,
    (whole, hex, octal, letter) => {
      const code =
        hex === undefined
          ? octal === undefined
            ? ESCAPES.get(letter)
            : Number.parseInt(octal, 8)
          : Number.parseInt(hex, 16)
      if (code === undefined) return whole
      return code < 0 ? '' : String.fromCharCode(code & 0xff)
    },
  )
  return byteString(Buffer.from(bytes, 'latin1'))
}

/** A `str` of Python 2: text where all of it is ASCII, else kept as bytes until it is clear what they are. */
export function byteString(bytes: Uint8Array): Model {
  for (const byte of bytes) if (byte > 0x7f) return new Python2Str(bytes)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
