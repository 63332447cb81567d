/**
 * Removing a directory with all that lies in it, and nothing else. Links are removed and not followed, even those that
 * somebody puts in place of a directory meanwhile; what is mounted there is kept; no depth exhausts stack or descriptors.
 */
import { lstatSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { newToken } from '../locks/token.js'
import { type OpenDirectory, openInside } from './inside.js'
import { GONE, hasCode, OCCUPIED, succeeds } from './system-errors.js'

/** Directories that are open at once. What lies deeper is moved up first, which works at any depth. */
const MOST_OPEN = 16
const LONGEST_STRETCH_MS = 10
/** What unlink says of a directory. POSIX has it EPERM, which on Linux means what it says. */
const IS_DIRECTORY: readonly string[] = [process.platform === 'linux' ? 'EISDIR' : 'EPERM']

/** Removes what lies at `path`, if anything. EBUSY where something is mounted in it: that is kept, all else is gone. */
export async function removeTree(path: string): Promise<void> {
  let started = performance.now()
  for (const _ of new Removal().steps(path)) {
    if (performance.now() - started < LONGEST_STRETCH_MS) continue
    await nextTurn()
    started = performance.now()
  }
}

/** The same in one go, for what is small. */
export function removeTreeSync(path: string): void {
  for (const _ of new Removal().steps(path));
}

class Removal {
  /** The directory in which everything lies, open. */
  #top = ''
  /** Names in `#top` of directories that were too deep where they lay. */
  readonly #risen: string[] = []
  readonly #failures: unknown[] = [];

  /** A step for each file and each directory. */
  *steps(path: string): Generator<void> {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined || isRemoved(path, stats.isDirectory())) return
    const top = openIfThere(path)
    if (top === undefined) return
    this.#top = top.path
    try {
      yield* this.#empty(top.path, 1)
      for (const name of this.#risen) yield* this.#remove(`${top.path}/${name}`, true, 1)
    } finally {
      top.close()
    }
    if (this.#failures.length > 0) throw this.#failures[0]
    succeeds(GONE, () => rmdirSync(path))
  }

  *#empty(open: string, depth: number): Generator<void> {
    const items = readdirSync(open, { withFileTypes: true })
    // Whoever still reads an entry finds its Loader.json missing, whatever else is there.
    const first = items.findIndex(({ name }) => name === 'Loader.json')
    if (first > 0) items.unshift(...items.splice(first, 1))
    for (const item of items) yield* this.#remove(`${open}/${item.name}`, item.isDirectory(), depth)
  }

  *#remove(path: string, isDirectory: boolean, depth: number): Generator<void> {
    yield
    try {
      if (isRemoved(path, isDirectory)) return
      if (depth === MOST_OPEN) this.#raise(path)
      else yield* this.#removeDirectory(path, depth)
    } catch (error) {
      if (!hasCode(error, GONE)) this.#failures.push(error)
    }
  }

  *#removeDirectory(path: string, depth: number): Generator<void> {
    const directory = openInside(path)
    try {
      yield* this.#empty(directory.path, depth + 1)
    } finally {
      directory.close()
    }
    // Not empty: it holds what could not be removed, which is told.
    succeeds(OCCUPIED, () => rmdirSync(path))
  }

  #raise(path: string): void {
    const name = newToken()
    renameSync(path, `${this.#top}/${name}`)
    this.#risen.push(name)
  }
}

/**
 * Removes a file, a link or an empty directory; false for a directory that holds something. Of a mount point rmdir says
 * EBUSY before it looks inside. What it was when it was listed is tried first: a call that fails costs most.
 */
function isRemoved(path: string, isDirectory: boolean): boolean {
  let isGone = false
  const unlink = (): void => void succeeds(GONE, () => unlinkSync(path))
  const remove = (): void => {
    isGone = succeeds(OCCUPIED, () => void succeeds(GONE, () => rmdirSync(path)))
  }
  if (isDirectory) return succeeds(['ENOTDIR'], remove) ? isGone : succeeds(IS_DIRECTORY, unlink)
  if (succeeds(IS_DIRECTORY, unlink)) return true
  remove()
  return isGone
}

/** Undefined where it has just gone, as with a nested database that was moved away. */
function openIfThere(path: string): OpenDirectory | undefined {
  try {
    return openInside(path)
  } catch (error) {
    if (hasCode(error, GONE)) return undefined
    throw error
  }
}
