/**
 * LiveFolder: the directory of an entry whose files change in place. It remembers which directory it was opened on,
 * and fails with STALE_HANDLE once the key holds another. Each call opens that directory and goes through the
 * descriptor, so that it reads and writes nothing of whatever replaces the entry meanwhile.
 */
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type {
  FileStamp,
  LiveFolder,
  LockedFolder,
  LockOptions,
  NestedDatabase,
  ReadFolder,
  WriteData,
} from '../dumper.js'
import { DirdictError } from '../errors.js'
import { PROCFS } from '../locks/token.js'
import { type DatabaseDirectory, sameDirectory, syncPath } from './database-directory.js'
import { assertNoLinks, checkedName, RECORDS } from './file-names.js'
import { EntryReadFolder } from './folder.js'
import { GuardedFolder, readOrStale } from './guarded-folder.js'
import type { OpenDirectory } from './inside.js'
import { LockedEntryFolder } from './locked-folder.js'
import { makeDirectories } from './make-directories.js'
import { isAt, type ReadWitness } from './read-witness.js'
import { stageFile } from './staged-file.js'
import { staleHandle } from './stale-handle.js'
import { GONE, hasCode, translate } from './system-errors.js'

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

export interface LiveContext {
  readonly directory: DatabaseDirectory
  readonly name: string
  readonly key: string
  readonly readonly: boolean
  readonly durable: boolean
  /** Runs `work` while this caller alone may write the key; `assertHeld` throws where that is over. */
  whileLocked<T>(options: LockOptions, work: (lock: { assertHeld(): void }) => Promise<T>): Promise<T>
  /** Opens the nested database in this entry. */
  openDatabase(path: string): Promise<NestedDatabase>
}

export class LiveEntryFolder extends GuardedFolder implements LiveFolder {
  readonly path: string
  readonly #context: LiveContext
  readonly #identity: BigIntStats | undefined

  /** `base` is the directory as the record was read from it, wherever it lies. */
  constructor(base: string, context: LiveContext) {
    super()
    this.path = context.directory.entry(context.name)
    this.#context = context
    this.#identity = statSync(base, { bigint: true, throwIfNoEntry: false })
  }

  assertCurrent(): void {
    this.#openCurrent().close()
  }

  async write(file: string, data: WriteData): Promise<void> {
    const { directory, durable, key } = this.#context
    const name = checkedName(file)
    this.#assertWritable()
    if (RECORDS.includes(name)) {
      throw new DirdictError('VALUE_REJECTED', `${name} is the name of a record; a file must have another.`, {
        file,
      })
    }
    try {
      await stageFile(directory, { key, durable }, data, staged =>
        this.#within(async base => {
          assertNoLinks(base, name)
          const target = `${base}/${name}`
          if (name.includes('/')) makeDirectories(dirname(target))
          staged.moveTo(target)
          if (durable) await syncPath(dirname(target))
        }),
      )
      // What was replaced meanwhile has gone, and this file with it.
      this.assertCurrent()
    } catch (error) {
      throw translate(error, `Writing ${name} into ${JSON.stringify(key)}`, { key, file: name })
    }
  }

  async locked<T>(work: (folder: LockedFolder) => Promise<T>, options: LockOptions = {}): Promise<T> {
    const { directory, key, durable } = this.#context
    this.assertCurrent()
    this.#assertWritable()
    return this.#context.whileLocked(options, lock => {
      const assertHeld = (): void => {
        lock.assertHeld()
        this.assertCurrent()
      }
      assertHeld()
      const { signal } = options
      return this.#within(base =>
        work(new LockedEntryFolder(base, { directory, key, durable, signal, assertHeld })),
      )
    })
  }

  stamp(file?: string): Promise<FileStamp | undefined> {
    const name = file === undefined ? '.' : checkedName(file)
    return this.#within(async base => {
      const stats = lstatSync(`${base}/${name}`, { bigint: true, throwIfNoEntry: false })
      if (stats === undefined) return undefined
      const { dev, ino, birthtimeNs, mtimeNs, size } = stats
      return { file: `${dev}:${ino}:${birthtimeNs}`, modified: mtimeNs, size: Number(size) }
    })
  }

  database(): Promise<NestedDatabase> {
    return this.#context.openDatabase(this.path)
  }

  protected guarded<T>(work: (folder: ReadFolder) => Promise<T>): Promise<T> {
    const { key } = this.#context
    return this.#within((base, isCurrent) => {
      const witness: ReadWitness = {
        vanished: false,
        listed: false,
        ended: false,
        path: this.path,
        isCurrent,
      }
      return readOrStale(base, key, witness, () => work(new EntryReadFolder(base, key, { witness })))
    })
  }

  async #within<T>(work: (base: string, isCurrent: () => boolean) => Promise<T>): Promise<T> {
    const { path, isCurrent, close } = this.#openCurrent()
    try {
      return await work(path, isCurrent)
    } finally {
      close()
    }
  }

  /** The directory, opened. STALE_HANDLE where the key holds another one. */
  #openCurrent(): OpenDirectory & { isCurrent(): boolean } {
    const { directory, name, key } = this.#context
    try {
      // Where a swap was cut off, the entry is already that of the key, and not at its place yet.
      for (const place of [this.path, directory.readyEntry(name), this.path]) {
        const fd = this.#openIfSame(place)
        if (fd === undefined) continue
        const path = PROCFS ? `/proc/self/fd/${fd}` : place
        return { path, isCurrent: () => isAt(fd, place), close: () => closeSync(fd) }
      }
    } catch (error) {
      throw translate(error, `Looking into ${JSON.stringify(key)}`, { key })
    }
    throw staleHandle(key)
  }

  #openIfSame(place: string): number | undefined {
    let fd: number
    try {
      fd = openSync(place, DIRECTORY)
    } catch (error) {
      // A file or a link in its place is another entry, too.
      if (hasCode(error, [...GONE, 'ENOTDIR', 'ELOOP'])) return undefined
      throw error
    }
    let isSame = false
    try {
      isSame = sameDirectory(this.#identity, fstatSync(fd, { bigint: true }))
    } finally {
      if (!isSame) closeSync(fd)
    }
    return isSame ? fd : undefined
  }

  #assertWritable(): void {
    const { directory, readonly, key } = this.#context
    if (readonly) throw new DirdictError('READ_ONLY', `${directory.path} was opened readonly.`, { key })
  }
}
