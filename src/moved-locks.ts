/**
 * The locks inside a nested database that has just been renamed. Their holders know only its old path, so they can
 * neither publish through them nor give them back: they are taken away, and each holder gets LOCK_LOST.
 */
import { DatabaseDirectory } from './entry/database-directory.js'
import { removeLater } from './entry/trash.js'
import { isDirdictError } from './errors.js'
import { giveBack } from './locks/file.js'
import { namesWithin, ownersOf } from './locks/owners.js'
import { withdraw } from './locks/waiting.js'
import { keysIfThere, nestedIfPermitted } from './session.js'

/** Frees every lock in the database in `entry`, where it is one, and in those nested in it, as far as they may be read. */
export function freeLocksBelow(entry: string): void {
  const path = nestedIfPermitted(entry)
  if (path === undefined) return
  const directory = new DatabaseDirectory(path)
  for (const name of namesWithin(directory.lock(''))) {
    for (const owner of ownersOf(directory, name)) takeAway(directory, name, owner)
  }
  for (const name of namesWithin(directory.waiting(''))) {
    for (const token of namesWithin(directory.waiting(name))) withdraw(directory, name, token)
  }
  for (const name of keysIfThere(directory, true)) freeLocksBelow(directory.entry(name))
}

/** Whoever has given it back meanwhile had it by the new path. */
function takeAway(directory: DatabaseDirectory, name: string, owner: string): void {
  try {
    // He knows only the old path, so that whatever he changed in the record is behind him.
    directory.settleChange(owner)
    removeLater(directory, giveBack(directory, name, owner), name)
  } catch (error) {
    if (!isDirdictError(error, 'LOCK_LOST')) throw error
  }
}
