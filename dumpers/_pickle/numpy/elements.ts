/**
 * The elements of numpy's arrays: on the memory of the file where that is most of it and lies as it has to, else copied,
 * in this machine's order of bytes.
 */
import { componentsOf, memoryOf, type NDArray, rowMajorStride } from '../../../src/ndarray.js'
import type { ElementFormat } from '../../_npy/descr.js'
import { inMemory } from '../../_npy/in-memory.js'
import { readPart } from '../../_npy/read.js'
import type { Reading } from '../reading.js'

/** For the array that each field becomes. A field has a byte in the file or more: no sound pickle asks for too much. */
const PER_FIELD = 12

/** How an array lies in a pickle. */
export interface Elements {
  readonly format: ElementFormat
  readonly shape: readonly number[]
  /** Whether the first axis varies fastest. */
  readonly fortran: boolean
  readonly bytes: Uint8Array
}

/** CORRUPT_ENTRY where there are not exactly as many bytes as the shape asks for. */
export async function elementsOf(elements: Elements, reading: Reading): Promise<NDArray> {
  const { format, shape, fortran, bytes } = elements
  const count = shape.reduce((product, n) => product * n, 1)
  if (count * format.itemsize !== bytes.length) {
    throw reading.corrupt(`has an array of shape [${shape}] with ${bytes.length} bytes`)
  }
  const stride = fortran ? rowMajorStride(shape.toReversed()).reverse() : rowMajorStride(shape)
  const own = inPlace(elements, reading)
  if (own !== undefined) return { data: own, shape, stride, offset: 0, dtype: format.dtype }
  const perElement = format.fields === undefined && memoryOf(format.dtype) === undefined ? 8 : 0
  reading.spend(bytes.length + perElement * count + PER_FIELD * fieldsOf(format))
  return readPart(inMemory(bytes), reading.file, { format, fortranOrder: fortran, shape, begin: 0 }, {})
}

function fieldsOf({ fields = [] }: ElementFormat): number {
  return fields.reduce((sum, field) => sum + fieldsOf(field.format), fields.length)
}

/** The memory of the file itself, as elements; undefined where they have to be copied. */
function inPlace({ format, bytes }: Elements, reading: Reading): NDArray['data'] | undefined {
  const Memory = memoryOf(format.dtype)
  if (Memory === undefined || format.swapped || format.dtype === 'bool' || !reading.isMost(bytes.length))
    return undefined
  const size = format.itemsize / componentsOf(format.dtype)
  if (bytes.byteOffset % size !== 0) return undefined
  return new Memory(bytes.buffer, bytes.byteOffset, bytes.length / size)
}
