/**
 * Tells by the files of a repository whether anything happened in it since the last look.
 */
import { statSync } from 'node:fs'
import { type Head, HeadReader, type Repository, type Tables } from './git.js'

/** The files of one repository, with a number for what they look like. */
export class GitFiles {
  readonly repository: Repository
  readonly #head: HeadReader
  readonly #index: IndexWatch
  #seen: Head | Tables | Error = new Error('not looked at')
  #version = 0

  constructor(repository: Repository) {
    this.repository = repository
    this.#head = new HeadReader(repository)
    this.#index = new IndexWatch(repository)
  }

  /** HEAD at the last look, or why it could not be read. */
  get seen(): Head | Tables | Error {
    return this.#seen
  }

  /** The version: another number after each look that shows something else than the one before. */
  look(): number {
    const before = this.#seen
    try {
      this.#seen = this.#head.read()
      if (this.#index.hasChanged()) this.#version++
    } catch (error) {
      this.#seen = error instanceof Error ? error : new Error(String(error))
    }
    if (!isSame(this.#seen, before)) this.#version++
    return this.#version
  }
}

function isSame(a: Head | Tables | Error, b: Head | Tables | Error): boolean {
  return a === b || (a instanceof Error && b instanceof Error && a.message === b.message)
}

/**
 * Notices changes of the index. Two in one tick of the disk's clock may look like one: the index only hints that files
 * were added, restored or forgotten, and what it does not show is found when the answer of git has aged.
 */
class IndexWatch {
  readonly #path: string
  #inode = 0
  #written = 0
  #changed = 0
  #size = 0

  constructor({ gitDir }: Repository) {
    this.#path = `${gitDir}/index`
  }

  /** Whether it is another one than at the last call. */
  hasChanged(): boolean {
    const found = statSync(this.#path, { throwIfNoEntry: false })
    const { ino = 0, mtimeMs = 0, ctimeMs = 0, size = 0 } = found ?? {}
    if (
      ino === this.#inode &&
      mtimeMs === this.#written &&
      ctimeMs === this.#changed &&
      size === this.#size
    ) {
      return false
    }
    this.#inode = ino
    this.#written = mtimeMs
    this.#changed = ctimeMs
    this.#size = size
    return true
  }
}
