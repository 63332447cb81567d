/**
 * What repair has set aside in earlier runs, and its owner has not yet looked at.
 */
import { lstatSync } from 'node:fs'
import { type DatabaseDirectory, SERVICE } from '../entry/database-directory.js'
import { ASIDE } from '../repair/aside.js'
import { namesIn } from '../repair/left.js'

/** One thing that was set aside. */
export interface Aside {
  /** The nested database that it lay in; empty for the database itself. */
  readonly key: string
  /** Relative to the directory of that database. */
  readonly path: string
  readonly since: Date
  /** Of its files; of very many, at least that much. */
  readonly bytes: number
}

/** Names after which the size of one is no longer counted. */
const MOST_COUNTED = 10_000

export function asidesIn(directory: DatabaseDirectory, key: string): readonly Aside[] {
  return namesIn(directory.trash(''))
    .filter(name => name.startsWith(ASIDE))
    .flatMap(name => {
      const path = directory.trash(name)
      const stats = lstatSync(path, { throwIfNoEntry: false })
      if (stats === undefined) return []
      return [{ key, path: `${SERVICE}/trash/${name}`, since: stats.mtime, bytes: bytesBelow(path) }]
    })
}

function bytesBelow(path: string): number {
  let bytes = 0
  const waiting = [path]
  for (let counted = 0; waiting.length > 0 && counted < MOST_COUNTED; counted++) {
    const next = waiting.pop()!
    const stats = lstatSync(next, { throwIfNoEntry: false })
    if (stats?.isDirectory()) waiting.push(...namesIn(next).map(name => `${next}/${name}`))
    else bytes += stats?.size ?? 0
  }
  return bytes
}
