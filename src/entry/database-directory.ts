/**
 * One database directory: its identity, and the service directory in which writers stage, lock and swap.
 */
import {
  type BigIntStats,
  chmodSync,
  chownSync,
  closeSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  statSync,
} from 'node:fs'

import { promisify } from 'node:util'
import { DirdictError } from '../errors.js'
import { removeTreeSync } from './remove-tree.js'
import { writing } from './slots.js'
import { GONE, hasCode, succeeds, TOO_DEEP } from './system-errors.js'

/** The directories in the service directory. */
export const PARTS = ['work', 'locks', 'waiting', 'ready', 'swaps', 'trash'] as const
type Part = (typeof PARTS)[number]
const fsyncAsync = promisify(fsync)

/** Our one name in a database directory that is no key; ISF skips it because of `.deleting.`. */
export const SERVICE = '.deleting.dirdict'

export class DatabaseDirectory {
  readonly path: string
  readonly service: string
  /** Permission bits that staged directories get, so that a second user of the group can replace them. */
  #mode: number | undefined
  /** Whether the process's umask takes bits away that the database directory has. */
  #masked = false
  #ready = false
  #foldsCase: boolean | undefined

  constructor(path: string) {
    this.path = path
    this.service = `${path}/${SERVICE}`
  }

  entry(name: string): string {
    return `${this.path}/${name}`
  }

  lock(name: string): string {
    return `${this.service}/locks/${name}`
  }

  /** Where writers announce themselves who wait until those who share the lock have given it back. */
  waiting(name: string): string {
    return `${this.service}/waiting/${name}`
  }

  readyEntry(name: string): string {
    return `${this.service}/ready/${name}`
  }

  stamp(name: string): string {
    return `${this.service}/swaps/${name}`
  }

  trash(token: string): string {
    return `${this.service}/trash/${token}`
  }

  work(name: string): string {
    return `${this.service}/work/${name}`
  }

  /** Makes `work/T` with the directory `inner` in it; gives the path of `work/T`. */
  makeWork(token: string, inner: string): string {
    this.ensureService()
    const box = this.work(token)
    try {
      this.#makeDirectory(box)
    } catch (error) {
      if (!hasCode(error, GONE)) throw error
      this.#ready = false
      this.ensureService()
      this.#makeDirectory(box)
    }
    try {
      this.#makeDirectory(`${box}/${inner}`)
    } catch (error) {
      removeTreeSync(box)
      throw error
    }
    return box
  }

  /** Makes `outer/inner`, and `outer` where it is absent; whoever finds that one empty may remove it at any time. */
  makeWithin(outer: string, inner: string): void {
    for (;;) {
      this.ensureService()
      const stats = lstatSync(outer, { throwIfNoEntry: false })
      if (stats !== undefined && !stats.isDirectory()) throw noDirectory(outer)
      const made = succeeds(GONE, () => {
        if (stats === undefined) succeeds(['EEXIST'], () => this.#makeDirectory(outer))
        this.#makeDirectory(`${outer}/${inner}`)
      })
      if (made) return
      // Removed meanwhile: `outer`, or the service directory, or the whole database, which the next round tells.
      this.#ready = false
    }
  }

  /** Makes the service directory with the database directory's permissions. Only writers call this. */
  ensureService(): void {
    if (this.#ready) return
    const stats = statSync(this.path)
    this.#mode = stats.mode & 0o7777
    this.#masked = (0o777 & ~process.umask()) !== (this.#mode & 0o777)
    for (const path of [this.service, ...PARTS.map(part => `${this.service}/${part}`)]) {
      if (succeeds(['EEXIST'], () => this.#makeDirectory(path))) {
        // The group decides whether a second user can lock; where we may not set it, setgid directories do.
        if (statSync(path).gid !== stats.gid)
          succeeds(['EPERM', 'EACCES'], () => chownSync(path, -1, stats.gid))
      } else if (!lstatSync(path).isDirectory()) throw noDirectory(path)
    }
    this.#ready = true
  }

  /** Whether this disk takes `A` and `a` for one name. */
  foldsCase(): boolean {
    this.#foldsCase ??= statSync(`${this.path}/DB_STATE.JSON`, { throwIfNoEntry: false }) !== undefined
    return this.#foldsCase
  }

  /** Whether a writer has ever needed the service directory, or that part of it. A link in its place is none. */
  hasService(part?: Part): boolean {
    let isThere = false
    // Where no path leads to it, there is none either.
    succeeds(TOO_DEEP, () => {
      isThere = isDirectory(this.service) && (part === undefined || isDirectory(`${this.service}/${part}`))
    })
    return isThere
  }

  /** CORRUPT_ENTRY where something else lies in place of the service directory or of a part of it. */
  assertService(): void {
    for (const path of [this.service, ...PARTS.map(part => `${this.service}/${part}`)]) {
      const stats = lstatSync(path, { throwIfNoEntry: false })
      if (stats === undefined) continue
      if (!stats.isDirectory()) throw noDirectory(path)
    }
  }

  /**
   * Announces that the record of a key will change inside its entry, which leaves no trace in this directory: a name
   * appears here, and {@link endChange} takes it away. Whoever sees this directory unchanged, and nobody at the lock of
   * the key, knows that the record is what it was. `token` is that of the lock.
   */
  beginChange(token: string): void {
    mkdirSync(this.announcement(token))
  }

  /** What was announced is over. Before this, the lock is not given up. */
  endChange(token: string): void {
    // Gone: the lock was taken over, and its new owner has done this for us.
    if (succeeds(['EPERM'], () => void succeeds(GONE, () => rmdirSync(this.announcement(token))))) return
    // In a sticky directory another user's name stays; a name of our own that comes and goes tells the same.
    const own = `${this.announcement(token)}.over`
    mkdirSync(own)
    rmdirSync(own)
  }

  /** The same for an owner who may have died in the middle; nothing is done where he was not changing anything. */
  settleChange(token: string): void {
    if (lstatSync(this.announcement(token), { throwIfNoEntry: false }) !== undefined) this.endChange(token)
  }

  /** Tokens of changes that were announced and are not over, some of them perhaps for ever. */
  announced(): readonly string[] {
    const prefix = '.deleting.'
    const names = readdirSync(this.path).filter(name => name.startsWith(prefix) && name !== SERVICE)
    return names.map(name => name.slice(prefix.length))
  }

  /** Syncs this directory, or one below it, so that the names in it survive a power cut. */
  async sync(path: string = this.path): Promise<void> {
    await syncPath(path)
  }

  /** The directory as it is now, or undefined; to be compared with {@link sameDirectory}. */
  identify(): BigIntStats | undefined {
    return statSync(this.path, { bigint: true, throwIfNoEntry: false })
  }

  /** Where a change is announced. ISF, like us, takes no name with `.deleting.` in it for a key. */
  announcement(token: string): string {
    return `${this.path}/.deleting.${token}`
  }

  #makeDirectory(path: string): void {
    mkdirSync(path)
    if (this.#masked && this.#mode !== undefined) chmodSync(path, this.#mode)
  }
}

/** Whether a directory lies there, and not a link to one. */
export function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Not `existsSync`: a file that the disk fails to show would be taken for one that is not there. A link is there. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    if (hasCode(error, ['ENOTDIR'])) return false
    throw error
  }
}

/** A file or a link stands where the service directory, or a directory in it, should be. */
export function noDirectory(path: string): DirdictError {
  return new DirdictError(
    'CORRUPT_ENTRY',
    `${path} is not a directory; nothing is read or written through it. Remove it, or move it away.`,
    { path },
  )
}

/** Syncs a file or directory to the disk. */
export function syncPath(path: string): Promise<void> {
  return writing(async () => {
    const fd = openSync(path, 'r')
    try {
      await fsyncAsync(fd)
    } finally {
      closeSync(fd)
    }
  })
}

/** Whether two looks at a path saw one and the same directory; inode numbers alone are reused by ext4. */
export function sameDirectory(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.ino === b.ino &&
    a.dev === b.dev &&
    a.birthtimeNs === b.birthtimeNs
  )
}
