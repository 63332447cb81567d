/**
 * The printed tree of a database. Reads names and records, never a value; what could steer a terminal is escaped.
 */
import type { DatabaseDirectory } from './entry/database-directory.js'
import { keysIfThere, nestedIfPermitted, type Session } from './session.js'
import { factsAt, factTexts } from './show/entry-facts.js'
import { printable } from './show/printable.js'

export interface TreeOptions {
  /** Levels of nested databases that are opened. @default no limit */
  readonly depth?: number
  /** Lines after which the rest is only counted. @default 200 */
  readonly lines?: number
}

export const TREE_OPTIONS: readonly string[] = ['depth', 'lines']

/** The tree as lines of text: on each a key, its dumper, and its shape and size where they are known. */
export function printTree(session: Session, root: DatabaseDirectory, options: TreeOptions): string {
  const lines: string[] = [printable(root.path)]
  const most = options.lines ?? 200
  let omitted = 0
  const visit = (directory: DatabaseDirectory, indent: string, depth: number): void => {
    const names = keysIfThere(directory, directory !== root)
    const width = Math.min(40, Math.max(0, ...names.slice(0, most).map(name => name.length)))
    names.forEach((name, index) => {
      if (lines.length > most) {
        omitted++
        return
      }
      const last = index === names.length - 1
      const facts = factTexts(factsAt(session, directory, name)).join('  ')
      lines.push(`${indent}${last ? '└── ' : '├── '}${printable(name).padEnd(width)}  ${facts}`)
      const nested = depth > 0 ? nestedIfPermitted(directory.entry(name)) : undefined
      if (nested !== undefined)
        visit(session.directory(nested), `${indent}${last ? '    ' : '│   '}`, depth - 1)
    })
  }
  visit(root, '', options.depth ?? Number.POSITIVE_INFINITY)
  if (omitted > 0) lines.push(`… and ${omitted} more`)
  return lines.map(line => line.trimEnd()).join('\n')
}
