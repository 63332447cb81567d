/**
 * Setting aside: what repair can neither use nor explain leaves its place and is kept, under a name in the trash that
 * nothing ever empties. Its owner looks at it and removes it, or moves it back.
 */
import { lstatSync, mkdirSync, renameSync } from 'node:fs'
import { basename } from 'node:path'
import { type DatabaseDirectory, isDirectory, PARTS, SERVICE } from '../entry/database-directory.js'
import { randomName } from '../entry/publish.js'

/** Begins a name in `trash/` that no token has. */
export const ASIDE = 'aside-'

/** Moves what lies at `path`, in the database directory or its service directory; where to, for the user to read. */
export function setAside(directory: DatabaseDirectory, path: string): string {
  const box = `${ASIDE}${new Date().toISOString().slice(0, 10)}-${randomName()}`
  mkdirSync(directory.trash(box))
  renameSync(path, `${directory.trash(box)}/${basename(path)}`)
  return `${SERVICE}/trash/${box}/${basename(path)}`
}

/** A database that was copied without its empty directories has no trash. */
export function makeTrash(directory: DatabaseDirectory): void {
  if (PARTS.every(part => isDirectoryOrAbsent(`${directory.service}/${part}`))) directory.ensureService()
  else mkdirSync(directory.trash(''), { recursive: true })
}

function isDirectoryOrAbsent(path: string): boolean {
  return isDirectory(path) || lstatSync(path, { throwIfNoEntry: false }) === undefined
}
