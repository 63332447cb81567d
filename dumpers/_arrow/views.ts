/** Whether the views of strings and bytes lead to them. */
import { isUtf8 } from 'node:buffer'
import type { Data } from 'apache-arrow'
import { bytesOf, INLINE, longValue, shorter, VIEW, viewLength } from './byte-rows.js'
import type { Arrow } from './rebuild.js'

/** Bytes of a long value that its view repeats. */
const PREFIX = 4
/** Of the long values of one column together: views may share bytes, and a small file could take for ever. */
const MOST_BYTES = 2 ** 31 - 1

/**
 * RangeError where a view that is not null does not lead to its bytes, or text is not UTF-8.
 * Layout: https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-view-layout
 */
export function checkViews(arrow: Arrow, data: Data): void {
  const views = bytesOf(data)
  if (views.byteLength < data.length * VIEW) throw shorter()
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength)
  const isText = arrow.DataType.isUtf8View(data.type)
  let total = 0
  for (let row = 0; row < data.length; row++) {
    if (!data.getValid(row)) continue
    const at = row * VIEW
    const length = viewLength(view, at)
    const value = length > INLINE ? long(data, view, at) : views.subarray(at + 4, at + 4 + length)
    total += length
    if (total > MOST_BYTES) throw new RangeError(`views lead to more than ${MOST_BYTES} bytes`)
    if (isText && !isUtf8(value)) throw new RangeError('a column of text is not UTF-8')
  }
}

function long(data: Data, view: DataView, at: number): Uint8Array {
  const value = longValue(data.variadicBuffers, view, at, viewLength(view, at))
  for (let i = 0; i < PREFIX; i++) {
    if (value[i] !== view.getUint8(at + 4 + i)) throw new RangeError('a view does not begin as its value')
  }
  return value
}
