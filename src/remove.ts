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

/** Where the directory's parent may not be written, the files are removed one by one. */
export async function removeDatabase(directory: DatabaseDirectory): Promise<void> {
  await emptyTrash(directory)
  const { path } = directory
  try {
    await removeTree(movedAside(path))
  } catch (error) {
    throw translate(error, `Removing ${path}`, { path })
  }
}

function movedAside(path: string): string {
  const aside = `${dirname(path)}/.${basename(path)}.deleting.${newToken()}`
  try {
    renameSync(path, aside)
    return aside
  } catch (error) {
    if (hasCode(error, ['EACCES', 'EPERM', 'EBUSY', 'EXDEV'])) return path
    throw error
  }
}
