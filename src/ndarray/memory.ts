/**
 * What a value is as the memory of an array, and the dtype that it has by itself. Typed arrays are known by their tag, not
 * by their class: notebooks have several realms.
 */

import { type DType, memoryOf, type NDArrayData, type TypedArray } from './dtype.js'
import type { Float16Data } from './types.js'

const dtypeOfTag: ReadonlyMap<string, DType> = new Map([
  ['Int8Array', 'int8'],
  ['Int16Array', 'int16'],
  ['Int32Array', 'int32'],
  ['BigInt64Array', 'int64'],
  ['Uint8Array', 'uint8'],
  ['Uint16Array', 'uint16'],
  ['Uint32Array', 'uint32'],
  ['BigUint64Array', 'uint64'],
  ['Float32Array', 'float32'],
  ['Float64Array', 'float64'],
])

/** Memory, and its dtype as long as no other is named. */
export interface Memory {
  readonly data: NDArrayData
  readonly dtype: DType
}

/** Decides from its items whether a plain array, which is not empty, is memory. */
export type ListTest = (items: readonly unknown[]) => 'str' | 'bytes' | undefined

/** `data` as memory; undefined where it is none. An empty plain array is what `named` says. */
export function memoryIn(
  data: unknown,
  named: string | undefined,
  dtypeOfList: ListTest,
): Memory | undefined {
  const tag = tagOf(data)
  if (tag === 'Float16Array') {
    const { buffer, byteOffset, length } = data as Float16Data
    return { data: new Uint16Array(buffer, byteOffset, length), dtype: 'float16' }
  }
  const natural = tag === undefined ? undefined : dtypeOfTag.get(tag)
  if (natural !== undefined) return { data: data as TypedArray, dtype: natural }
  if (!Array.isArray(data)) return undefined
  if (data.length === 0) return named === 'str' || named === 'bytes' ? { data: [], dtype: named } : undefined
  const dtype = dtypeOfList(data)
  return dtype === undefined ? undefined : { data, dtype }
}

/** `str` where all items are strings, `bytes` where all are byte strings. */
export const dtypeOfAll: ListTest = items => {
  if (isAll(items, item => typeof item === 'string')) return 'str'
  return isAll(items, item => tagOf(item) === 'Uint8Array') ? 'bytes' : undefined
}

/** By the first item alone: for what reads a few elements of long lists again and again. */
export const dtypeOfFirst: ListTest = items => dtypeOfAll(items.slice(0, 1))

/** Whether memory of dtype `own` is memory of `wanted` as it is. The runtime's float16 are numbers, never uint16. */
export function holds(own: DType, wanted: DType): boolean {
  return (
    own === wanted || (own !== 'float16' && memoryOf(own) !== undefined && memoryOf(own) === memoryOf(wanted))
  )
}

/** Whether typed memory was taken away: what is left has no members. Node 20 has no `ArrayBuffer.detached`. */
export function isGone(data: NDArrayData): boolean {
  if (Array.isArray(data) || data.length > 0) return false
  try {
    return new Uint8Array(data.buffer, 0, 0).length > 0
  } catch {
    return true
  }
}

/** Like `every`, but holes count: `new Array(3)` holds nothing of any kind. */
export function isAll(items: readonly unknown[], test: (item: unknown) => boolean): boolean {
  return items.findIndex(item => !test(item)) === -1
}

/** The class of a typed array of any realm. */
function tagOf(value: unknown): string | undefined {
  return ArrayBuffer.isView(value)
    ? (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag]
    : undefined
}
