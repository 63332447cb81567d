/** Entries of `ndarray` in directories that go with the test file, written and read past the database. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll } from 'vitest'
import { type NDArrayGetOptions, type NDArrayInput, ndarray } from '../../dumpers/ndarray.js'
import type { RandomAccess, ReadFolder, ReadRange } from '../../src/dumper.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import type { NDArray } from '../../src/ndarray.js'

const base = mkdtempSync(`${tmpdir()}/dirdict-npy-`)
afterAll(() => rmSync(base, { recursive: true, force: true }))
let entries = 0

/** An empty one. */
export function directory(): string {
  const path = `${base}/${entries++}`
  mkdirSync(path)
  return path
}

export async function dumped(value: NDArrayInput, signal?: AbortSignal): Promise<string> {
  const path = directory()
  await ndarray.dump(value, new EntryWriteFolder(path, 'a', { durable: false, signal }), {})
  return path
}

export function load(path: string, options: NDArrayGetOptions = {}): Promise<NDArray> {
  return ndarray.load(new EntryReadFolder(path, 'a'), {}, options)
}

/** A folder that tells `tell` what is read from its open files. */
export function watched(path: string, tell: (range: ReadRange) => void): ReadFolder {
  const folder = new EntryReadFolder(path, 'a')
  return Object.assign(Object.create(folder) as ReadFolder, {
    size: (file: string) => folder.size(file),
    open: async (file: string): Promise<RandomAccess> => {
      const real = await folder.open(file)
      const read = (range: ReadRange = {}): Promise<Uint8Array> => {
        tell(range)
        return real.read(range)
      }
      return { size: real.size, read, close: () => real.close() }
    },
  })
}
