/**
 * The body of a message as Arrow columns, without a copy: the head says where the buffers of each column lie. What the
 * buffers hold is checked by `Validator`.
 */
import type { Data, DataType, Field, Vector } from 'apache-arrow'
import { fixedWidth, isBytes, isListLike, isView } from '../_arrow/fixed-width.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { unsupported } from './damage.js'
import type { BatchHead } from './head.js'

const NOTHING = new Uint8Array(0)

/** Where one column begins among the nodes, the buffers and the counts of buffers of views. */
export interface Place {
  readonly node: number
  readonly buffer: number
  readonly count: number
}

/** How many of each a type has; views have their own number of buffers beside these. */
interface Size {
  readonly nodes: number
  readonly buffers: number
  readonly counts: number
}

/** Gives the bytes of the body from `offset` on. */
export type Bytes = (offset: number, length: number) => Uint8Array

/** Where each column begins, and after the last where it ends. RangeError where there is more or less than they need. */
export function placesOf(arrow: Arrow, types: readonly DataType[], head: BatchHead): Place[] {
  if (head.isV4 && types.some(type => hasUnion(arrow, type))) {
    throw unsupported('has a union as Arrow before 1.0 wrote it. Write it again with a newer one')
  }
  const places: Place[] = [{ node: 0, buffer: 0, count: 0 }]
  for (const type of types) {
    const { node, buffer, count } = places.at(-1)!
    const size = sizeOf(arrow, type)
    let variadic = 0
    for (let i = count; i < count + size.counts; i++) variadic += head.variadicCounts[i] ?? 0
    places.push({
      node: node + size.nodes,
      buffer: buffer + size.buffers + variadic,
      count: count + size.counts,
    })
  }
  const end = places.at(-1)!
  if (end.node * 2 !== head.nodes.length || end.buffer * 2 !== head.buffers.length) {
    throw new RangeError(
      `a message has ${head.nodes.length / 2} columns in ${head.buffers.length / 2} buffers; the schema needs ${end.node} in ${end.buffer}`,
    )
  }
  if (end.count > head.variadicCounts.length) throw new RangeError('a message does not count its buffers')
  return places
}

/** The column that begins at `place`. */
export function decodeColumn(
  arrow: Arrow,
  type: DataType,
  head: BatchHead,
  place: Place,
  bytes: Bytes,
  dictionaries: ReadonlyMap<number, Vector>,
): Data {
  return new Decoder(arrow, head, place, bytes, dictionaries).data(type)
}

function hasUnion(arrow: Arrow, type: DataType): boolean {
  if (arrow.DataType.isUnion(type)) return true
  return (type.children ?? []).some((child: Field) => hasUnion(arrow, child.type))
}

function sizeOf(arrow: Arrow, type: DataType): Size {
  const { DataType } = arrow
  if (DataType.isDictionary(type)) return { nodes: 1, buffers: 2, counts: 0 }
  if (DataType.isNull(type)) return { nodes: 1, buffers: 0, counts: 0 }
  if (isBytes(arrow, type)) return { nodes: 1, buffers: 3, counts: 0 }
  if (isView(arrow, type)) return { nodes: 1, buffers: 2, counts: 1 }
  const isSingle = DataType.isStruct(type) || DataType.isFixedSizeList(type) || DataType.isSparseUnion(type)
  const children: readonly Field[] = type.children ?? []
  return children.reduce(
    (sum, child) => {
      const { nodes, buffers, counts } = sizeOf(arrow, child.type)
      return { nodes: sum.nodes + nodes, buffers: sum.buffers + buffers, counts: sum.counts + counts }
    },
    { nodes: 1, buffers: isSingle ? 1 : 2, counts: 0 },
  )
}

class Decoder {
  readonly #arrow: Arrow
  readonly #head: BatchHead
  readonly #bytes: Bytes
  readonly #dictionaries: ReadonlyMap<number, Vector>
  #node: number
  #buffer: number
  #count: number

  constructor(
    arrow: Arrow,
    head: BatchHead,
    place: Place,
    bytes: Bytes,
    dictionaries: ReadonlyMap<number, Vector>,
  ) {
    this.#arrow = arrow
    this.#head = head
    this.#bytes = bytes
    this.#dictionaries = dictionaries
    this.#node = place.node
    this.#buffer = place.buffer
    this.#count = place.count
  }

  data(type: DataType): Data {
    const arrow = this.#arrow
    const { DataType } = arrow
    const length = this.#head.nodes[2 * this.#node]!
    const nullCount = this.#head.nodes[2 * this.#node + 1]!
    this.#node++
    if (DataType.isNull(type)) return arrow.makeData({ type, length })
    if (DataType.isUnion(type)) return this.#union(type, length, DataType.isDenseUnion(type))
    const nullBitmap = this.#next()
    const made = (parts: {
      values?: ArrayBufferView
      offsets?: ArrayBufferView
      variadic?: Uint8Array[]
    }): Data =>
      new arrow.Data<DataType>(
        type,
        0,
        length,
        nullCount,
        [parts.offsets, parts.values, nullBitmap, undefined],
        DataType.isDictionary(type) ? [] : this.#children(type),
        DataType.isDictionary(type) ? this.#dictionary(type.id) : undefined,
        parts.variadic ?? [],
      )
    const width = fixedWidth(arrow, type)
    if (width !== undefined) {
      const { ArrayType } = DataType.isDictionary(type) ? type.indices : type
      return made({ values: typed(ArrayType, this.#next(), length * width) })
    }
    if (DataType.isBool(type)) return made({ values: this.#next() })
    if (isView(arrow, type)) return this.#views(made)
    if (isBytes(arrow, type)) {
      const offsets = this.#offsets(type, length)
      return made({ offsets, values: this.#next() })
    }
    return isListLike(arrow, type) ? made({ offsets: this.#offsets(type, length) }) : made({})
  }

  #children(type: DataType): Data[] {
    const children: readonly Field[] = type.children ?? []
    return children.map(child => this.data(child.type))
  }

  #views(made: (parts: { values: Uint8Array; variadic: Uint8Array[] }) => Data): Data {
    const values = this.#next()
    const count = this.#head.variadicCounts[this.#count++] ?? 0
    return made({ values, variadic: Array.from({ length: count }, () => this.#next()) })
  }

  #union(type: DataType, length: number, isDense: boolean): Data {
    const typeIds = typed(Int8Array, this.#next(), length)
    const offsets = isDense ? typed(Int32Array, this.#next(), length * 4) : undefined
    return new this.#arrow.Data<DataType>(
      type,
      0,
      length,
      -1,
      [offsets, undefined, NOTHING, typeIds],
      this.#children(type),
    )
  }

  /** A column without rows may have none. */
  #offsets(type: DataType, length: number): ArrayBufferView {
    const bytes = this.#next()
    const { OffsetArrayType } = type
    if (length === 0 && bytes.byteLength === 0) return new OffsetArrayType(1)
    return OffsetArrayType.BYTES_PER_ELEMENT === 8
      ? typed(BigInt64Array, bytes, (length + 1) * 8)
      : typed(Int32Array, bytes, (length + 1) * 4)
  }

  #dictionary(id: number): Vector {
    const dictionary = this.#dictionaries.get(id)
    if (dictionary === undefined) throw new RangeError(`its dictionary ${id} is missing`)
    return dictionary
  }

  #next(): Uint8Array {
    const offset = this.#head.buffers[2 * this.#buffer]
    const length = this.#head.buffers[2 * this.#buffer + 1]
    this.#buffer++
    if (offset === undefined || length === undefined) throw new RangeError('a message has too few buffers')
    return length === 0 ? NOTHING : this.#bytes(offset, length)
  }
}

interface ArrayConstructor<T> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T
}

/** A view of the first `length` bytes; a copy where they do not lie as the machine needs them. */
function typed<T>(ArrayType: ArrayConstructor<T>, bytes: Uint8Array, length: number): T {
  if (bytes.byteLength < length) throw new RangeError(`a buffer has ${bytes.byteLength} bytes, not ${length}`)
  const size = ArrayType.BYTES_PER_ELEMENT
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes)
  return new ArrayType(buffer, byteOffset, length / size)
}
