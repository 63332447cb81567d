/**
 * Arrow types and data of any copy of apache-arrow, made again with ours out of the same buffers; nothing is copied.
 * Tables of the CommonJS build pass `instanceof` and then throw deep inside the writer of the ESM build.
 */
import type { Data, DataType, Dictionary, Field, Vector } from 'apache-arrow'

/** The module, as `importPackage` gives it. */
export type Arrow = typeof import('apache-arrow')

/** Makes fields and data of one table; it numbers dictionaries anew, since two copies give the same numbers. */
export class Rebuilder {
  readonly #arrow: Arrow
  readonly #dictionaries = new Map<object, Vector>()
  #nextId = 0

  constructor(arrow: Arrow) {
    this.#arrow = arrow
  }

  field(field: Field, name: string = field.name): Field {
    return new this.#arrow.Field(name, this.type(field.type), field.nullable, new Map(field.metadata))
  }

  /** Throws TypeError for what Parquet cannot hold: unions, and what a newer Arrow added. */
  type(type: DataType): DataType {
    const arrow = this.#arrow
    const { DataType } = arrow
    if (DataType.isDictionary(type)) {
      const inner = this.type(type.dictionary)
      return new arrow.Dictionary(inner, keyType(arrow, type.indices), this.#nextId++, type.isOrdered)
    }
    if (DataType.isList(type)) return new arrow.List(this.field(first(type.children)))
    if (DataType.isLargeList(type)) return new arrow.LargeList(this.field(first(type.children)))
    if (DataType.isFixedSizeList(type))
      return new arrow.FixedSizeList(type.listSize, this.field(first(type.children)))
    if (DataType.isMap(type)) return new arrow.Map_(this.field(first(type.children)), type.keysSorted)
    if (DataType.isStruct(type)) return new arrow.Struct(type.children.map(child => this.field(child)))
    return flatType(arrow, type)
  }

  /** `data` again, with `type`, which `this.type` made of the type of `data`. */
  data(data: Data, type: DataType): Data {
    const arrow = this.#arrow
    const { DataType } = arrow
    const dictionary = DataType.isDictionary(type)
      ? this.#dictionary(data.dictionary, type.dictionary)
      : undefined
    const fields: readonly Field[] = dictionary === undefined ? (type.children ?? []) : []
    const children = fields.map((field, i) => this.data(first(data.children.slice(i)), field.type))
    return new arrow.Data(
      type,
      data.offset,
      data.length,
      DataType.isNull(type) ? data.length : data.nullCount,
      [data.valueOffsets, data.values, data.nullBitmap, data.typeIds],
      children,
      dictionary,
      data.variadicBuffers ?? [],
    )
  }

  /** A dictionary in several pieces would be written as deltas, which the reader in parquet-wasm does not take. */
  protected joined(vector: Vector, _pieces: readonly Data[], type: DataType): Vector {
    return this.#arrow.vectorFromArray([...vector], type)
  }

  #dictionary(vector: Vector | undefined, type: DataType): Vector {
    if (vector === undefined) throw new TypeError('A dictionary column has no dictionary')
    const known = this.#dictionaries.get(vector)
    if (known !== undefined) return known
    const pieces = vector.data.map(data => this.data(data, type))
    const made = pieces.length === 1 ? new this.#arrow.Vector(pieces) : this.joined(vector, pieces, type)
    this.#dictionaries.set(vector, made)
    return made
  }
}

function keyType(arrow: Arrow, { isSigned, bitWidth }: Dictionary['indices']): Dictionary['indices'] {
  if (bitWidth === 8) return isSigned ? new arrow.Int8() : new arrow.Uint8()
  if (bitWidth === 16) return isSigned ? new arrow.Int16() : new arrow.Uint16()
  if (bitWidth === 32) return isSigned ? new arrow.Int32() : new arrow.Uint32()
  throw new TypeError('Dictionaries with 64-bit keys are not supported')
}

function flatType(arrow: Arrow, type: DataType): DataType {
  const { DataType } = arrow
  if (DataType.isInt(type)) return new arrow.Int(type.isSigned, type.bitWidth)
  if (DataType.isFloat(type)) return new arrow.Float(type.precision)
  if (DataType.isUtf8(type)) return new arrow.Utf8()
  if (DataType.isBool(type)) return new arrow.Bool()
  if (DataType.isTimestamp(type)) return new arrow.Timestamp(type.unit, type.timezone)
  if (DataType.isDate(type)) return new arrow.Date_(type.unit)
  if (DataType.isTime(type)) return new arrow.Time(type.unit, type.bitWidth)
  if (DataType.isDuration(type)) return new arrow.Duration(type.unit)
  if (DataType.isBinary(type)) return new arrow.Binary()
  if (DataType.isFixedSizeBinary(type)) return new arrow.FixedSizeBinary(type.byteWidth)
  if (DataType.isDecimal(type)) return new arrow.Decimal(type.scale, type.precision, type.bitWidth)
  if (DataType.isLargeUtf8(type)) return new arrow.LargeUtf8()
  if (DataType.isLargeBinary(type)) return new arrow.LargeBinary()
  if (DataType.isUtf8View(type)) return new arrow.Utf8View()
  if (DataType.isBinaryView(type)) return new arrow.BinaryView()
  if (DataType.isNull(type)) return new arrow.Null()
  throw new TypeError(`Parquet has no type for Arrow's ${String(type)}`)
}

function first<T>(items: readonly T[]): T {
  const item = items[0]
  if (item === undefined) throw new TypeError('A nested column lacks a child')
  return item
}
