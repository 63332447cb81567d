/**
 * The name of a file says all about the array in it: `<name>__<d0>_<d1>__<dtype>`, as numpy spells dtypes. It is read
 * from its end, so that a name may have `__` in it.
 */
import { DirdictError } from '../../src/errors.js'
import { type DType, isDType, memoryOf, type NDArray } from '../../src/ndarray.js'
import { type ElementFormat, formatScalar, parseScalar, unsupported } from '../_npy/descr.js'

/** What a file's name tells. */
export interface ArrayFile {
  /** The file's name. */
  readonly file: string
  /** The array's name. */
  readonly name: string
  readonly shape: readonly number[]
  /** numpy's word, which may be one that has no form here. */
  readonly dtype: string
}

const PATTERN = /^(.*)__(\d+(?:_\d+)*|)__([a-z][a-z0-9]*(?:\[\w+\])?)$/s
/** Bytes in a file name on every file system in use. */
const LONGEST = 255

/** What the name of `file` tells; undefined where the file is none of a shared store. */
export function parseFileName(file: string): ArrayFile | undefined {
  const [, name, dimensions, dtype] = PATTERN.exec(file) ?? []
  if (name === undefined || dimensions === undefined || dtype === undefined) return undefined
  const shape = dimensions === '' ? [] : dimensions.split('_').map(Number)
  return { file, name, shape, dtype }
}

/** The file of an array. VALUE_REJECTED for what numpy would not read back by it. */
export function fileOf(name: string, array: Pick<NDArray, 'shape' | 'dtype'>): ArrayFile {
  const why = wrongName(name) ?? wrongArray(array)
  if (why !== undefined) throw rejected(name, why)
  const { shape } = array
  const dtype = array.dtype.replace(/\[1(?=\D)/, '[')
  const file = `${name}__${shape.join('_')}__${dtype}`
  if (Buffer.byteLength(file) <= LONGEST) return { file, name, shape, dtype }
  throw rejected(name, `its file name would have ${Buffer.byteLength(file)} bytes; ${LONGEST} is the most`)
}

/** How its elements lie in the file. UNSUPPORTED_FORMAT for dtypes that have no form here. */
export function elementFormat({ file, dtype }: ArrayFile): ElementFormat {
  const [, kind, bits] = /^(str|bytes)([1-9]\d*)$/.exec(dtype) ?? []
  if (kind === 'str') return parseScalar(`<U${Number(bits) / 32}`, file)
  if (kind === 'bytes') return parseScalar(`|S${Number(bits) / 8}`, file)
  if (isDType(dtype) && memoryOf(dtype) !== undefined) return parseScalar(formatScalar(dtype, 0), file)
  throw unsupported(`arrays of '${dtype}'`, file)
}

/** Bytes of an array. CORRUPT_ENTRY for more than can be counted. */
export function bytesOf({ file, shape }: ArrayFile, { itemsize }: ElementFormat): number {
  const bytes = shape.reduce((product, n) => product * n, itemsize)
  // Readers count without empty axes too.
  const counted = shape.reduce((product, n) => product * Math.max(n, 1), itemsize)
  if (Number.isSafeInteger(counted)) return bytes
  const message = `the name ${JSON.stringify(file)} says more bytes than can be counted`
  throw new DirdictError('CORRUPT_ENTRY', message, { file })
}

export function rejected(name: string, why: string): DirdictError {
  const message = `shared cannot store ${JSON.stringify(String(name).slice(0, 200))}: ${why}`
  return new DirdictError('VALUE_REJECTED', message, { dumper: 'shared' })
}

function wrongName(name: string): string | undefined {
  if (typeof name !== 'string') return 'the name of an array is a string'
  if (name === '') return 'an array needs a name'
  if (name.includes('/') || name.includes('\0')) return 'its name is no file name'
  if (Buffer.from(name).toString() !== name)
    return 'its name has half a surrogate pair, which UTF-8 cannot hold'
  return undefined
}

function wrongArray({ shape, dtype }: { shape: readonly number[]; dtype: DType }): string | undefined {
  if (shape.length === 0) {
    return 'it is a single element without an axis, which Python does not read; give it the shape [1]'
  }
  if (shape.length > 32) return `it has ${shape.length} axes; numpy takes at most 32`
  if (memoryOf(dtype) !== undefined) return undefined
  return `numpy reads no array of '${dtype}' by its name alone; ndarray and npz store it`
}
