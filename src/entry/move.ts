/**
 * Taking a key off the database and giving it another name: one rename each, under the locks of the keys.
 */
import { renameSync } from 'node:fs'
import { acquireFileLock, type FileLock } from '../locks/file.js'
import type { AcquireOptions } from '../locks/lock.js'
import type { DatabaseDirectory } from './database-directory.js'
import {
  assertMovable,
  finishUnfinished,
  isOccupied,
  keyExists,
  moveInto,
  randomName,
  releaseAndCollect,
  standing,
} from './publish.js'
import { GONE, succeeds } from './system-errors.js'
import { syncEntry } from './trash.js'

/** Takes the key off the database; false where it was not there. */
export async function removeEntry(
  directory: DatabaseDirectory,
  name: string,
  options: AcquireOptions & { readonly durable: boolean },
): Promise<boolean> {
  const lock = await acquireFileLock(directory, name, options)
  try {
    finishUnfinished(directory, name, lock)
    const entry = directory.entry(name)
    if (!isOccupied(entry)) return false
    assertMovable(directory, name)
    const gone = succeeds(GONE, () => renameSync(entry, `${lock.holder}/deleted-${randomName()}`))
    if (options.durable) await standing(name, () => directory.sync())
    return gone
  } finally {
    releaseAndCollect(lock, options.durable)
  }
}

/** Moves an entry to a key that is free, possibly in another database directory of the same file system. */
export async function moveEntry(
  from: { directory: DatabaseDirectory; name: string },
  to: { directory: DatabaseDirectory; name: string },
  options: AcquireOptions & { readonly durable: boolean },
  onMoved: () => void,
): Promise<boolean> {
  const inOrder = [from, to].sort((a, b) => (a.directory.lock(a.name) < b.directory.lock(b.name) ? -1 : 1))
  const locks: FileLock[] = []
  try {
    for (const { directory, name } of inOrder) {
      const lock = await acquireFileLock(directory, name, options)
      locks.push(lock)
      finishUnfinished(directory, name, lock)
    }
    const source = from.directory.entry(from.name)
    if (!isOccupied(source)) return false
    assertMovable(from.directory, from.name)
    if (isOccupied(to.directory.entry(to.name))) throw keyExists(to.name)
    const target = to.directory.entry(to.name)
    const held = locks[inOrder.indexOf(from)]
    // What the dead have replaced goes with the lock of the old name, where its successor is not looked for.
    if (held?.inherited) await syncEntry(source)
    // This rename goes through no holder's directory. The target is safe, where another's value would be in its way; whoever
    // was robbed of the source finds out here, right before the rename.
    held?.assertHeld()
    if (!moveInto(source, target, to.name)) throw keyExists(to.name)
    onMoved()
    if (options.durable) {
      await standing(to.name, async () => {
        await to.directory.sync()
        await from.directory.sync()
      })
    }
    return true
  } finally {
    for (const lock of locks.reverse()) releaseAndCollect(lock, true)
  }
}
