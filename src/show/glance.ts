/**
 * A glance at the keys of a database: one directory is read, whatever the number of keys, and only the first of them
 * are looked at. It may miss a key that is being replaced at this very moment; `db.keys()` does not.
 */
import { lstatSync, readdirSync } from 'node:fs'
import { isKeyName } from '../keys.js'

export interface Glance {
  /** The first keys, sorted. */
  readonly names: readonly string[]
  /** How many there are beside them. */
  readonly more: number
}

/** The first `most` keys in the database directory at `path`. Throws the system's error where it cannot be read. */
export function glance(path: string, most: number, all: readonly string[] = namesAt(path)): Glance {
  const first = smallest(all, most)
  const names = first.filter(name => isDirectory(`${path}/${name}`))
  return { names, more: all.length - first.length }
}

/** What could be keys, in no order: the one look at the directory. */
export function namesAt(path: string): readonly string[] {
  return readdirSync(path).filter(isKeyName)
}

/** The first of the names in order, without sorting all of them. */
export function smallest(names: readonly string[], most: number): string[] {
  const first: string[] = []
  for (const name of names) {
    if (first.length === most && name >= (first[most - 1] ?? '')) continue
    let at = first.length
    while (at > 0 && name < (first[at - 1] ?? '')) at--
    first.splice(at, 0, name)
    if (first.length > most) first.pop()
  }
  return first
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
