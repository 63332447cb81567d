/**
 * The divisions of a table that is sorted by its index, as dask has them: the first index of each part, and the last of
 * all. `null`s where they are unknown.
 * Format: https://docs.dask.org/en/stable/dataframe-design.html#partitions
 */
import type { Field } from 'apache-arrow'
import type { ReadFolder } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import type { Arrow } from '../_arrow/rebuild.js'
import type { Raw } from '../_arrow/value-set.js'
import type { Predicate } from '../_arrow/where.js'
import { DIVISIONS } from './file-names.js'

/** Python writes numbers that JSON does not have; strings are matched to leave them alone. */
const PYTHON_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)|NaN|-?Infinity/gs

/** A division as JSON holds it. Other programs write what they like. */
export type Division = string | number | boolean | null

/** One more than parts; undefined where the file is missing, as another program may leave it out. */
export async function readDivisions(
  folder: ReadFolder,
  parts: number,
  ours: boolean,
): Promise<readonly Division[] | undefined> {
  if (!ours && !(await folder.names()).includes(DIVISIONS)) return undefined
  const divisions = ours ? await folder.readJson<unknown>(DIVISIONS) : await readPythons(folder)
  if (Array.isArray(divisions) && divisions.length === parts + 1 && divisions.every(isDivision))
    return divisions
  throw new DirdictError(
    'CORRUPT_ENTRY',
    `${DIVISIONS} does not hold ${parts + 1} divisions of ${parts} parts.`,
    { file: DIVISIONS, dumper: 'partitions' },
  )
}

/** With null for what is no finite number. */
async function readPythons(folder: ReadFolder): Promise<unknown> {
  const text = new TextDecoder().decode(await folder.read(DIVISIONS))
  try {
    return JSON.parse(text.replace(PYTHON_NUMBER, token => (token.startsWith('"') ? token : 'null')))
  } catch (cause) {
    throw new DirdictError('CORRUPT_ENTRY', `${DIVISIONS} is not JSON.`, { file: DIVISIONS, cause })
  }
}

/** Which parts may have a row that `predicate` holds for, by the divisions alone. */
export function divided(
  arrow: Arrow,
  divisions: readonly Division[],
  index: Field,
  predicate: Predicate,
): (part: number, rows: number) => boolean {
  const raw = divisions.map(division => rawOf(arrow, index, division))
  if (!isAscending(raw)) return () => true
  return (part, rows) => {
    const [min, max] = [raw[part], raw[part + 1]]
    if (min === undefined || max === undefined) return true
    return predicate.mayMatch(column => (column === index.name ? { rows, min, max } : undefined))
  }
}

/** As the column stores it; undefined where it is not of its type. */
function rawOf({ DataType }: Arrow, { type }: Field, division: Division): Raw | undefined {
  if (typeof division === 'string')
    return DataType.isUtf8(type) || DataType.isLargeUtf8(type)
      ? new TextEncoder().encode(division)
      : undefined
  if (typeof division !== 'number') return undefined
  if (DataType.isFloat(type)) return division
  if (!DataType.isInt(type) || !Number.isSafeInteger(division)) return undefined
  return type.bitWidth === 64 ? BigInt(division) : division
}

/** What is not sorted says nothing. */
function isAscending(divisions: readonly (Raw | undefined)[]): boolean {
  return divisions.every((division, i) => {
    const before = divisions[i - 1]
    if (division === undefined || before === undefined) return true
    if (typeof division === 'object' && typeof before === 'object')
      return Buffer.compare(before, division) <= 0
    return before <= division
  })
}

function isDivision(value: unknown): value is Division {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}
