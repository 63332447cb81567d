/**
 * The names of the files of a partitioned table. They hold the number of all parts, and are numbered without leading
 * zeros: `pandas_to_parquet.11.10.parquet` comes after `pandas_to_parquet.11.9.parquet`.
 */
import { DirdictError } from '../../src/errors.js'

/** The file with the divisions. */
export const DIVISIONS = 'divisions.json'

const PART = /^pandas_to_parquet\.(\d+)\.(\d+)\.parquet$/

/** Part `index` of `count`. */
export function partFile(count: number, index: number): string {
  return `pandas_to_parquet.${count}.${index}.parquet`
}

/** Part `index` while nobody knows how many there will be. */
export function provisionalFile(index: number): string {
  return `pandas_to_parquet.${index}.parquet`
}

/** The files of all parts among `names`, in the order of the parts. CORRUPT_ENTRY where one is missing. */
export function partFiles(names: readonly string[]): string[] {
  const files: string[] = []
  const counts = new Set<number>()
  for (const name of names) {
    const match = PART.exec(name)
    if (match === null) continue
    counts.add(Number(match[1]))
    files[Number(match[2])] = name
  }
  const [count = 0] = counts
  if (counts.size > 1) throw damaged(`has parts of ${[...counts].join(' and of ')}`)
  if (count === 0 || files.length > count) throw damaged(`has ${files.length} parts of ${count}`)
  for (let i = 0; i < count; i++) if (files[i] === undefined) throw damaged(`lacks ${partFile(count, i)}`)
  return files
}

function damaged(what: string): DirdictError {
  return new DirdictError('CORRUPT_ENTRY', `The partitioned table ${what}.`, { dumper: 'partitions' })
}
