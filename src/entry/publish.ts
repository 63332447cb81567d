/**
 * stage → publish → trash (PROTOCOL.md, "Write K"): an entry is made where nobody sees it and appears by one rename.
 * Every step may be cut off by a crash; the next writer of the key, or `repair`, rolls forward.
 */
import { randomBytes } from 'node:crypto'
import { accessSync, constants, lstatSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { DirdictError, systemCode } from '../errors.js'
import { acquireFileLock, type FileLock, lockLost } from '../locks/file.js'
import type { AcquireOptions } from '../locks/lock.js'
import { newToken } from '../locks/token.js'
import { type DatabaseDirectory, isDirectory } from './database-directory.js'
import { removeTreeSync } from './remove-tree.js'
import { GONE, hasCode, OCCUPIED, succeeds, translate } from './system-errors.js'
import { removeEmptyLater, removeLater } from './trash.js'
import { EntryWriteFolder } from './write-folder.js'

/** The bit of a directory in which only owners may move entries, as in /tmp. */
const STICKY = 0o1000

export interface PublishOptions extends AcquireOptions {
  /** Returns only after the names are on disk. A batch syncs them itself, once for all. */
  readonly syncNames: boolean
  /** The staged files are on disk already, so that what they replace may go at once. */
  readonly durable: boolean
  readonly overwrite: boolean
}

export interface DraftOptions {
  readonly durable: boolean
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((bytes: number) => void) | undefined
}

/** An entry that is being staged. In its light form the staged directory is the lock token itself (step 5). */
export class Draft {
  readonly directory: DatabaseDirectory
  readonly name: string
  readonly folder: EntryWriteFolder
  #token: string
  #path: string
  #light: boolean

  constructor(directory: DatabaseDirectory, name: string, key: string, options: DraftOptions) {
    this.directory = directory
    this.name = name
    this.#token = newToken()
    this.#light = !isTaken(directory, name)
    const inner = this.#light ? this.#token : 'new'
    this.#path = `${directory.makeWork(this.#token, inner)}/${inner}`
    this.folder = new EntryWriteFolder(this.#path, key, options)
  }

  /** Where the entry is being staged. */
  get path(): string {
    return this.#path
  }

  /** Removes everything staged. The key is as it was. */
  discard(): void {
    const staged = this.directory.work(this.#token)
    try {
      removeTreeSync(staged)
    } catch (error) {
      if (systemCode(error) === undefined) throw error
      // Listing it needs a descriptor, and there may be none. What the write failed with is told, and this goes later.
      removeLater(this.directory, staged)
    }
  }

  /** Makes the staged entry the value of the key, under its lock. */
  async publish(options: PublishOptions): Promise<void> {
    options.signal?.throwIfAborted()
    if (this.#light && this.#publishLight()) {
      if (options.syncNames) await standing(this.name, () => this.directory.sync())
      return
    }
    const lock = await acquireFileLock(this.directory, this.name, options)
    try {
      await this.publishUnder(lock, options)
    } finally {
      releaseAndCollect(lock, options.durable && options.syncNames)
    }
  }

  /** The same under a lock that the caller holds and releases. */
  async publishUnder(lock: FileLock, options: PublishOptions): Promise<void> {
    const { directory, name } = this
    if (this.#light) this.#toGeneralForm(directory.work(this.#token))
    finishUnfinished(directory, name, lock)
    if (isOccupied(directory.entry(name))) assertReplaceable(directory, name, options.overwrite)
    const claimed = `${lock.holder}/${this.#token}`
    if (!succeeds(GONE, () => renameSync(this.#path, claimed))) throw lockLost(name)
    removeEmptyLater(directory.work(this.#token))
    if (!isOccupied(directory.entry(name)) && moveInto(claimed, directory.entry(name), name)) {
      if (options.syncNames) await standing(name, () => directory.sync())
      return
    }
    assertReplaceable(directory, name, options.overwrite)
    writeStamp(directory, name, lock.token)
    // The commit point: from here on the new value stands, whoever finishes the swap.
    if (!succeeds(GONE, () => renameSync(claimed, directory.readyEntry(name)))) throw lockLost(name)
    await standing(name, async () => {
      try {
        if (options.syncNames) await directory.sync(`${directory.service}/ready`)
      } finally {
        finish(directory, name, lock)
      }
      if (options.syncNames) await directory.sync()
    })
  }

  #publishLight(): boolean {
    const { directory, name } = this
    const box = directory.work(this.#token)
    const lock = directory.lock(name)
    if (!succeeds([...OCCUPIED, 'ENOTDIR'], () => renameSync(box, lock))) {
      this.#toGeneralForm(box)
      return false
    }
    const staged = `${lock}/${this.#token}`
    try {
      if (isTaken(directory, name) || !moveInto(staged, directory.entry(name), name)) {
        this.#toGeneralForm(lock)
        return false
      }
    } catch (error) {
      // Kept, the lock would be held for as long as this process lives.
      removeTreeSync(staged)
      removeEmptyLater(lock)
      throw hasCode(error, GONE) ? lockLost(name) : error
    }
    removeEmptyLater(lock)
    return true
  }

  /** Moves the staged entry from `box/T` to `work/S/new`, where the general form expects it. */
  #toGeneralForm(box: string): void {
    const old = this.#token
    const token = newToken()
    const work = this.directory.makeWork(token, 'new')
    try {
      renameSync(`${box}/${old}`, `${work}/new`)
    } catch (error) {
      removeTreeSync(work)
      throw error
    }
    removeEmptyLater(box)
    this.#token = token
    this.#path = `${work}/new`
    this.#light = false
  }
}

/** Gives the lock back and has what was replaced under it removed: at once where its successor is on disk. */
export function releaseAndCollect(lock: FileLock, replacedIsSafe: boolean): void {
  const trash = lock.releaseSync()
  const isSafe = replacedIsSafe && !lock.inherited
  if (trash !== undefined) removeLater(lock.directory, trash, isSafe ? undefined : lock.name)
}

/** Rolls a swap forward that somebody committed and did not end. */
export function finishUnfinished(directory: DatabaseDirectory, name: string, lock: FileLock): void {
  const ready = directory.readyEntry(name)
  if (isDirectory(ready)) {
    lock.inherited = true
    finish(directory, name, lock)
  }
  // Nobody of ours commits a link or a file: what the key holds stays.
  else if (isThere(ready)) succeeds(GONE, () => renameSync(ready, `${lock.holder}/strange-${randomName()}`))
}

/** Both renames may be repeated, and a late second one only helps. */
function finish(directory: DatabaseDirectory, name: string, lock: FileLock): void {
  // The key's name goes along, so that `repair` can take back an entry whose successor a power cut has torn.
  const old = `${lock.holder}/old-${randomName()}.${name}`
  succeeds(GONE, () => renameSync(directory.entry(name), old))
  // Occupied: our lock was taken away, and its new owner has committed a swap of his own.
  succeeds([...GONE, ...OCCUPIED], () => renameSync(directory.readyEntry(name), directory.entry(name)))
}

/** Tells readers who look for the key between two renames that a swap is under way. */
export function writeStamp(directory: DatabaseDirectory, name: string, token: string): void {
  const draft = directory.work(`${token}.s`)
  try {
    writeFileSync(draft, randomBytes(8).toString('hex'))
    renameSync(draft, directory.stamp(name))
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** What comes after the change itself: an error says that the change stands all the same. */
export async function standing(name: string, action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (hasCode(error, GONE)) throw error
    const outcome = 'The change stands, but may not survive a power cut.'
    throw translate(error, `Writing ${JSON.stringify(name)} to the disk`, { key: name }, outcome)
  }
}

export function moveInto(from: string, to: string, name: string): boolean {
  try {
    return succeeds([...OCCUPIED, 'ENOTDIR'], () => renameSync(from, to))
  } catch (error) {
    if (hasCode(error, GONE)) throw lockLost(name)
    throw translate(error, `Writing ${JSON.stringify(name)}`, { key: name })
  }
}

function assertReplaceable(directory: DatabaseDirectory, name: string, overwrite: boolean): void {
  if (!overwrite) throw keyExists(name)
  if (isDatabaseEntry(directory.entry(name))) {
    throw new DirdictError(
      'KEY_EXISTS',
      `${JSON.stringify(name)} is a nested database, and data never overwrites a database. Delete it first.`,
      { key: name },
    )
  }
  assertMovable(directory, name)
}

/** Whether an entry is a nested database: by its files, because ISF's entries have no record of ours. */
function isDatabaseEntry(path: string): boolean {
  return isThere(`${path}/db/db_state.json`) || isThere(`${path}/db_state.json`)
}

export function keyExists(name: string): DirdictError {
  return new DirdictError('KEY_EXISTS', `Key ${JSON.stringify(name)} exists already.`, { key: name })
}

/** Another user's directory cannot be moved into ours without write permission on it. */
export function assertMovable(directory: DatabaseDirectory, name: string): void {
  const entry = directory.entry(name)
  const stats = lstatSync(entry)
  if (!stats.isDirectory()) {
    throw new DirdictError('CORRUPT_ENTRY', `${entry} is a file or a link, not an entry; it is left alone.`, {
      key: name,
    })
  }
  // Found out after the commit point, a sticky directory would leave a swap that only the owner can end.
  const around = lstatSync(directory.path)
  const user = process.geteuid?.() ?? 0
  if ((around.mode & STICKY) !== 0 && user !== 0 && user !== stats.uid && user !== around.uid) {
    throw new DirdictError('NOT_PERMITTED', `${entry} is another user's, and ${directory.path} is sticky.`, {
      key: name,
      path: entry,
    })
  }
  try {
    accessSync(entry, constants.W_OK)
  } catch (error) {
    throw translate(error, `Replacing ${JSON.stringify(name)}`, { key: name, path: entry })
  }
}

function isTaken(directory: DatabaseDirectory, name: string): boolean {
  return isThere(directory.entry(name)) || isThere(directory.readyEntry(name))
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** An empty directory counts as absent: a rename onto it succeeds. */
export function isOccupied(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && (!stats.isDirectory() || stats.nlink > 2 || readdirSync(path).length > 0)
}

export function randomName(): string {
  return randomBytes(4).toString('hex')
}
