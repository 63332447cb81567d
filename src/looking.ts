/**
 * Looking for keys on a disk that fails: its error is told as one of ours, and must not pass for what is there, or is not.
 */
import type { DatabaseDirectory } from './entry/database-directory.js'
import { translate } from './entry/system-errors.js'

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
