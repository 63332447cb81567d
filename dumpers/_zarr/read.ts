/**
 * Reads a zarr array, or a part of it: of each chunk that the part touches, the elements that are wanted go to their
 * places in the result. Memory holds the result and a few chunks.
 */
import { type AxisSelection, memoryOf, type NDArray, selectedShape } from '../../src/ndarray.js'
import type { ElementFormat } from '../_npy/descr.js'
import { inMemory } from '../_npy/in-memory.js'
import { firstOf } from '../_npy/intake.js'
import { allocate, assertFits, HeapBudget } from '../_npy/limits.js'
import { assertHolds, readPart } from '../_npy/read.js'
import { readChunks, type Source } from './chunks.js'
import { isFortran, stridesOf } from './grid.js'
import type { Elements } from './meta.js'
import type { ObjectCodec } from './objects.js'
import { listSink, memorySink } from './sink.js'

/** What is read, and how it lies in memory. */
interface Result {
  readonly shape: readonly number[]
  readonly stride: readonly number[]
  /** Elements between neighbours of the result along each axis of the array; 0 along those that are dropped. */
  readonly steps: readonly number[]
  readonly count: number
  readonly isFortran: boolean
}

/** The selected elements, on memory of their own, in Fortran order where the chunks are. */
export function readSelected(source: Source): Promise<NDArray> {
  const { elements, chunk } = source.meta
  const result = resultOf(source.selections, isFortran(chunk.order))
  if (source.out !== undefined) assertHolds(source.out, formatOf(elements), result.count)
  if (elements.kind === 'object') return readObjects(source, result, elements.codec, elements.fill)
  const { format, fill } = elements
  if (source.out === undefined) assertFits(format, result.count, source.meta.file)
  return memoryOf(format.dtype) === undefined
    ? readRecords(source, result, format, fill)
    : readNumbers(source, result, format, fill)
}

/** Values of any length count as if each had the least. */
function formatOf(elements: Elements): ElementFormat {
  if (elements.kind === 'fixed') return elements.format
  return { dtype: elements.codec === 'vlen-bytes' ? 'bytes' : 'str', itemsize: 4, word: 1, swapped: false }
}

function resultOf(selections: readonly AxisSelection[], isFortran: boolean): Result {
  const shape = selectedShape(selections)
  const axes = shape.map((_, axis) => axis)
  const stride = stridesOf(shape, isFortran ? axes.reverse() : axes)
  let axis = 0
  const steps = selections.map(({ dropped }) => (dropped ? 0 : stride[axis++]!))
  return { shape, stride, steps, count: shape.reduce((product, n) => product * n, 1), isFortran }
}

async function readNumbers(
  source: Source,
  { shape, stride, steps, count }: Result,
  format: ElementFormat,
  fill: Uint8Array,
): Promise<NDArray> {
  const Memory = memoryOf(format.dtype)!
  const { out, meta } = source
  const length = (count * format.itemsize) / Memory.BYTES_PER_ELEMENT
  const data =
    out === undefined
      ? new Memory(allocate(count * format.itemsize, meta.file), 0, length)
      : firstOf(out, length)
  await readChunks(source, steps, memorySink(data, format, fill, true))
  return { data, shape, stride, offset: 0, dtype: format.dtype }
}

/** Strings, byte strings and records: brought together as they are, then read as an npy file is. */
async function readRecords(
  source: Source,
  { shape, steps, count, isFortran }: Result,
  format: ElementFormat,
  fill: Uint8Array,
): Promise<NDArray> {
  const { file } = source.meta
  const bytes = count * format.itemsize
  assertFits({ dtype: 'uint8', itemsize: 1, word: 1, swapped: false }, bytes, file)
  const raw = new Uint8Array(allocate(bytes, file))
  await readChunks(source, steps, memorySink(raw, format, fill, false))
  const header = { format, fortranOrder: isFortran, shape, begin: 0 }
  return readPart(inMemory(raw), file, header, {}, source.folder.signal)
}

async function readObjects(
  source: Source,
  { shape, stride, steps, count }: Result,
  codec: ObjectCodec,
  fill: string | Uint8Array,
): Promise<NDArray> {
  const { file, chunk, elements } = source.meta
  const format = formatOf(elements)
  assertFits(format, count, file)
  const heap = new HeapBudget(file)
  const perChunk = chunk.shape.reduce((product, n) => product * n, 1)
  const items: (string | Uint8Array)[] = []
  // One after the other: an array of holes would be several times slower. No two elements share their memory.
  while (items.length < count) items.push(typeof fill === 'string' ? fill : fill.slice())
  try {
    await readChunks(source, steps, listSink(items, codec, perChunk, heap))
    return { data: items as string[] | Uint8Array[], shape, stride, offset: 0, dtype: format.dtype }
  } finally {
    heap.close()
  }
}
