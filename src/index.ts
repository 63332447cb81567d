/**
 * dirdict: a dictionary-like database in a folder. Every public name, the dumpers among them.
 *
 * @packageDocumentation
 */
export type { ArrowGetOptions } from '../dumpers/arrow.js'
export type { CsvGetOptions, CsvInput, CsvSetOptions, CsvType } from '../dumpers/csv.js'
export type {
  ColumnInput,
  Comparable,
  Condition,
  DataframeGetOptions,
  DataframeSetOptions,
  RowInput,
  TableInput,
  TableLike,
  VectorLike,
  Where,
} from '../dumpers/dataframe.js'
export type { FolderFiles, ManagedFolder } from '../dumpers/folder.js'
export {
  arrow,
  bytes,
  clone,
  csv,
  dataframe,
  folder,
  json,
  ndarray,
  npz,
  partitions,
  pickle,
  shared,
  subdb,
  text,
  zarr,
} from '../dumpers/index.js'
export type {
  ArrayPart,
  BlockOptions,
  LazyArray,
  LazyReadOptions,
  NDArrayGetOptions,
  NDArrayInput,
} from '../dumpers/ndarray.js'
export type { NpzGetOptions, NpzInput, NpzSetOptions } from '../dumpers/npz.js'
export type {
  Division,
  Partition,
  PartitionedReadOptions,
  PartitionedTable,
  PartitionsInput,
  PartitionsSetOptions,
  RecordBatchLike,
  TableBatch,
} from '../dumpers/partitions.js'
export type {
  SharedArrayFacts,
  SharedArrays,
  SharedInput,
  SharedLoadOptions,
} from '../dumpers/shared.js'
export type { ZarrArray, ZarrAttributes, ZarrGetOptions, ZarrInput, ZarrSetOptions } from '../dumpers/zarr.js'
export type { Annotation } from './annotate.js'
export type { Batch } from './batch.js'
export { DataBase, type Entry, type Found, type Loaded } from './database.js'
export {
  type Aside,
  type Census,
  type Diagnosis,
  type DoctorOptions,
  doctor,
  type Finding,
  type FindingKind,
} from './doctor.js'
export type {
  AnyDumper,
  Dumper,
  FileStamp,
  GetOptionsOf,
  HeldFolder,
  InputOf,
  JsonValue,
  LateHead,
  LiveFolder,
  LoaderArguments,
  LockedFolder,
  LockOptions,
  NestedDatabase,
  NoOptions,
  OutputOf,
  RandomAccess,
  ReadFolder,
  ReadRange,
  SetOptionsOf,
  WriteData,
  WriteFolder,
} from './dumper.js'
export { DirdictError, type ErrorCode, type ErrorDetails, isDirdictError } from './errors.js'
export type { Comparison } from './find/condition.js'
export type { FindOrder, Query } from './find/query.js'
export type { Key } from './keys.js'
export type { AcquireOptions, LockHandle, Locks } from './locks/lock.js'
export type { Memo, MemoOptions } from './memo.js'
export type {
  CodeCell,
  CodeHistory,
  FileRecord,
  GitState,
  Host,
  Metadata,
  Runtime,
  Script,
} from './metadata.js'
export {
  type ArrayInput,
  type ArrayLikeInput,
  type ArrayOf,
  array,
  contiguous,
  type DataOf,
  type DType,
  type ElementOf,
  type FieldsInput,
  type Float16Data,
  get,
  type NaturalDType,
  type NDArray,
  type NDArrayData,
  type Nested,
  type NumericMemory,
  reshape,
  type Slice,
  type SliceItem,
  type StructArray,
  type StructElement,
  structured,
  type TypedArray,
  toNested,
  transpose,
  view,
} from './ndarray.js'
export type {
  CopyOptions,
  Durability,
  GetOptions,
  OpenOptions,
  Schema,
  SetOptions,
  WaitOptions,
} from './options.js'
export type { Progress, WalkOptions } from './progress.js'
export type { Repair, RepairOptions } from './repair.js'
export { restoreState } from './restore-state.js'
export { show } from './show.js'
export type { TreeOptions } from './tree.js'
export type { Problem, UnrecordedFile, VerifyOptions, VerifyReport } from './verify.js'
