/**
 * Which arrays a value names, and which names a member of an archive may have: numpy takes them back as they are, and
 * no tool that unpacks the archive writes outside of its folder.
 */
import { DirdictError } from '../../src/errors.js'
import { asNDArray, type NDArray, toNDArray } from '../../src/ndarray.js'
import { className, isPlainObject } from '../_plain/plain-object.js'
import { LONGEST_NAME, MOST_MEMBERS } from './records.js'

/** An array and its name. */
export type NamedArray = readonly [name: string, array: NDArray]

/** The ending that numpy gives every member, and takes away again. */
export const SUFFIX = '.npy'
/** What numpy calls an array that has no name. */
const UNNAMED = 'arr_0'

/** Whether `value` is an array, or a plain object of nothing but arrays. Getters are not called. */
export function isNamedArrays(value: unknown): boolean {
  if (asNDArray(value) !== undefined) return true
  if (typeof value !== 'object' || value === null || !isPlainObject(value)) return false
  if (Object.getOwnPropertySymbols(value).length > 0) return false
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    member => 'value' in member && asNDArray(member.value) !== undefined,
  )
}

/** The arrays of `value` with their names; one alone is `arr_0`. VALUE_REJECTED for anything else, and for impossible names. */
export function namedArrays(value: unknown): readonly NamedArray[] {
  const alone = asNDArray(value)
  if (alone !== undefined) return [[UNNAMED, alone]]
  if (typeof value !== 'object' || value === null || !isPlainObject(value)) throw noRecord(value)
  if (Object.getOwnPropertySymbols(value).length > 0) throw rejected('it has members named by symbols')
  const entries = Object.entries(value)
  if (entries.length > MOST_MEMBERS)
    throw rejected(`it has ${entries.length} arrays; at most ${MOST_MEMBERS} are stored`)
  return entries.map(([name, one]) => [checkedName(name), arrayNamed(name, one, value)])
}

function arrayNamed(name: string, one: unknown, value: object): NDArray {
  const array = asNDArray(one)
  if (array !== undefined) return array
  // Whoever has both of them most likely means one array, of which something is wrong.
  if ('data' in value && 'shape' in value) return toNDArray(value)
  throw rejected(`${JSON.stringify(name)} is no array; see array()`)
}

function checkedName(name: string): string {
  const why = wrongName(name)
  if (why !== undefined) throw rejected(`the name ${JSON.stringify(name.slice(0, 200))} ${why}`)
  return name
}

function wrongName(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.includes('\0')) return 'has a NUL, at which other programs end it'
  if (name.endsWith(SUFFIX)) return `ends in '${SUFFIX}', which numpy takes away`
  if (/^\/|^[a-zA-Z]:|\\/.test(name) || name.split('/').includes('..')) {
    return 'leads out of the archive when it is unpacked'
  }
  if (/\p{Surrogate}/u.test(name)) return 'has half a surrogate pair, which UTF-8 cannot hold'
  if (Buffer.byteLength(name) > LONGEST_NAME - SUFFIX.length) return 'is longer than a zip archive takes'
  return undefined
}

function noRecord(value: unknown): DirdictError {
  const what = typeof value === 'object' && value !== null ? `a ${className(value)}` : `${typeof value}`
  return rejected(`it is ${what}; store one array, or a plain object of arrays`)
}

function rejected(why: string): DirdictError {
  return new DirdictError('VALUE_REJECTED', `npz cannot store this: ${why}`, { dumper: 'npz' })
}
