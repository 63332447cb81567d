/**
 * The names of the files of a partitioned table. They hold the number of all parts, and are numbered without leading
 * zeros: `pandas_to_parquet.11.10.parquet` comes after `pandas_to_parquet.11.9.parquet`.
 */
import { DirdictError } from '../../src/errors.js'

/** The file with the divisions. */
export const DIVISIONS = 'divisions.json'

const PART = /^pandas_to_parquet\.(0|[1-9]\d*)\.(0|[1-9]\d*)\.parquet$/

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
  const found = new Set(names.filter(name => PART.test(name)))
  const counts = new Set([...found].map(name => Number(PART.exec(name)?.[1])))
  const [count = 0] = counts
  if (counts.size > 1) throw damaged(`has parts of ${[...counts].join(' and of ')}`)
  if (count === 0 || found.size > count) throw damaged(`has ${found.size} parts of ${count}`)
  const files: string[] = []
  for (let i = 0; i < count; i++) {
    const file = partFile(count, i)
    if (!found.has(file)) throw damaged(`lacks ${file}`)
    files.push(file)
  }
  return files
}

function damaged(what: string): DirdictError {
  return new DirdictError('CORRUPT_ENTRY', `The partitioned table ${what}.`, { dumper: 'partitions' })
}
