/**
 * The schema of an Arrow file, which may come from anywhere: RangeError for one that contradicts itself,
 * UNSUPPORTED_FORMAT for types that apache-arrow does not have.
 */
import type { DataType, Dictionary, Field, Schema } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import { unsupported } from './damage.js'
import type { FlatTable } from './flat-reader.js'
import { DEEPEST, ENCODING, FIELD, KEY_VALUE, SCHEMA, TYPE } from './format.js'

/** Types of newer versions of the format. */
const NEWER: ReadonlyMap<number, string> = new Map([
  [TYPE.runEndEncoded, 'run-end encoded'],
  [TYPE.listView, 'list view'],
  [TYPE.largeListView, 'large list view'],
])

/** A schema, and the type of the values of each dictionary by its id. */
export interface FileSchema {
  readonly schema: Schema
  readonly valueTypes: ReadonlyMap<number, DataType>
}

export function readSchema(arrow: Arrow, table: FlatTable): FileSchema {
  if (table.int16(SCHEMA.endianness, 0) !== 0) {
    throw unsupported(
      'is big-endian. Write it again on a little-endian machine, or with pyarrow, which swaps bytes',
    )
  }
  const valueTypes = new Map<number, DataType>()
  const fields = new SchemaReader(arrow, valueTypes).fields(table, SCHEMA.fields, 1)
  const names = new Set(fields.map(field => field.name))
  if (names.size < fields.length) {
    throw unsupported('has two columns of one name, which apache-arrow cannot tell apart. Rename one of them')
  }
  return { schema: new arrow.Schema(fields, readMetadata(table, SCHEMA.metadata)), valueTypes }
}

/** Pairs of key and value in a slot of `table`. */
export function readMetadata(table: FlatTable, slot: number): Map<string, string> {
  return new Map(
    table
      .tables(slot)
      .map(entry => [entry.text(KEY_VALUE.key) ?? '', entry.text(KEY_VALUE.value) ?? ''] as const),
  )
}

class SchemaReader {
  readonly #arrow: Arrow
  readonly #valueTypes: Map<number, DataType>

  constructor(arrow: Arrow, valueTypes: Map<number, DataType>) {
    this.#arrow = arrow
    this.#valueTypes = valueTypes
  }

  fields(parent: FlatTable, slot: number, depth: number): Field[] {
    const tables = parent.tables(slot)
    if (tables.length > 0 && depth > DEEPEST) throw unsupported(`nests columns deeper than ${DEEPEST} levels`)
    return tables.map(table => this.#field(table, depth))
  }

  #field(table: FlatTable, depth: number): Field {
    const children = this.fields(table, FIELD.children, depth + 1)
    const values = this.#type(table, children)
    const encoding = table.table(FIELD.dictionary)
    const type = encoding === undefined ? values : this.#dictionary(encoding, values)
    const name = table.text(FIELD.name) ?? ''
    return new this.#arrow.Field(name, type, table.bool(FIELD.nullable), readMetadata(table, FIELD.metadata))
  }

  #dictionary(encoding: FlatTable, values: DataType): Dictionary {
    const arrow = this.#arrow
    const id = encoding.int64(ENCODING.id)
    const known = this.#valueTypes.get(id)
    if (known !== undefined && !arrow.util.compareTypes(known, values)) {
      throw new RangeError(`its dictionary ${id} has two types`)
    }
    this.#valueTypes.set(id, known ?? values)
    const index = encoding.table(ENCODING.indexType)
    if (index?.int32(0, 0) === 64) {
      throw unsupported('has a dictionary with 64-bit keys. Write it with keys of at most 32 bits')
    }
    const keys = index === undefined ? new arrow.Int32() : keyType(arrow, index)
    return new arrow.Dictionary(known ?? values, keys, id, encoding.bool(ENCODING.isOrdered))
  }

  #type(field: FlatTable, children: Field[]): DataType {
    const arrow = this.#arrow
    const id = field.uint8(FIELD.typeType)
    const newer = NEWER.get(id)
    if (newer !== undefined) {
      throw unsupported(`has a ${newer} column, which apache-arrow does not have. Convert the column first`)
    }
    const type = field.table(FIELD.type)
    const nested = nestedType(arrow, id, type, children)
    if (nested !== undefined) return nested
    if (children.length > 0) throw new RangeError('a column without nesting has children')
    return flatType(arrow, id, type)
  }
}

function nestedType(
  arrow: Arrow,
  id: number,
  type: FlatTable | undefined,
  children: Field[],
): DataType | undefined {
  switch (id) {
    case TYPE.struct:
      return new arrow.Struct(children)
    case TYPE.list:
      return new arrow.List(only(children))
    case TYPE.largeList:
      return new arrow.LargeList(only(children))
    case TYPE.fixedSizeList:
      return new arrow.FixedSizeList(atLeast(0, type?.int32(0, 0) ?? 0), only(children))
    case TYPE.map: {
      const entries = only(children)
      if (!arrow.DataType.isStruct(entries.type) || entries.type.children.length !== 2) {
        throw new RangeError('a map has something else than pairs of key and value')
      }
      return new arrow.Map_(entries, type?.bool(0) ?? false)
    }
    case TYPE.union: {
      const ids = unionIds(type, children.length)
      const mode = oneOf([arrow.UnionMode.Sparse, arrow.UnionMode.Dense], type?.int16(0, 0) ?? 0)
      return mode === arrow.UnionMode.Dense
        ? new arrow.DenseUnion(ids, children)
        : new arrow.SparseUnion(ids, children)
    }
    default:
      return undefined
  }
}

function flatType(arrow: Arrow, id: number, type: FlatTable | undefined): DataType {
  const enumeration = (most: number, absent: number): number =>
    oneOf([0, 1, 2, 3].slice(0, most + 1), type?.int16(0, absent) ?? absent)
  switch (id) {
    case TYPE.null:
      return new arrow.Null()
    case TYPE.int:
      return intType(arrow, type)
    case TYPE.float:
      return new arrow.Float(enumeration(2, 0))
    case TYPE.binary:
      return new arrow.Binary()
    case TYPE.utf8:
      return new arrow.Utf8()
    case TYPE.bool:
      return new arrow.Bool()
    case TYPE.decimal: {
      const bits = oneOf([32, 64, 128, 256], type?.int32(2, 128) ?? 128)
      return new arrow.Decimal(type?.int32(1, 0) ?? 0, type?.int32(0, 0) ?? 0, bits)
    }
    case TYPE.date:
      return new arrow.Date_(enumeration(1, 1))
    case TYPE.time: {
      const unit = enumeration(3, 1)
      return new arrow.Time(unit, oneOf([unit > 1 ? 64 : 32], type?.int32(1, 32) ?? 32) === 64 ? 64 : 32)
    }
    case TYPE.timestamp:
      return new arrow.Timestamp(enumeration(3, 0), type?.text(1))
    case TYPE.interval:
      return new arrow.Interval(enumeration(2, 0))
    case TYPE.duration:
      return new arrow.Duration(enumeration(3, 1))
    case TYPE.fixedSizeBinary:
      return new arrow.FixedSizeBinary(atLeast(0, type?.int32(0, 0) ?? 0))
    case TYPE.largeBinary:
      return new arrow.LargeBinary()
    case TYPE.largeUtf8:
      return new arrow.LargeUtf8()
    case TYPE.binaryView:
      return new arrow.BinaryView()
    case TYPE.utf8View:
      return new arrow.Utf8View()
    default:
      throw new RangeError(`a column has type ${id}, which the format does not have`)
  }
}

function intType(arrow: Arrow, type: FlatTable | undefined): DataType {
  if (type?.int32(0, 0) === 64) return type.bool(1) ? new arrow.Int64() : new arrow.Uint64()
  return keyType(arrow, type)
}

/** An integer of at most 32 bits, as which apache-arrow takes the keys of dictionaries. */
function keyType(arrow: Arrow, type: FlatTable | undefined): Dictionary['indices'] {
  const signed = type?.bool(1) ?? false
  switch (type?.int32(0, 0)) {
    case 8:
      return signed ? new arrow.Int8() : new arrow.Uint8()
    case 16:
      return signed ? new arrow.Int16() : new arrow.Uint16()
    case 32:
      return signed ? new arrow.Int32() : new arrow.Uint32()
    default:
      throw new RangeError('integers have 8, 16, 32 or 64 bits')
  }
}

/** The number by which the values of a union say their type: one for each child. */
function unionIds(type: FlatTable | undefined, children: number): number[] {
  const stated = type?.items(1, 4)
  if (stated === undefined || stated.byteLength === 0) return Array.from({ length: children }, (_, i) => i)
  const ids = Array.from({ length: stated.byteLength / 4 }, (_, i) => stated.getInt32(i * 4, true))
  const valid = ids.every(id => id >= 0 && id < 128) && new Set(ids).size === ids.length
  if (!valid || ids.length !== children) throw new RangeError('the type numbers of a union do not fit it')
  return ids
}

function only(children: readonly Field[]): Field {
  const [child] = children
  if (child === undefined || children.length > 1) throw new RangeError('a list has not one child')
  return child
}

function atLeast(least: number, value: number): number {
  if (value < least) throw new RangeError(`a size in the schema is ${value}`)
  return value
}

function oneOf(choices: readonly number[], value: number): number {
  if (!choices.includes(value))
    throw new RangeError(`a number in the schema is ${value}, which has no meaning`)
  return value
}
