/** Text that pyarrow holds for pandas, as pandas 3 has it by default: a type, buffers, and where in them it begins. */
import { isUtf8 } from 'node:buffer'
import { type Builder, entriesOf } from '../builder.js'
import { bytesOf, intOf, itemsOf, type Model, PyObject, textOf } from '../model.js'
import type { Reading } from '../reading.js'
import { type Column, refusal, type Target, validity } from './column.js'

/** An array, a type or a buffer of pyarrow. */
class ArrowPart extends PyObject {
  readonly python: string
  readonly args: readonly Model[]

  constructor(name: string, args: readonly Model[]) {
    super()
    this.python = `pyarrow.lib.${name}`
    this.args = args
  }
}

const NAMES: readonly string[] = ['_restore_array', 'type_for_alias', 'py_buffer', 'chunked_array']

export const ARROW_GLOBALS: readonly [string, Builder][] = entriesOf(
  ['pyarrow.lib'],
  Object.fromEntries(
    NAMES.map((name): [string, Builder] => [name, { call: args => new ArrowPart(name, args) }]),
  ),
)

/** A `_restore_array((type, length, null count, offset, buffers, children, dictionary))`. */
export function arrowTextColumn(model: Model | undefined, target: Target): Column {
  const { arrow, reading } = target
  const [type, rows, , first, buffers] =
    itemsOf(partOf(only(model, target), '_restore_array', reading)[0]) ?? []
  const name = textOf(partOf(type, 'type_for_alias', reading)[0])
  if (name !== 'string' && name !== 'large_string') throw refusal(target, `pyarrow's ${name}`)
  const [bitmap, ends, memory] = (itemsOf(buffers) ?? []).map(buffer => bufferOf(buffer, reading))
  const [length, offset] = [intOf(rows) ?? -1, intOf(first) ?? -1]
  if (length < 0 || offset < 0) throw reading.corrupt('has text of pyarrow without a length')
  const { valueOffsets, data } = textIn(ends, memory, offset, length, name === 'string' ? 4 : 8, reading)
  if (bitmap !== undefined && bitmap.length * 8 < offset + length)
    throw reading.corrupt('has text of pyarrow whose bitmap is too short')
  const isNull = (row: number): boolean =>
    bitmap !== undefined && ((bitmap[(offset + row) >> 3]! >> ((offset + row) & 7)) & 1) === 0
  return {
    data: arrow.makeData({
      type: new arrow.Utf8(),
      length,
      valueOffsets,
      data,
      ...validity(target, length, isNull),
    }),
  }
}

/** The array itself, or the only one of several chunks. */
function only(model: Model | undefined, target: Target): Model | undefined {
  if (!(model instanceof ArrowPart) || model.python !== 'pyarrow.lib.chunked_array') return model
  const chunks = itemsOf(model.args[0]) ?? []
  if (chunks.length !== 1) throw refusal(target, `${chunks.length} chunks of pyarrow's text`)
  return chunks[0]
}

function partOf(model: Model | undefined, name: string, reading: Reading): readonly Model[] {
  if (model instanceof ArrowPart && model.python === `pyarrow.lib.${name}`) return model.args
  throw reading.unsupported('pyarrow data in a form that is not known')
}

function bufferOf(model: Model, reading: Reading): Uint8Array | undefined {
  if (model === null) return undefined
  const bytes = bytesOf(partOf(model, 'py_buffer', reading)[0])
  if (bytes === undefined) throw reading.corrupt('has a buffer of pyarrow without memory')
  return bytes
}

/** Offsets of 32 bits from 0, and the bytes that they cut. */
function textIn(
  ends: Uint8Array | undefined,
  memory: Uint8Array | undefined,
  offset: number,
  length: number,
  width: 4 | 8,
  reading: Reading,
): { valueOffsets: Int32Array; data: Uint8Array } {
  if (length === 0) return { valueOffsets: new Int32Array(1), data: new Uint8Array(0) }
  const bytes = memory ?? new Uint8Array(0)
  if (ends === undefined || ends.length < (offset + length + 1) * width)
    throw reading.corrupt('has text of pyarrow without offsets')
  const view = new DataView(ends.buffer, ends.byteOffset, ends.length)
  const at = (row: number): number => {
    const place = (offset + row) * width
    return width === 4
      ? view.getInt32(place, true)
      : view.getUint32(place, true) + view.getInt32(place + 4, true) * 2 ** 32
  }
  reading.spend(4 * (length + 1))
  const [start, stop] = [at(0), at(length)]
  const valueOffsets = new Int32Array(length + 1)
  let isWhole = true
  for (let row = 0, last = start; row < length; row++) {
    const end = at(row + 1)
    if (last < 0 || end < last || end > bytes.length)
      throw reading.corrupt('has text of pyarrow whose offsets are out of order')
    if (end - start > 2 ** 31 - 1) throw reading.unsupported('more than 2 GiB of text in one column')
    isWhole &&= end === stop || !isContinued(bytes[end]!)
    valueOffsets[row + 1] = end - start
    last = end
  }
  const data = bytes.subarray(start, stop)
  if (!isWhole || !isUtf8(data)) throw reading.corrupt('has text of pyarrow that is not UTF-8')
  return { valueOffsets, data }
}

/** Whether a byte of UTF-8 belongs to the character that began before it. */
function isContinued(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}
