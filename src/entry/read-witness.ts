/**
 * ReadWitness: what a reading folder tells whoever pinned its directory, who has to check it before he trusts the result.
 */
import { fstatSync, statSync } from 'node:fs'

/** Filled while files are read. */
export interface ReadWitness {
  /** A file or directory was not there. */
  vanished: boolean
  /** The absence of a file had a meaning: the directory was listed. */
  listed: boolean
  /** The pinned directory has been let go: its descriptor may belong to another by now. */
  ended: boolean
  /** Where the key's directory is, for those who ask later whether it is still the same one. */
  readonly path: string
  /** Whether the key still holds the directory that is being read. */
  isCurrent(): boolean
}

/** For a directory that nobody else changes. */
export function unwatched(path: string): ReadWitness {
  return { vanished: false, listed: false, ended: false, path, isCurrent: () => true }
}

/** Whether the directory that `fd` has open is the one at `path`. */
export function isAt(fd: number, path: string): boolean {
  const pinned = fstatSync(fd, { bigint: true })
  const current = statSync(path, { bigint: true, throwIfNoEntry: false })
  return current !== undefined && current.ino === pinned.ino && current.dev === pinned.dev
}
