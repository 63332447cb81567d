/** Entries of `arrow` on disk without a database around them, for its tests. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Table } from 'apache-arrow'
import { onTestFinished } from 'vitest'
import { type ArrowGetOptions, arrow } from '../../dumpers/arrow.js'
import type { TableInput } from '../../dumpers/dataframe.js'
import type { LoaderArguments, RandomAccess, ReadFolder } from '../../src/dumper.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { isDirdictError } from '../../src/errors.js'

export interface ArrowEntry {
  readonly directory: string
  readonly args: LoaderArguments
  readonly bytes: Buffer
  load(options?: ArrowGetOptions): Promise<Table>
  /** As an entry of another program: nothing is known of its file. */
  loadBare(options?: ArrowGetOptions): Promise<Table>
  /** Puts other bytes in place of the file. */
  replace(bytes: Uint8Array): void
}

export async function storeArrow(value: TableInput, signal?: AbortSignal): Promise<ArrowEntry> {
  const directory = mkdtempSync(join(tmpdir(), 'dirdict-arrow-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const folder = new EntryWriteFolder(directory, 'k', { durable: false, signal })
  const args = (await arrow.dump(value, folder, {})) ?? {}
  const file = join(directory, 'value.arrow')
  return {
    directory,
    args,
    bytes: readFileSync(file),
    load: (options = {}) => arrow.load(new EntryReadFolder(directory, 'k'), args, options),
    loadBare: (options = {}) => arrow.load(new EntryReadFolder(directory, 'k'), {}, options),
    replace: bytes => writeFileSync(file, bytes),
  }
}

/** A folder that counts the bytes that are read of its files, piece by piece. */
export function counted(directory: string): { folder: ReadFolder; bytes: () => number } {
  let sum = 0
  const inner = new EntryReadFolder(directory, 'k')
  const folder: ReadFolder = {
    names: () => inner.names(),
    size: file => inner.size(file),
    readJson: file => inner.readJson(file),
    has: file => inner.has(file),
    hold: () => inner.hold(),
    read: () => Promise.reject(new Error('the whole file was read')),
    async open(file): Promise<RandomAccess> {
      const access = await inner.open(file)
      return {
        size: access.size,
        async read(range) {
          const bytes = await access.read(range)
          sum += bytes.byteLength
          return bytes
        },
        close: () => access.close(),
      }
    },
  }
  return { folder, bytes: () => sum }
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    if (!isDirdictError(error)) throw error
    return error.code
  }
}
