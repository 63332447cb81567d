/**
 * Removing a whole database: it disappears by one rename, and what is left of it is removed behind that.
 */
import { renameSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { DatabaseDirectory } from './entry/database-directory.js'
import { removeTree } from './entry/remove-tree.js'
import { hasCode, translate } from './entry/system-errors.js'
import { emptyTrash } from './entry/trash.js'
import { newToken } from './locks/token.js'

/** Of the database's name, so that the one it is moved aside to is no longer than names may be. */
const LONGEST_START = 40

/** Where the directory's parent may not be written, the files are removed one by one. */
export async function removeDatabase(directory: DatabaseDirectory): Promise<void> {
  await emptyTrash(directory)
  const { path } = directory
  const place = moveAside(path)
  try {
    await removeTree(place)
  } catch (error) {
    const outcome = `Part of the database is gone; what is left of it lies in ${place}.`
    throw translate(error, `Removing ${path}`, { path: place }, outcome)
  }
}

/** Where the database lies then. */
function moveAside(path: string): string {
  const name = basename(path).slice(0, LONGEST_START)
  const aside = `${dirname(path)}/.${name}.deleting.${newToken()}`
  try {
    renameSync(path, aside)
    return aside
  } catch (error) {
    if (hasCode(error, ['EACCES', 'EPERM', 'EBUSY', 'EXDEV'])) return path
    throw translate(error, `Removing ${path}`, { path })
  }
}
