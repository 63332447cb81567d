/**
 * LiveFolder: the directory of an entry whose files change in place. It remembers which directory it was opened on,
 * and fails with STALE_HANDLE once the key holds another.
 */
import type { BigIntStats } from 'node:fs'
import { lstatSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type {
  FileStamp,
  LiveFolder,
  LockedFolder,
  LockOptions,
  NestedDatabase,
  WriteData,
} from '../dumper.js'
import { DirdictError } from '../errors.js'
import { type DatabaseDirectory, sameDirectory, syncPath } from './database-directory.js'
import { assertNoLinks, checkedName, RECORDS } from './file-names.js'
import { EntryReadFolder } from './folder.js'
import { LockedEntryFolder } from './locked-folder.js'
import { makeDirectories } from './make-directories.js'
import { stageFile } from './staged-file.js'
import { staleHandle } from './stale-handle.js'
import { translate } from './system-errors.js'

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

export class LiveEntryFolder extends EntryReadFolder implements LiveFolder {
  readonly path: string
  readonly #context: LiveContext
  readonly #identity: BigIntStats | undefined

  constructor(context: LiveContext) {
    const path = context.directory.entry(context.name)
    super(path, context.key)
    this.path = path
    this.#context = context
    this.#identity = statSync(path, { bigint: true, throwIfNoEntry: false })
  }

  assertCurrent(): void {
    const now = statSync(this.path, { bigint: true, throwIfNoEntry: false })
    if (!sameDirectory(this.#identity, now)) throw staleHandle(this.#context.key)
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
      await stageFile(directory, { key, durable }, data, async staged => {
        this.assertCurrent()
        assertNoLinks(this.path, name)
        const target = `${this.path}/${name}`
        if (name.includes('/')) makeDirectories(dirname(target))
        staged.moveTo(target)
        if (durable) await syncPath(dirname(target))
      })
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
      return work(new LockedEntryFolder(this.path, { directory, key, durable, signal, assertHeld }))
    })
  }

  async stamp(file?: string): Promise<FileStamp | undefined> {
    const path = file === undefined ? this.path : `${this.path}/${checkedName(file)}`
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) return undefined
    const { dev, ino, birthtimeNs, mtimeNs, size } = stats
    return { file: `${dev}:${ino}:${birthtimeNs}`, modified: mtimeNs, size: Number(size) }
  }

  database(): Promise<NestedDatabase> {
    return this.#context.openDatabase(this.path)
  }

  #assertWritable(): void {
    const { directory, readonly, key } = this.#context
    if (readonly) throw new DirdictError('READ_ONLY', `${directory.path} was opened readonly.`, { key })
  }
}
