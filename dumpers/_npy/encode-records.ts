/**
 * Structured arrays as packed records: the fields of one record follow each other without gaps.
 */

import { DirdictError } from '../../src/errors.js'
import type { NDArray, StructArray } from '../../src/ndarray.js'
import { assertItemSize, type Encoder } from './encoder.js'
import type { FieldDescr } from './repr.js'
import { copyRuns } from './strided.js'

interface Member {
  readonly encoder: Encoder
  /** Elements of the field in one record. */
  readonly perRecord: number
  /** Bytes of the field in one record, and where they begin. */
  readonly length: number
  readonly offset: number
}

/** VALUE_REJECTED for records without a byte, and for what an encoder of a field refuses. */
export function recordEncoder(a: StructArray, encoderOf: (field: NDArray) => Encoder): Encoder {
  const descr: FieldDescr[] = []
  const members: Member[] = []
  let itemsize = 0
  for (const [name, field] of a.fields) {
    const shape = field.shape.slice(a.shape.length)
    const encoder = encoderOf(field)
    const perRecord = shape.reduce((product, n) => product * n, 1)
    // Readers count without empty axes too.
    assertItemSize(shape.reduce((product, n) => product * Math.max(n, 1), encoder.itemsize))
    const length = perRecord * encoder.itemsize
    descr.push([name, encoder.descr, shape])
    members.push({ encoder, perRecord, length, offset: itemsize })
    itemsize += length
  }
  if (itemsize === 0) {
    throw new DirdictError('VALUE_REJECTED', 'its records have no bytes: every field has an axis of length 0')
  }
  assertItemSize(itemsize)
  return { descr, itemsize, block: (start, stop) => records(members, itemsize, start, stop) }
}

function records(members: readonly Member[], itemsize: number, start: number, stop: number): Uint8Array {
  const count = stop - start
  const bytes = new Uint8Array(count * itemsize)
  for (const { encoder, perRecord, length, offset } of members) {
    const packed = encoder.block(start * perRecord, stop * perRecord)
    const target = { bytes, from: offset, step: itemsize }
    copyRuns({ bytes: packed, from: 0, step: length }, target, count, length)
  }
  return bytes
}
