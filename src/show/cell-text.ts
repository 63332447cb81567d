/**
 * One cell of a table as text. Only the cell is read, and of a long one only the beginning.
 */
import { ARROW, ARROW_UNITS, type ArrowColumn, type ArrowType } from './arrow-types.js'
import { MORE } from './edges.js'
import { listText, membersText, numberText, plainText } from './plain-text.js'
import { clockTime, isoTime } from './times.js'

const DEEPEST = 3
const MILLISECONDS_OF_A_DAY = 86_400_000

export function cellText(column: ArrowColumn, row: number): string {
  if (!column.isValid(row)) return 'null'
  const { type } = column
  if (type.typeId === ARROW.timestamp) return timestampText(rawTime(column, row), type)
  return valueText(column.get(row), type, 0)
}

function valueText(value: unknown, type: ArrowType, depth: number): string {
  if (value === null || value === undefined) return 'null'
  if (depth === DEEPEST) return MORE
  switch (type.typeId) {
    case ARROW.dictionary:
      return type.dictionary === undefined ? plainText(value) : valueText(value, type.dictionary, depth)
    case ARROW.float:
      return typeof value === 'number' ? numberText(value) : plainText(value)
    case ARROW.decimal:
      return value instanceof Uint32Array ? decimalText(value, type.scale ?? 0) : plainText(value)
    case ARROW.date:
      return dateText(Number(value))
    case ARROW.timestamp:
      return dateTimeText(Number(value))
    case ARROW.time:
      return isCount(value) ? clockTime(BigInt(value), unitOf(type)) : plainText(value)
    case ARROW.duration:
      return `${String(value)} ${unitOf(type)}`
    case ARROW.list:
    case ARROW.fixedSizeList:
      return isVector(value)
        ? listText(value.length, i => valueText(value.get(i), childOf(type, 0), depth + 1))
        : plainText(value)
    case ARROW.struct:
    case ARROW.map:
      return isMembers(value) ? structText(value, type, depth) : plainText(value)
    default:
      return plainText(value)
  }
}

/** Structs, and maps, whose values have the second type of the pairs that they are made of. */
function structText(members: Iterable<readonly [string, unknown]>, type: ArrowType, depth: number): string {
  const ofMap = type.typeId === ARROW.map ? childOf(childOf(type, 0), 1) : undefined
  const ofStruct = (name: string): ArrowType | undefined =>
    type.children?.find(child => child.name === name)?.type
  return membersText(named(members), (name, value) =>
    valueText(value, ofMap ?? ofStruct(name) ?? UNKNOWN, depth + 1),
  )
}

/** Keys of maps need not be strings. */
function* named(members: Iterable<readonly [unknown, unknown]>): Generator<readonly [string, unknown]> {
  for (const [name, value] of members) yield [String(name), value]
}

const UNKNOWN: ArrowType = { typeId: 0 }

function childOf(type: ArrowType, child: number): ArrowType {
  return type.children?.[child]?.type ?? UNKNOWN
}

function unitOf({ unit }: ArrowType): string {
  return ARROW_UNITS[unit ?? -1] ?? 's'
}

/** The 64 bits of a time: Arrow's own accessor gives milliseconds, and loses digits. */
function rawTime(column: ArrowColumn, row: number): bigint | undefined {
  let at = row
  for (const { length, values } of column.data) {
    if (at < length) return values instanceof BigInt64Array ? values[at] : undefined
    at -= length
  }
  return undefined
}

function timestampText(count: bigint | undefined, type: ArrowType): string {
  if (count === undefined) return '?'
  return `${isoTime(count, unitOf(type))}${type.timezone == null ? '' : 'Z'}`
}

/** Inside of lists and structs, milliseconds are all that is to be had. */
function dateTimeText(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? isoTime(BigInt(Math.floor(milliseconds)), 'ms') : '?'
}

function dateText(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '?'
  const isDay = milliseconds % MILLISECONDS_OF_A_DAY === 0
  return isDay ? isoTime(BigInt(milliseconds / MILLISECONDS_OF_A_DAY), 'D') : dateTimeText(milliseconds)
}

/** An integer of 32-bit words, the lowest first, in two's complement. */
function decimalText(words: Uint32Array, scale: number): string {
  let number = 0n
  for (const word of words.toReversed()) number = (number << 32n) | BigInt(word)
  number = BigInt.asIntN(words.length * 32, number)
  const [sign, size] = number < 0n ? ['-', -number] : ['', number]
  if (scale <= 0) return `${sign}${size}${scale < 0 ? `e${-scale}` : ''}`
  const digits = String(size).padStart(scale + 1, '0')
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function isCount(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function isVector(value: unknown): value is Pick<ArrowColumn, 'length' | 'get'> {
  return typeof value === 'object' && value !== null && 'get' in value && 'length' in value
}

function isMembers(value: unknown): value is Iterable<readonly [string, unknown]> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}
