/** An Arrow schema as flatbuffers. A type that the format does not have, or a name that UTF-8 does not, is a TypeError. */
import type { DataType, Field, Schema } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import {
  bool,
  type FlatReference,
  type FlatValue,
  int8,
  int16,
  int32,
  int64,
  items,
  references,
  table,
  text,
} from './flat-writer.js'
import { DEEPEST, TYPE } from './format.js'

const LONE_SURROGATE = /\p{Surrogate}/u

export function schemaTable(arrow: Arrow, schema: Schema): FlatReference {
  const fields = schema.fields.map(field => fieldTable(arrow, field, 1))
  // Slot 0 is the byte order; little-endian is 0, and absent.
  return table([undefined, references(fields), metadataOf(schema.metadata)])
}

/** Pairs of key and value; nothing where there are none. */
export function metadataOf(metadata: ReadonlyMap<string, string>): FlatReference | undefined {
  if (metadata.size === 0) return undefined
  return references([...metadata].map(([key, value]) => table([checkedText(key), checkedText(value)])))
}

function fieldTable(arrow: Arrow, field: Field, depth: number): FlatReference {
  if (depth > DEEPEST) throw new TypeError(`columns are nested deeper than ${DEEPEST} levels`)
  const { type } = field
  const isDictionary = arrow.DataType.isDictionary(type)
  const [id, slots] = describe(arrow, isDictionary ? type.dictionary : type)
  const encoding = isDictionary
    ? table([int64(type.id), table(intSlots(type.indices)), bool(type.isOrdered)])
    : undefined
  const children: readonly Field[] = type.children ?? []
  return table([
    checkedText(field.name),
    bool(field.nullable),
    int8(id),
    table(slots),
    encoding,
    references(children.map(child => fieldTable(arrow, child, depth + 1))),
    metadataOf(field.metadata),
  ])
}

/** The number of a type and the slots of its table. */
function describe(arrow: Arrow, type: DataType): [id: number, slots: (FlatValue | undefined)[]] {
  const { DataType } = arrow
  if (DataType.isNull(type)) return [TYPE.null, []]
  if (DataType.isInt(type)) return [TYPE.int, intSlots(type)]
  if (DataType.isFloat(type)) return [TYPE.float, [int16(type.precision)]]
  if (DataType.isBinary(type)) return [TYPE.binary, []]
  if (DataType.isUtf8(type)) return [TYPE.utf8, []]
  if (DataType.isBool(type)) return [TYPE.bool, []]
  if (DataType.isDecimal(type)) {
    return [TYPE.decimal, [int32(type.precision), int32(type.scale), int32(type.bitWidth)]]
  }
  if (DataType.isDate(type)) return [TYPE.date, [int16(type.unit)]]
  if (DataType.isTime(type)) return [TYPE.time, [int16(type.unit), int32(type.bitWidth)]]
  if (DataType.isTimestamp(type)) {
    // apache-arrow has no zone as undefined or null; an empty one would say another.
    return [TYPE.timestamp, [int16(type.unit), type.timezone ? checkedText(type.timezone) : undefined]]
  }
  if (DataType.isInterval(type)) return [TYPE.interval, [int16(type.unit)]]
  if (DataType.isList(type)) return [TYPE.list, []]
  if (DataType.isStruct(type)) return [TYPE.struct, []]
  if (DataType.isUnion(type)) return [TYPE.union, [int16(type.mode), typeIds(type.typeIds)]]
  if (DataType.isFixedSizeBinary(type)) return [TYPE.fixedSizeBinary, [int32(type.byteWidth)]]
  if (DataType.isFixedSizeList(type)) return [TYPE.fixedSizeList, [int32(type.listSize)]]
  if (DataType.isMap(type)) return [TYPE.map, [bool(type.keysSorted)]]
  if (DataType.isDuration(type)) return [TYPE.duration, [int16(type.unit)]]
  if (DataType.isLargeBinary(type)) return [TYPE.largeBinary, []]
  if (DataType.isLargeUtf8(type)) return [TYPE.largeUtf8, []]
  if (DataType.isLargeList(type)) return [TYPE.largeList, []]
  if (DataType.isBinaryView(type)) return [TYPE.binaryView, []]
  if (DataType.isUtf8View(type)) return [TYPE.utf8View, []]
  throw new TypeError(`Arrow files written here have no type ${String(type)}`)
}

function intSlots({ bitWidth, isSigned }: { bitWidth: number; isSigned: boolean }): FlatValue[] {
  return [int32(bitWidth), bool(isSigned)]
}

function typeIds(ids: Int32Array): FlatReference {
  return items(new Uint8Array(Int32Array.from(ids).buffer), 4)
}

function checkedText(value: string): FlatReference {
  if (LONE_SURROGATE.test(value)) {
    throw new TypeError(`${JSON.stringify(value)} holds half a surrogate pair, which UTF-8 has no form for`)
  }
  return text(value)
}
