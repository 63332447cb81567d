/**
 * Which face for what `get` gives: arrays, tables and handles of the built-in formats. Plain values, and what other
 * packages' dumpers give, stay as they are.
 */
import type { NDArray } from '../ndarray/types.js'
import { shownArray, shownLazyArray } from './array-face.js'
import { isArrowTable } from './arrow-types.js'
import { shownFolder, shownStore } from './folder-face.js'
import { shownTable } from './table-face.js'

const FACES: ReadonlyMap<string, (value: object) => unknown> = new Map([
  ['ndarray', shownIfArray],
  ['npz', shownArrays],
  ['dataframe', shownIfTable],
  ['arrow', shownIfTable],
  ['csv', shownIfTable],
  ['folder', (value: object) => (hasPath(value) ? shownFolder(value) : value)],
  ['shared', (value: object) => (hasPath(value) ? shownStore(value) : value)],
])

/** The value that the dumper of this name has loaded, which shows itself from now on. */
export function shownValue(dumper: string, value: unknown): unknown {
  const show = FACES.get(dumper)
  return show === undefined || typeof value !== 'object' || value === null ? value : show(value)
}

function hasPath(value: object): value is { readonly path: string } {
  return 'path' in value && typeof value.path === 'string'
}

/** By structure: another dumper of the same name may have loaded it. */
function shownIfArray(value: object): object {
  if (isLayout(value)) return shownArray(value)
  return 'fortranOrder' in value ? shownLazyArray(value as Parameters<typeof shownLazyArray>[0]) : value
}

/** One array, or several by name. */
function shownArrays(value: object): object {
  if (isLayout(value)) return shownArray(value)
  for (const member of Object.values(value)) if (isLayout(member)) shownArray(member)
  return value
}

function shownIfTable(value: object): object {
  return isArrowTable(value) ? shownTable(value) : value
}

function isLayout(value: unknown): value is NDArray {
  return typeof value === 'object' && value !== null && 'stride' in value && 'dtype' in value
}
