/**
 * Chunks whose elements are strings or byte strings of any length, which Python keeps as objects.
 */
import { isUtf8 } from 'node:buffer'
import type { HeapBudget } from '../_npy/limits.js'
import { corrupt, unsupported } from './exact-json.js'

/** The codecs that turn such elements into bytes. */
export type ObjectCodec = 'vlen-utf8' | 'vlen-bytes' | 'json2'

/** Whether it is one that is known. */
export function isObjectCodec(name: string): name is ObjectCodec {
  return name === 'vlen-utf8' || name === 'vlen-bytes' || name === 'json2'
}

/** The `count` elements of a chunk. CORRUPT_ENTRY where it holds others; UNSUPPORTED_FORMAT for objects that are no strings. */
export function decodeObjects(
  codec: ObjectCodec,
  bytes: Uint8Array,
  count: number,
  heap: HeapBudget,
  file: string,
): (string | Uint8Array)[] {
  const items =
    codec === 'json2' ? fromJson(bytes, heap, file) : fromLengths(bytes, codec === 'vlen-utf8', heap, file)
  if (items.length === count) return items
  throw corrupt(file, `holds ${items.length} elements; the metadata ask for ${count}`)
}

/** The number of elements, then each with its length before it. */
function fromLengths(
  bytes: Uint8Array,
  areTexts: boolean,
  heap: HeapBudget,
  file: string,
): (string | Uint8Array)[] {
  const { buffer, byteOffset, byteLength } = bytes
  const view = new DataView(buffer, byteOffset, byteLength)
  const items: (string | Uint8Array)[] = []
  let at = 4
  const count = byteLength < 4 ? 0 : view.getUint32(0, true)
  while (items.length < count && at + 4 <= byteLength) {
    const [begin, end] = [at + 4, at + 4 + view.getUint32(at, true)]
    if (end > byteLength) break
    if (areTexts) heap.addString(end - begin, 1)
    else heap.addView()
    const item = new Uint8Array(buffer, byteOffset + begin, end - begin)
    items.push(areTexts ? textIn(item, file) : item)
    at = end
  }
  if (items.length === count && at === byteLength) return items
  throw corrupt(file, `is damaged: its ${count} elements do not end where it ends`)
}

/** All elements, then their dtype, then their shape. */
function fromJson(bytes: Uint8Array, heap: HeapBudget, file: string): string[] {
  let list: unknown
  try {
    list = JSON.parse(textIn(bytes, file))
  } catch (cause) {
    throw corrupt(file, 'is not JSON', cause)
  }
  if (!Array.isArray(list) || list.length < 2) throw corrupt(file, 'is no list of elements')
  return list.slice(0, -2).map((item: unknown) => {
    if (typeof item !== 'string') throw unsupported(file, 'holds Python objects other than strings')
    heap.addString(item.length, 2)
    return item
  })
}

/** Never with another character in place of what is damaged. */
function textIn(bytes: Uint8Array, file: string): string {
  if (!isUtf8(bytes)) throw corrupt(file, 'is damaged: it is not UTF-8')
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
