/**
 * LockedFolder: the directory of a live entry while its key is locked. Files are replaced, lengthened and removed in
 * such an order that whoever reads beside it, or after a crash at any step, finds the old content or the new one.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  ftruncateSync,
  lstatSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { promisify } from 'node:util'
import type { LockedFolder, WriteData } from '../dumper.js'
import { DirdictError } from '../errors.js'
import { type DatabaseDirectory, syncPath } from './database-directory.js'
import { checkedName, RECORDS } from './file-names.js'
import { standing } from './publish.js'
import { FileWriter, openAsync, READ_FLAGS, readFully } from './raw-files.js'
import { stageFile } from './staged-file.js'
import { writeKept } from './write-folder.js'

const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants
const fsyncAsync = promisify(fsync)
/** Bytes of a file that is copied, in one piece. */
const PIECE = 1024 * 1024

export interface LockedContext {
  readonly directory: DatabaseDirectory
  readonly key: string
  readonly durable: boolean
  readonly signal?: AbortSignal | undefined
  /** Throws where the lock, or the entry, is no longer ours. */
  assertHeld(): void
}

export class LockedEntryFolder implements LockedFolder {
  readonly #path: string
  readonly #context: LockedContext

  /** `path` is that of the entry's directory. */
  constructor(path: string, context: LockedContext) {
    this.#path = path
    this.#context = context
  }

  async replace(file: string, data: WriteData, old: readonly string[] = []): Promise<void> {
    const target = this.#place(file)
    const superseded = old.map(name => this.#place(name))
    await stageFile(this.#context.directory, this.#context, data, async staged => {
      makeNewer(staged.path, superseded)
      this.#context.assertHeld()
      staged.moveTo(target)
    })
    // The new name is on the disk before the old one goes.
    await this.#syncNames()
    await standing(this.#context.key, () => this.#removeAll(superseded.filter(path => path !== target)))
  }

  async extend(file: string, at: number, data: Iterable<ArrayBufferView>, as: string): Promise<void> {
    const [path, target] = [this.#place(file), this.#place(as)]
    const fd = await this.#openToExtend(path, file, at)
    try {
      try {
        ftruncateSync(fd, at)
        await this.#writeFrom(fd, at, data)
        this.#context.assertHeld()
        renameSync(path, target)
      } catch (error) {
        cutBack(fd, path, at)
        throw error
      }
    } finally {
      closeSync(fd)
    }
    await this.#syncNames()
  }

  async remove(file: string): Promise<void> {
    await this.#removeAll([this.#place(file)])
  }

  /** A file that has further names, perhaps outside of the database, is replaced by a copy of what it holds. */
  async #openToExtend(path: string, file: string, at: number): Promise<number> {
    const fd = await openAsync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      this.#assertReaches(fd, file, at)
      if (fstatSync(fd).nlink === 1) return fd
    } catch (error) {
      closeSync(fd)
      throw error
    }
    closeSync(fd)
    await this.replace(file, beginning(path, at))
    return openAsync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK)
  }

  async #writeFrom(fd: number, at: number, data: Iterable<ArrayBufferView>): Promise<void> {
    const { signal, durable } = this.#context
    const writer = new FileWriter(fd, () => {}, signal, at)
    for (const piece of data) {
      signal?.throwIfAborted()
      await writeKept(writer, [piece], piece.byteLength)
    }
    if (durable) await fsyncAsync(fd)
    signal?.throwIfAborted()
  }

  async #removeAll(paths: readonly string[]): Promise<void> {
    for (const path of paths) rmSync(path, { force: true })
    if (paths.length > 0) await this.#syncNames()
  }

  async #syncNames(): Promise<void> {
    if (this.#context.durable) await standing(this.#context.key, () => syncPath(this.#path))
  }

  #place(file: string): string {
    const name = checkedName(file)
    if (!RECORDS.includes(name) && !name.includes('/')) return `${this.#path}/${name}`
    throw new DirdictError(
      'VALUE_REJECTED',
      `${name} is the name of a record, or lies in another directory; a file must have another name.`,
      { file },
    )
  }

  #assertReaches(fd: number, file: string, at: number): void {
    const stats = fstatSync(fd)
    if (stats.isFile() && stats.size >= at) return
    const { key } = this.#context
    throw new DirdictError(
      'CORRUPT_ENTRY',
      `Key ${JSON.stringify(key)} is damaged: its file ${JSON.stringify(file)} has ${stats.size} bytes; ${at} were written.`,
      { key, file },
    )
  }
}

/** The first `length` bytes of a file, in pieces. */
async function* beginning(path: string, length: number): AsyncGenerator<Uint8Array> {
  const fd = await openAsync(path, READ_FLAGS)
  try {
    for (let at = 0; at < length; at += PIECE) {
      yield await readFully(fd, new Uint8Array(Math.min(PIECE, length - at)), at)
    }
  } finally {
    closeSync(fd)
  }
}

/** Where both lie there, whichever was modified last is the one that stands: clocks are coarse, and may be set back. */
function makeNewer(path: string, old: readonly string[]): void {
  const times = old.map(name => lstatSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  const latest = Math.max(0, ...times)
  if (statSync(path).mtimeMs > latest) return
  const next = new Date(Math.ceil(latest) + 1)
  utimesSync(path, next, next)
}

/** Takes away what was written beyond the end. Should that fail too, nobody reads it, and the next one overwrites it. */
function cutBack(fd: number, path: string, at: number): void {
  try {
    // A server may have renamed it and said that it had not: then the name tells that the rows are there.
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino) ftruncateSync(fd, at)
  } catch (error) {
    process.emitWarning(`dirdict could not shorten ${path} after a write that failed: ${String(error)}`)
  }
}
