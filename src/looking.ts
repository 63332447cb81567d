/**
 * Looking for keys on a disk that fails: its error is told as one of ours, and must not pass for what is there, or is not.
 */
import type { DatabaseDirectory } from './entry/database-directory.js'
import { entryExists } from './entry/pin.js'
import { translate } from './entry/system-errors.js'
import type { Place } from './session.js'

export function looking<T>(directory: DatabaseDirectory, look: (directory: DatabaseDirectory) => T): T {
  try {
    return look(directory)
  } catch (error) {
    const { path } = directory
    throw translate(error, `Looking into ${path}`, { path })
  }
}

/** The same for what comes one by one. */
export function* lookingThrough<T>(directory: DatabaseDirectory, found: Iterator<T>): Generator<T> {
  for (;;) {
    const next = looking(directory, () => found.next())
    if (next.done) return
    yield next.value
  }
}

/** Whether a key is there. */
export function isThere({ directory, name }: Place): boolean {
  return looking(directory, within => entryExists(within, name))
}
