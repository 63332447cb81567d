/**
 * Whether the buffers of Arrow data hold what its type, length and offsets say. apache-arrow trusts them: data that lie
 * would give wrong values, and nulls where there are none, without an error.
 */
import { isUtf8 } from 'node:buffer'
import type { Data, Union, Vector } from 'apache-arrow'
import { readOffsets } from './byte-rows.js'
import { fixedWidth, isBytes, isListLike, isView } from './fixed-width.js'
import { countSet } from './popcount.js'
import type { Arrow } from './rebuild.js'
import { checkViews } from './views.js'

/** Lengths are signed 32-bit integers in nearly every implementation. */
export const MOST_ROWS: number = 2 ** 31 - 1

/**
 * Checks data, their children and their dictionaries, each dictionary once: RangeError where a buffer is shorter than
 * it has to be, offsets, views or indices of dictionaries lead out of their values, types of unions do not exist, the number of
 * nulls is not that of the bitmap, or text is not UTF-8.
 */
export class Validator {
  readonly #arrow: Arrow
  readonly #dictionaries = new WeakSet<Vector>()

  constructor(arrow: Arrow) {
    this.#arrow = arrow
  }

  check(data: Data): void {
    const arrow = this.#arrow
    const { DataType } = arrow
    const { type, length } = data
    if (!(length <= MOST_ROWS)) throw new RangeError(`a column has ${length} rows`)
    checkChildren(data, DataType.isDictionary(type) ? 0 : (type.children ?? []).length)
    for (const child of data.children) this.check(child)
    if (DataType.isNull(type)) return
    if (DataType.isUnion(type)) {
      checkUnion(arrow, data, type)
      return
    }
    checkNulls(data)
    const width = fixedWidth(arrow, type)
    if (width !== undefined) checkBytes(data.values, length * width)
    if (DataType.isBool(type)) checkBytes(data.values, (data.offset + length + 7) >> 3)
    if (DataType.isStruct(type)) checkLengths(data.children, length)
    if (DataType.isFixedSizeList(type)) checkLengths(data.children, length * type.listSize)
    if (isListLike(arrow, type)) readOffsets(data, data.children[0]?.length ?? 0)
    if (isBytes(arrow, type)) checkText(arrow, data)
    if (isView(arrow, type)) checkViews(arrow, data)
    if (DataType.isDictionary(type)) this.#checkDictionary(data)
  }

  #checkDictionary(data: Data): void {
    const { dictionary } = data
    if (dictionary === undefined) throw new RangeError('a dictionary is missing')
    if (!this.#dictionaries.has(dictionary)) {
      for (const part of dictionary.data) this.check(part)
      this.#dictionaries.add(dictionary)
    }
    checkIndices(data, dictionary.length)
  }
}

function checkChildren(data: Data, expected: number): void {
  if (data.children.length === expected) return
  throw new RangeError(`a column has ${data.children.length} children; its type has ${expected}`)
}

function checkLengths(children: readonly Data[], least: number): void {
  if (children.some(child => child.length < least)) {
    throw new RangeError('a nested column is shorter than the one around it')
  }
}

function checkBytes(values: unknown, least: number): void {
  const bytes = ArrayBuffer.isView(values) ? values.byteLength : 0
  if (!(bytes >= least)) throw new RangeError(`the values of a column have ${bytes} bytes, not ${least}`)
}

function checkNulls(data: Data): void {
  const { nullBitmap, nullCount, offset, length } = data
  if (nullBitmap === undefined || nullBitmap.byteLength === 0) {
    if (nullCount > 0) throw new RangeError('a column with nulls does not say where')
    return
  }
  if (nullBitmap.byteLength * 8 < offset + length) {
    throw new RangeError('the bitmap of nulls is shorter than its column')
  }
  const found = length - countSet(nullBitmap, offset, length)
  if (found !== nullCount) throw new RangeError(`a column has ${found} nulls, and says ${nullCount}`)
}

/** Each string is UTF-8 where all are together, and none begins in the middle of a character. */
function checkText(arrow: Arrow, data: Data): void {
  const values: unknown = data.values
  const bytes = values instanceof Uint8Array ? values : new Uint8Array(0)
  const offsets = readOffsets(data, bytes.byteLength)
  if (!arrow.DataType.isUtf8(data.type) && !arrow.DataType.isLargeUtf8(data.type)) return
  const text = bytes.subarray(offsets[0]!, offsets[data.length]!)
  let whole = isUtf8(text)
  for (let i = 1; whole && i < data.length; i++) {
    const offset = offsets[i]!
    // After the last byte there is nothing: `undefined & 0xc0` is 0.
    if ((bytes[offset]! & 0xc0) === 0x80 && offset < offsets[data.length]!) whole = false
  }
  if (!whole) throw new RangeError('a column of text is not UTF-8')
}

function checkIndices(data: Data, values: number): void {
  const { length } = data
  const indices: unknown = data.values
  if (!isIndices(indices)) throw new RangeError('the keys of a dictionary column are no integers')
  let least = 0
  let most = -1
  for (let i = 0; i < length; i++) {
    const index = indices[i]!
    if (index < least) least = index
    if (index > most) most = index
  }
  if (least === 0 && most < values) return
  for (let i = 0; i < length; i++) {
    const index = indices[i]!
    // Under a null there may be anything.
    if ((index < 0 || index >= values) && data.getValid(i)) {
      throw new RangeError(`a dictionary of ${values} values has no value ${index}`)
    }
  }
}

function isIndices(values: unknown): values is Int32Array {
  if (!ArrayBuffer.isView(values) || values instanceof DataView) return false
  return !(values instanceof BigInt64Array || values instanceof BigUint64Array)
}

function checkUnion(arrow: Arrow, data: Data, type: Union): void {
  const { length, typeIds, valueOffsets } = data
  const isDense = arrow.DataType.isDenseUnion(type)
  checkBytes(typeIds, length)
  if (isDense) checkBytes(valueOffsets, length * 4)
  else checkLengths(data.children, length)
  const children = new Map([...type.typeIds].map((id, i) => [id, data.children[i]] as const))
  for (let i = 0; i < length; i++) {
    const child = children.get(typeIds[i]!)
    if (child === undefined) throw new RangeError(`a union has no type ${typeIds[i]}`)
    if (!isDense) continue
    const at = valueOffsets[i]!
    if (at < 0 || at >= child.length) throw new RangeError('a union points beyond its values')
  }
}
