/**
 * numpy's descriptors of dtypes with fields: lists such as `[('t', '<f8'), ('position', '<f4', (3,))]`, nested where a
 * field has fields itself.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.descr_to_dtype.html
 */

import { DirdictError } from '../../src/errors.js'
import { MOST_LEVELS } from '../../src/ndarray.js'
import { type ElementFormat, type FieldFormat, invalid, parseScalar, unsupported } from './descr.js'
import type { Literal } from './literal.js'

/** numpy keeps the size of an element in 32 bits. */
export const LARGEST_ITEM: number = 2 ** 31 - 1
/** Axes of a field in each record, beside those of the array. */
const MOST_AXES = 32

/** The format that `descr` names. UNSUPPORTED_FORMAT for dtypes that are numpy's but not ours, else CORRUPT_ENTRY. */
export function parseDescr(descr: Literal, file: string): ElementFormat {
  return parseAny(descr, file, 0)
}

function parseAny(descr: Literal, file: string, level: number): ElementFormat {
  if (typeof descr === 'string') return parseScalar(descr, file)
  if (!isList(descr)) throw invalid(descr, file)
  if (level === MOST_LEVELS) throw unsupported(`records nested deeper than ${MOST_LEVELS} levels`, file)
  const fields: FieldFormat[] = []
  const names = new Set<string>()
  let itemsize = 0
  for (const member of descr) {
    const { name, title, size, format, shape } = parseField(member, file, level)
    for (const own of title === undefined || title === name ? [name] : [name, title]) {
      if (own === '') continue
      if (names.has(own)) throw repeated(own, file)
      names.add(own)
    }
    if (format !== undefined) fields.push({ name, format, shape, offset: itemsize })
    itemsize += size
    if (itemsize > LARGEST_ITEM) throw invalid('records of more bytes than numpy can count', file)
  }
  if (fields.length === 0 || itemsize === 0) throw unsupported('records without a field', file)
  return { dtype: 'struct', itemsize, word: 1, swapped: false, fields }
}

interface Field {
  readonly name: string
  readonly title: string | undefined
  /** Undefined for bytes that only fill up the record. */
  readonly format: ElementFormat | undefined
  readonly shape: readonly number[]
  /** Bytes in the record. */
  readonly size: number
}

function parseField(member: Literal, file: string, level: number): Field {
  const [names, descr = null, axes] = tupleOf(member) ?? []
  const [title, name] = tupleOf(names) ?? [undefined, names]
  if (typeof name !== 'string' || !(title === undefined || title === null || typeof title === 'string')) {
    throw invalid(member, file)
  }
  const shape = axes === undefined ? [] : tupleOf(axes)
  if (shape === undefined || shape.length > MOST_AXES || !shape.every(isLength)) throw invalid(member, file)
  const filling = name === '' && typeof descr === 'string' ? /^\|V(\d{1,10})$/.exec(descr) : null
  const format = filling === null ? parseAny(descr, file, level + 1) : undefined
  if (name === '' && filling === null) throw unsupported('a field without a name', file)
  const itemsize = format?.itemsize ?? Number(filling?.[1])
  // Counted without empty axes too: strides are products of these.
  const most = shape.reduce((product, n) => product * Math.max(n, 1), itemsize)
  if (most > LARGEST_ITEM) throw invalid(member, file)
  return { name, title: title ?? undefined, format, shape, size: shape.includes(0) ? 0 : most }
}

function tupleOf(literal: Literal | undefined): readonly Literal[] | undefined {
  return typeof literal === 'object' && literal !== null && 'tuple' in literal ? literal.tuple : undefined
}

function isList(literal: Literal): literal is readonly Literal[] {
  return Array.isArray(literal)
}

function isLength(n: Literal): n is number {
  return Number.isSafeInteger(n) && Number(n) >= 0
}

function repeated(name: string, file: string): DirdictError {
  const message = `'${file}' has two fields of the name ${JSON.stringify(name)}`
  return new DirdictError('CORRUPT_ENTRY', message, { file })
}
