/**
 * The door to arrays: the NDArray type and the few functions that people need at once. What calculates with arrays is
 * left to other packages. The parts are in `ndarray/`.
 */

export { array } from './ndarray/array.js'
export { contiguous } from './ndarray/contiguous.js'
export type {
  DataOf,
  DType,
  ElementOf,
  NaturalDType,
  NDArrayData,
  Nested,
  NumericMemory,
  StructElement,
  TypedArray,
} from './ndarray/dtype.js'
export { componentsOf, isDType, type MemoryClass, memoryOf } from './ndarray/dtype.js'
export { get, toNested } from './ndarray/elements.js'
export { asNDArray, MOST_LEVELS, toNDArray } from './ndarray/recognise.js'
export {
  type AxisSelection,
  resolveSlice,
  type Slice,
  type SliceItem,
  selectedShape,
} from './ndarray/slice.js'
export { type FieldsInput, isStruct, structured } from './ndarray/structured.js'
export {
  type ArrayInput,
  type ArrayLikeInput,
  type ArrayOf,
  countOf,
  type Float16Data,
  isContiguous,
  type NDArray,
  rowMajorStride,
  type StructArray,
} from './ndarray/types.js'
export { reshape, transpose, view } from './ndarray/views.js'
export { walk, walkTiles } from './ndarray/walk.js'
export { shownArray } from './show/array-face.js'
