/**
 * One file that is made where nobody sees it, on its way into the directory of a live entry.
 */
import { renameSync, rmdirSync, rmSync } from 'node:fs'
import type { WriteData } from '../dumper.js'
import { newToken } from '../locks/token.js'
import type { DatabaseDirectory } from './database-directory.js'
import { EntryWriteFolder } from './write-folder.js'

/** A file that is whole, and on its way to the disk where that was asked for. */
export interface StagedFile {
  readonly path: string
  /** Moves it to its place. */
  moveTo(target: string): void
}

/** Writes `data` into a new file and hands it to `publish`; what is left of it afterwards is removed. */
export async function stageFile(
  directory: DatabaseDirectory,
  options: { readonly key: string; readonly durable: boolean; readonly signal?: AbortSignal | undefined },
  data: WriteData,
  publish: (staged: StagedFile) => Promise<void>,
): Promise<void> {
  const box = directory.makeWork(newToken(), 'new')
  const [inside, path] = [`${box}/new`, `${box}/new/file`]
  try {
    const folder = new EntryWriteFolder(inside, options.key, options)
    await folder.write('file', data)
    await folder.sync()
    await publish({ path, moveTo: target => renameSync(path, target) })
  } finally {
    rmSync(path, { force: true })
    // By name, not by listing: that needs a descriptor, and would fail where there are too many.
    rmdirSync(inside)
    rmdirSync(box)
  }
}
