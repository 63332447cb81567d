/**
 * The printed tree of a database. Reads names and records, never a value; control characters in names are escaped.
 */
import type { DatabaseDirectory } from './entry/database-directory.js'
import { listKeys } from './entry/pin.js'
import { loaderId, readLoader, readRecord } from './entry/record-files.js'
import { GONE, hasCode } from './entry/system-errors.js'
import { isDirdictError } from './errors.js'
import { nestedPath, type Session } from './session.js'

export interface TreeOptions {
  /** Levels of nested databases that are opened. @default no limit */
  readonly depth?: number
  /** Lines after which the rest is only counted. @default 200 */
  readonly lines?: number
}

export const TREE_OPTIONS: readonly string[] = ['depth', 'lines']
/** Keys that `util.inspect` shows. */
const INSPECTED = 20

/** The tree as lines of text, a key and its dumper on each. */
export function printTree(session: Session, root: DatabaseDirectory, options: TreeOptions): string {
  const lines: string[] = [printable(root.path)]
  const most = options.lines ?? 200
  let omitted = 0
  const visit = (directory: DatabaseDirectory, indent: string, depth: number): void => {
    const names = listKeys(directory)
    const width = Math.min(40, Math.max(0, ...names.slice(0, most).map(name => name.length)))
    names.forEach((name, index) => {
      if (lines.length > most) {
        omitted++
        return
      }
      const last = index === names.length - 1
      lines.push(
        `${indent}${last ? '└── ' : '├── '}${printable(name).padEnd(width)}  ${kindOf(session, directory, name)}`,
      )
      const nested = depth > 0 ? nestedPath(directory.entry(name)) : undefined
      if (nested !== undefined)
        visit(session.directory(nested), `${indent}${last ? '    ' : '│   '}`, depth - 1)
    })
  }
  visit(root, '', options.depth ?? Number.POSITIVE_INFINITY)
  if (omitted > 0) lines.push(`… and ${omitted} more`)
  return lines.map(line => line.trimEnd()).join('\n')
}

/** One line with the first keys, for `util.inspect`. */
export function inspectDatabase(directory: DatabaseDirectory): string {
  const names = listKeys(directory)
  const shown = names.slice(0, INSPECTED).map(printable)
  if (names.length > INSPECTED) shown.push(`… ${names.length - INSPECTED} more`)
  return `DataBase ${printable(directory.path)} { ${shown.join(', ')} }`
}

function kindOf(session: Session, directory: DatabaseDirectory, name: string): string {
  const base = directory.entry(name)
  try {
    const record = readRecord(base, name)
    if (record === undefined) {
      const loader = readLoader(base, name)
      return session.dumpers.forLoader(loader)?.name ?? printable(loaderId(loader))
    }
    const bytes = record.files.reduce((sum, file) => sum + file.bytes, 0)
    return record.files.length > 0 ? `${printable(record.dumper)}  ${size(bytes)}` : printable(record.dumper)
  } catch (error) {
    if (isDirdictError(error)) return `(${error.code})`
    if (hasCode(error, GONE)) return '(no record)'
    throw error
  }
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** A name that cannot write to the terminal. */
function printable(name: string): string {
  return name.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
