/**
 * Which comparison for two values: by their formats.
 */
import { compareArchives, compareArrays } from './arrays.js'
import type { Difference } from './difference.js'
import { compareDatabases, compareFiles } from './files.js'
import { comparePlain } from './plain.js'
import type { Side } from './side.js'
import { compareTables, isTable } from './tables.js'

type Compare = (a: Side, b: Side) => Promise<Difference>

/** Formats that are compared alike have one name here. */
const COMPARE: ReadonlyMap<string, readonly [kind: string, compare: Compare]> = new Map([
  ['ndarray', ['arrays', compareArrays]],
  ['npz', ['archives', compareArchives]],
  ['json', ['plain values', comparePlain]],
  ['clone', ['plain values', comparePlain]],
  ['subdb', ['databases', compareDatabases]],
])

/** Values of different kinds differ, whatever they hold. */
export async function compareValues(a: Side, b: Side): Promise<Difference> {
  const [[kind, compare], [other]] = [comparisonOf(a), comparisonOf(b)]
  if (kind === other) return compare(a, b)
  return { equal: false, facts: { kind: { from: a.metadata.dumper, to: b.metadata.dumper } } }
}

function comparisonOf({ metadata: { dumper } }: Side): readonly [kind: string, compare: Compare] {
  if (isTable(dumper)) return ['tables', compareTables]
  return COMPARE.get(dumper) ?? [`files of ${dumper}`, compareFiles]
}
