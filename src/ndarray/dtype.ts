/**
 * dtypes: their names, which memory holds which, and what one element of each is in JavaScript.
 */

/** Names of numpy's dtypes. `datetime64` and `timedelta64` carry their unit: `datetime64[us]`; `struct` has fields. */
export type DType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'complex128'
  | 'str'
  | 'bytes'
  | 'struct'
  | 'datetime64'
  | 'timedelta64'
  | `datetime64[${string}]`
  | `timedelta64[${string}]`

/** The memory of an array of numbers. */
export type TypedArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/**
 * The memory of an array. `complex64` and `complex128` are interleaved, `float16` are bits, `bool` is 0 or 1; that of
 * `struct` is an empty array.
 */
export type NDArrayData = TypedArray | string[] | Uint8Array[]

/** The memory that holds dtype `D`. */
export type DataOf<D extends DType> = D extends keyof NumericMemory
  ? NumericMemory[D]
  : D extends 'str'
    ? string[]
    : D extends 'bytes'
      ? Uint8Array[]
      : D extends 'struct'
        ? never[]
        : BigInt64Array

/** The dtype that a typed array, strings or byte strings have by themselves. */
export type NaturalDType<Data> = Data extends string[]
  ? 'str'
  : Data extends Uint8Array[]
    ? 'bytes'
    : Data extends TypedArray
      ? Exclude<
          { [D in keyof NumericMemory]: Data extends NumericMemory[D] ? D : never }[keyof NumericMemory],
          'bool' | 'float16' | 'complex64' | 'complex128'
        >
      : DType

/**
 * One element of dtype `D`: a number (of `float16` too); a bigint for 64-bit integers and times, which count units; a
 * boolean; a string or the bytes of one; `[real, imaginary]`; or, of `struct`, a record of its fields.
 */
export type ElementOf<D extends DType> = D extends 'bool'
  ? boolean
  : D extends 'complex64' | 'complex128'
    ? [real: number, imaginary: number]
    : D extends 'str'
      ? string
      : D extends 'bytes'
        ? Uint8Array
        : D extends 'struct'
          ? StructElement
          : D extends 'int64' | 'uint64' | `datetime64${string}` | `timedelta64${string}`
            ? bigint
            : number

/** One element of a structured array: each field by its name, as nested arrays where the field has axes of its own. */
export interface StructElement {
  [name: string]: Nested<ElementOf<DType>>
}

/** Arrays in arrays, one level for each axis, or one element for an array without axes. */
export type Nested<Element> = Element | Nested<Element>[]

/** The memory of the dtypes that are numbers; `datetime64` and `timedelta64` lie in a `BigInt64Array` too. */
export interface NumericMemory {
  bool: Uint8Array
  int8: Int8Array
  int16: Int16Array
  int32: Int32Array
  int64: BigInt64Array
  uint8: Uint8Array
  uint16: Uint16Array
  uint32: Uint32Array
  uint64: BigUint64Array
  float16: Uint16Array
  float32: Float32Array
  float64: Float64Array
  complex64: Float32Array
  complex128: Float64Array
}

/** Makes typed arrays of one class, new or on given memory. */
export interface MemoryClass {
  new (length: number): TypedArray
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray
  readonly name: string
  readonly BYTES_PER_ELEMENT: number
}

const numeric: Readonly<Record<keyof NumericMemory, MemoryClass>> = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  complex64: Float32Array,
  complex128: Float64Array,
}

const withoutMemory: readonly string[] = ['str', 'bytes', 'struct']
const times = /^(datetime|timedelta)64(\[([1-9]\d{0,8})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?$/

/** Whether `name` is one of {@link DType}, its unit included. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(numeric, name) || withoutMemory.includes(name) || times.test(name)
}

/** The class of typed array that holds `dtype`; undefined for `str` and `bytes`, which lie in plain arrays, and `struct`. */
export function memoryOf(dtype: DType): MemoryClass | undefined {
  if (withoutMemory.includes(dtype)) return undefined
  return Object.hasOwn(numeric, dtype) ? numeric[dtype as keyof NumericMemory] : BigInt64Array
}

/** Members of the memory that make one element: 2 for complex numbers, else 1. */
export function componentsOf(dtype: DType): 1 | 2 {
  return dtype === 'complex64' || dtype === 'complex128' ? 2 : 1
}
