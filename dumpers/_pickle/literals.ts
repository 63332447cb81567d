/**
 * The opcodes that stand for a value by themselves: constants, numbers, text and bytes.
 */
import type { Cursor } from './cursor.js'
import { decimalOf, longOf } from './integers.js'
import { type Model, PyFloat } from './model.js'
import * as op from './opcodes.js'
import type { Reading } from './reading.js'
import { byteString, quotedBytes, rawUnicodeEscape, utf8 } from './texts.js'

/** The value that the opcode `code` stands for, its argument read from `cursor`; undefined for opcodes of other kinds. */
export function literalOf(code: number, cursor: Cursor, reading: Reading): Model | undefined {
  switch (code) {
    case op.BININT1:
      return cursor.uint8()
    case op.BININT2:
      return cursor.uint16()
    case op.BININT:
      return cursor.int32()
    case op.BINFLOAT:
      return float(cursor.float64())
    case op.SHORT_BINUNICODE:
      return textOf(cursor, cursor.uint8(), reading)
    case op.BINUNICODE:
      return textOf(cursor, cursor.uint32(), reading)
    case op.BINUNICODE8:
      return textOf(cursor, cursor.uint64(), reading)
    case op.NONE:
      return null
    case op.NEWTRUE:
      return true
    case op.NEWFALSE:
      return false
    case op.SHORT_BINBYTES:
      return cursor.view(cursor.uint8())
    case op.BINBYTES:
      return cursor.view(cursor.uint32())
    case op.BINBYTES8:
    case op.BYTEARRAY8:
      return cursor.view(cursor.uint64())
    case op.LONG1:
      return longOf(cursor.view(cursor.uint8()), reading)
    case op.LONG4:
      return longOf(cursor.view(lengthOf(cursor, reading)), reading)
    default:
      return oldLiteralOf(code, cursor, reading)
  }
}

/** Text of protocol 0, and the byte strings of Python 2. */
function oldLiteralOf(code: number, cursor: Cursor, reading: Reading): Model | undefined {
  switch (code) {
    case op.INT:
      return intOrBoolean(cursor.line(), reading)
    case op.LONG:
      return decimalOf(cursor.line(), reading)
    case op.FLOAT:
      return float(floatOfText(cursor.line(), reading))
    case op.UNICODE:
      return rawUnicodeEscape(cursor.line(), reading)
    case op.STRING:
      return quotedBytes(cursor.line(), reading)
    case op.BINSTRING:
      return byteString(cursor.view(lengthOf(cursor, reading)))
    case op.SHORT_BINSTRING:
      return byteString(cursor.view(cursor.uint8()))
    default:
      return undefined
  }
}

function textOf(cursor: Cursor, length: number, reading: Reading): string {
  const begin = cursor.skip(length)
  return utf8(cursor.bytes, begin, begin + length, reading)
}

function lengthOf(cursor: Cursor, reading: Reading): number {
  const length = cursor.int32()
  if (length < 0) throw reading.corrupt('has a value of negative length')
  return length
}

function float(value: number): Model {
  return Number.isInteger(value) ? new PyFloat(value) : value
}

/** Booleans of protocol 0 are ints of two digits. */
function intOrBoolean(line: string, reading: Reading): Model {
  return line === '00' ? false : line === '01' ? true : decimalOf(line, reading)
}

const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
])

function floatOfText(line: string, reading: Reading): number {
  const text = line.trim()
  const special = NOT_FINITE.get(text)
  if (special !== undefined) return special
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text)
  throw reading.corrupt('has a float that is no number')
}
