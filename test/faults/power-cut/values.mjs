/**
 * Values that are nothing but their version: what was torn, lost its end or turned to zeros is none of them.
 */
import { array } from '../../../dist/src/index.js'

const ROW = 5_000
const SIDE = 16
/** Several writes of 1 MiB. */
const LARGE = 300_000

/** One row of `version`. */
export function rowOf(version) {
  return array(new Float64Array(ROW).fill(version), [1, ROW])
}

/** Rows of the versions up to the last. */
export function rowsOf(last) {
  const data = Float64Array.from({ length: last * ROW }, (_, i) => Math.floor(i / ROW) + 1)
  return array(data, [last, ROW])
}

export function imageOf(version) {
  return array(new Float64Array(SIDE * SIDE).fill(version), [SIDE, SIDE])
}

export function arrayOf(version) {
  return array(new Float64Array(LARGE).fill(version), [LARGE])
}

/** A table in two parts. */
export function* partsOf(version) {
  for (let part = 0; part < 2; part++) yield Array.from({ length: 50 }, () => ({ version }))
}
