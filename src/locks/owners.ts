/**
 * Who holds the lock of a key: the names in `locks/K`. One token alone holds it exclusively; tokens that end in the
 * mark of sharing hold it together. And when an owner is gone, so that his name may be taken away.
 */
import { lstatSync, mkdirSync, readdirSync, rmdirSync, statSync, utimesSync } from 'node:fs'
import { type DatabaseDirectory, noDirectory } from '../entry/database-directory.js'
import { GONE, hasCode, OCCUPIED, succeeds } from '../entry/system-errors.js'
import { isDead, isLocal } from './token.js'

/** Ends the name of an owner who shares the lock. The fields of a token are separated by dots, and none of them is `r`. */
export const SHARED_MARK = '.r'
/** How often an owner, or a writer who waits, shows other hosts that he is alive. */
export const HEARTBEAT_MS = 5_000
const SILENCE_MS = 60_000

/** Whether this owner shares the lock with others like him. */
export function isShared(owner: string): boolean {
  return owner.endsWith(SHARED_MARK)
}

/** The owners of a lock. CORRUPT_ENTRY where a file or a link stands in its place. */
export function ownersOf(directory: DatabaseDirectory, name: string): readonly string[] {
  return namesWithin(directory.lock(name))
}

/** The names in a directory that may not be there, and is not followed where it is a link. */
export function namesWithin(path: string): readonly string[] {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false) throw noDirectory(path)
    return readdirSync(path)
  } catch (error) {
    if (hasCode(error, GONE)) return []
    throw error
  }
}

/** Moves the time of a directory of ours, for observers on other hosts; false where it is gone. */
export function touch(path: string): boolean {
  return succeeds(GONE, () => {
    const now = new Date()
    if (succeeds(['EPERM'], () => utimesSync(path, now, now))) return
    // Taken over from another user, whose it stays: a name that comes and goes does the same.
    succeeds(OCCUPIED, () => mkdirSync(`${path}/touched`))
    rmdirSync(`${path}/touched`)
  })
}

/**
 * Decides that owners are gone: at once by the table of processes of this machine, and those of other hosts where nothing
 * moves for a minute. The clock is our own and runs evenly; the times on the disk are only compared with each other.
 */
export class Watch {
  readonly #clock: () => number
  readonly #seen = new Map<string, { changed: bigint; since: number }>()

  /** `clock` counts milliseconds from anywhere. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
  }

  /** Whether nobody stands behind the token that names the directory at `path` any more. */
  isGone(token: string, path: string): boolean {
    return isDead(token) || (!isLocal(token) && this.#isSilent(token, path))
  }

  #isSilent(token: string, path: string): boolean {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) return false
    const before = this.#seen.get(token)
    if (before === undefined || before.changed !== stats.mtimeNs) {
      this.#seen.set(token, { changed: stats.mtimeNs, since: this.#clock() })
      return false
    }
    return this.#clock() - before.since > SILENCE_MS
  }
}
