/**
 * Reads an npy file, or a part of it, from anything that gives ranges of bytes.
 */

import type { RandomAccess } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import { memoryOf, type NDArray, rowMajorStride, selectedShape, type TypedArray } from '../../src/ndarray.js'
import type { ElementFormat } from './descr.js'
import { fetchBox } from './fetch.js'
import { type NpyHeader, readHeader } from './header.js'
import { type Intake, intakeFor } from './intake.js'
import { assertFits, HeapBudget } from './limits.js'
import { type ArrayPart, selectPart } from './part.js'
import { boxOf } from './plan.js'

export type { ArrayPart } from './part.js'

/**
 * The array in the npy file `file`, or the part of it that is asked for: without gaps, in the order of the file, on
 * memory of its own or in `out`, which is half filled after a failure.
 */
export async function readNpy(
  source: RandomAccess,
  file: string,
  part: ArrayPart = {},
  signal?: AbortSignal,
): Promise<NDArray> {
  return readPart(source, file, await readHeader(source, file), part, signal)
}

/** The same for a file whose header has been read. */
export async function readPart(
  source: RandomAccess,
  file: string,
  header: NpyHeader,
  part: ArrayPart,
  signal?: AbortSignal,
): Promise<NDArray> {
  const { format, fortranOrder } = header
  const selections = selectPart(part, header.shape)
  const shape = selectedShape(selections)
  const count = shape.reduce((product, n) => product * n, 1)
  if (part.out === undefined) assertFits(format, count, file)
  else assertHolds(part.out, format, count)
  const heap = new HeapBudget(file)
  try {
    const intake = intakeFor(format, count, heap, part.out)
    const { itemsize } = format
    const box = boxOf({ ...header, itemsize }, selections)
    await fetchBox(source, box, itemsize, intake, signal)
    return arrayOf(intake, format, shape, fortranOrder)
  } finally {
    heap.close()
  }
}

/** OPTION_INVALID where `out` is not the memory of `count` elements or more. */
export function assertHolds(out: unknown, { dtype, itemsize }: ElementFormat, count: number): void {
  const Memory = memoryOf(dtype)
  if (Memory === undefined) {
    throw invalid(
      `arrays of '${dtype}' have no memory of numbers into which they could be read; leave it out`,
    )
  }
  const length = (count * itemsize) / Memory.BYTES_PER_ELEMENT
  const [kind, members] = isTyped(out) ? [classOf(out), out.length] : [typeof out, 0]
  if (kind === Memory.name && members >= length) return
  const needed = `a ${Memory.name} of at least ${length} members for ${count} elements of '${dtype}'`
  throw invalid(`it has to be ${needed}, not a ${kind} of ${members}`)
}

function isTyped(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && 'length' in value
}

/** Its tag: notebooks have several classes of one name. */
function classOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

function invalid(why: string): DirdictError {
  return new DirdictError('OPTION_INVALID', `cannot read into out: ${why}`, {
    option: 'out',
    dumper: 'ndarray',
  })
}

function arrayOf(
  intake: Intake,
  format: ElementFormat,
  shape: readonly number[],
  fortranOrder: boolean,
): NDArray {
  const stride = fortranOrder ? rowMajorStride(shape.toReversed()).reverse() : rowMajorStride(shape)
  return inRecords(intake, format, shape, stride)
}

/** The array of what was taken in, where `stride` is that of elements of this array. */
function inRecords(
  intake: Intake,
  { dtype, fields }: ElementFormat,
  shape: readonly number[],
  stride: readonly number[],
): NDArray {
  if (fields === undefined) return { data: intake.data, shape, stride, offset: 0, dtype }
  const members = intake.fields.map(({ field, perRecord, intake }): [string, NDArray] => {
    const within = [...stride.map(step => step * perRecord), ...rowMajorStride(field.shape)]
    return [field.name, inRecords(intake, field.format, [...shape, ...field.shape], within)]
  })
  return { data: [], shape, stride: rowMajorStride(shape), offset: 0, dtype, fields: new Map(members) }
}
