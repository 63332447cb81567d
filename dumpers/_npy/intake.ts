/**
 * What becomes of the elements of a file as they come in: numbers stay where they were read to, strings and byte
 * strings become values of JavaScript, records are taken apart into their fields.
 */

import { type MemoryClass, memoryOf, type NDArrayData, type TypedArray } from '../../src/ndarray.js'
import { decodeBytes, decodeStrings } from './decode.js'
import type { ElementFormat, FieldFormat } from './descr.js'
import { allocate, type HeapBudget } from './limits.js'
import { copyRuns } from './strided.js'

/** Takes the elements of one array. */
export interface Intake {
  /** The memory for `length` bytes of elements from byte `from` on; absent where they cannot lie as in the file. */
  readonly place?: (from: number, length: number) => Uint8Array
  /** Whether elements have to come in their order. */
  readonly ordered: boolean
  /** The most bytes to come at a time. */
  readonly longest: number
  /** Takes elements, the first of which is number `at`. They lie at their `place` already, where there is one. */
  take(elements: Uint8Array, at: number): void
  readonly data: NDArrayData
  /** Of records: what their fields became. */
  readonly fields: readonly FieldIntake[]
}

/** One field of records. */
interface FieldIntake {
  readonly field: FieldFormat
  /** Elements of the field in one record. */
  readonly perRecord: number
  readonly intake: Intake
}

/** Bytes that are only read. */
const LONG: number = 4 * 2 ** 20
/** Bytes that are worked on as well: a few milliseconds. */
const SHORT: number = 2 * 2 ** 20

/** For `count` elements, which go into `out` where it is given. UNSUPPORTED_FORMAT where memory does not hold them. */
export function intakeFor(format: ElementFormat, count: number, heap: HeapBudget, out?: TypedArray): Intake {
  const { dtype, fields } = format
  if (fields !== undefined) return recordIntake(format.itemsize, fields, count, heap)
  const Memory = memoryOf(dtype)
  if (Memory !== undefined) return numberIntake(format, Memory, count, heap.file, out)
  return dtype === 'str' ? stringIntake(format, heap) : byteIntake(format, heap)
}

function numberIntake(
  format: ElementFormat,
  Memory: MemoryClass,
  count: number,
  file: string,
  out?: TypedArray,
): Intake {
  const length = (count * format.itemsize) / Memory.BYTES_PER_ELEMENT
  const data =
    out === undefined ? new Memory(allocate(count * format.itemsize, file), 0, length) : firstOf(out, length)
  const asRead = !format.swapped && format.dtype !== 'bool'
  return {
    place: (from, length) => new Uint8Array(data.buffer, data.byteOffset + from, length),
    ordered: false,
    longest: asRead ? LONG : SHORT,
    take: elements => makeNative(elements, format),
    data,
    fields: [],
  }
}

/** As many members of `out` as are read. */
export function firstOf(out: TypedArray, length: number): TypedArray {
  return out.length === length ? out : out.subarray(0, length)
}

function stringIntake({ itemsize, swapped }: ElementFormat, heap: HeapBudget): Intake {
  const data: string[] = []
  const take = (elements: Uint8Array): void => {
    if (swapped) swap(elements, 4)
    decodeStrings(elements, itemsize, data, heap)
  }
  return { ordered: true, longest: SHORT, take, data, fields: [] }
}

function byteIntake({ itemsize }: ElementFormat, heap: HeapBudget): Intake {
  const data: Uint8Array[] = []
  const take = (elements: Uint8Array): void => decodeBytes(elements, itemsize, data, heap)
  return { ordered: true, longest: SHORT, take, data, fields: [] }
}

function recordIntake(
  itemsize: number,
  formats: readonly FieldFormat[],
  count: number,
  heap: HeapBudget,
): Intake {
  const fields = formats.map(field => {
    const perRecord = field.shape.reduce((product, n) => product * n, 1)
    return { field, perRecord, intake: intakeFor(field.format, count * perRecord, heap) }
  })
  const take = (records: Uint8Array, at: number): void => {
    for (const field of fields) takeField(records, itemsize, at, field)
  }
  const ordered = fields.some(({ intake }) => intake.ordered)
  return { ordered, longest: SHORT, take, data: [], fields }
}

/** Takes one field out of records of `size` bytes, the first of which is number `at`. */
function takeField(
  records: Uint8Array,
  size: number,
  at: number,
  { field, perRecord, intake }: FieldIntake,
): void {
  const [count, length] = [records.length / size, perRecord * field.format.itemsize]
  const elements = intake.place?.(at * length, count * length) ?? new Uint8Array(count * length)
  copyRuns(
    { bytes: records, from: field.offset, step: size },
    { bytes: elements, from: 0, step: length },
    count,
    length,
  )
  intake.take(elements, at * perRecord)
}

/** Swaps bytes where the file has the other order, and makes every true a 1, as which numpy treats it. */
function makeNative(bytes: Uint8Array, { dtype, swapped, word }: ElementFormat): void {
  if (swapped) swap(bytes, word)
  if (dtype === 'bool') for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 1) bytes[i] = 1
}

function swap(bytes: Uint8Array, word: 1 | 2 | 4 | 8): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (word === 2) buffer.swap16()
  if (word === 4) buffer.swap32()
  if (word === 8) buffer.swap64()
}
