/**
 * The lock file that lists all packages which a process could load.
 */
import { basename, dirname, join } from 'node:path'
import { HashedFile } from './history.js'

/** Names of lock files, the one that counts first: npm itself prefers the shrinkwrap. */
const lockFiles = [
  'npm-shrinkwrap.json',
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'deno.lock',
]

/** Reads the hash of the nearest lock file at or above one of `folders`, the first that has one. */
export class LockFileReader {
  readonly #folders: readonly string[]
  #file: HashedFile | null = null

  constructor(folders: readonly string[]) {
    this.#folders = folders
  }

  /** `package-lock.json sha256:…`; empty where there is none. */
  read(): string {
    return this.#hash() ?? this.#find() ?? ''
  }

  #hash(): string | null {
    const sha256 = this.#file?.sha256() ?? null
    return this.#file === null || sha256 === null ? null : `${basename(this.#file.path)} sha256:${sha256}`
  }

  #find(): string | null {
    for (const start of this.#folders) {
      for (let folder = start; ; folder = dirname(folder)) {
        for (const name of lockFiles) {
          this.#file = new HashedFile(join(folder, name))
          const found = this.#hash()
          if (found !== null) return found
        }
        if (dirname(folder) === folder) break
      }
    }
    this.#file = null
    return null
  }
}
