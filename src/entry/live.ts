/**
 * LiveFolder: the directory of an entry whose files change in place. It remembers which directory it was opened on,
 * and fails with STALE_HANDLE once the key holds another.
 */
import type { BigIntStats } from 'node:fs'
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { LiveFolder, NestedDatabase, WriteData } from '../dumper.js'
import { DirdictError } from '../errors.js'
import { newToken } from '../locks/token.js'
import { type DatabaseDirectory, sameDirectory, syncPath } from './database-directory.js'
import { assertNoLinks, checkedName, RECORDS } from './file-names.js'
import { EntryReadFolder } from './folder.js'
import { staleHandle } from './stale-handle.js'
import { translate } from './system-errors.js'
import { EntryWriteFolder } from './write-folder.js'

export interface LiveContext {
  readonly directory: DatabaseDirectory
  readonly name: string
  readonly key: string
  readonly readonly: boolean
  readonly durable: boolean
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
    const { directory, readonly, durable, key } = this.#context
    const name = checkedName(file)
    if (readonly) throw new DirdictError('READ_ONLY', `${directory.path} was opened readonly.`, { key })
    if (RECORDS.includes(name)) {
      throw new DirdictError('VALUE_REJECTED', `${name} is the name of a record; a file must have another.`, {
        file,
      })
    }
    const token = newToken()
    try {
      const staged = `${directory.makeWork(token, 'new')}/new`
      const folder = new EntryWriteFolder(staged, key, { durable })
      await folder.write('file', data)
      await folder.sync()
      this.assertCurrent()
      assertNoLinks(this.path, name)
      const target = `${this.path}/${name}`
      if (name.includes('/')) mkdirSync(dirname(target), { recursive: true })
      renameSync(`${staged}/file`, target)
      if (durable) await syncPath(dirname(target))
    } catch (error) {
      throw translate(error, `Writing ${name} into ${JSON.stringify(key)}`, { key, file: name })
    } finally {
      rmSync(directory.work(token), { recursive: true, force: true })
    }
  }

  database(): Promise<NestedDatabase> {
    return this.#context.openDatabase(this.path)
  }
}
