/**
 * GuardedFolder: a directory that is read after the `get` that gave it has ended. Each call proves that what it read is of
 * the entry that was opened, and tells what the disk fails with as an error of ours.
 */
import { lstatSync } from 'node:fs'
import type { HeldFolder, RandomAccess, ReadFolder, ReadRange } from '../dumper.js'
import { PROCFS } from '../locks/token.js'
import type { ReadWitness } from './read-witness.js'
import { staleHandle } from './stale-handle.js'
import { GONE, hasCode, translate } from './system-errors.js'

export abstract class GuardedFolder implements ReadFolder {
  names(): Promise<string[]> {
    return this.guarded(folder => folder.names())
  }

  size(file: string): Promise<number> {
    return this.guarded(folder => folder.size(file))
  }

  readJson<T>(file: string): Promise<T> {
    return this.guarded(folder => folder.readJson<T>(file))
  }

  read(file: string, range?: ReadRange): Promise<Uint8Array> {
    return this.guarded(folder => folder.read(file, range))
  }

  open(file: string): Promise<RandomAccess> {
    return this.guarded(folder => folder.open(file))
  }

  has(file: string): Promise<boolean> {
    return this.guarded(folder => folder.has(file))
  }

  hold(): Promise<HeldFolder> {
    return this.guarded(folder => folder.hold())
  }

  /** Runs `work` on the directory by {@link readOrStale}. */
  protected abstract guarded<T>(work: (folder: ReadFolder) => Promise<T>): Promise<T>
}

/** What `work` reads in the open directory `base`, whole; STALE_HANDLE where that was removed meanwhile. */
export async function readOrStale<T>(
  base: string,
  key: string,
  witness: ReadWitness,
  work: () => Promise<T>,
): Promise<T> {
  try {
    try {
      const result = await work()
      if (isWhole(base, witness)) return result
    } catch (error) {
      const isMissing = witness.vanished || hasCode(error, GONE)
      if (!isMissing || witness.isCurrent()) throw error
    }
    throw staleHandle(key)
  } catch (error) {
    throw translate(error, `Reading ${JSON.stringify(key)}`, { key })
  }
}

/** Trash is emptied Loader.json first. Without descriptors as paths, what was read may be of another entry. */
function isWhole(base: string, witness: ReadWitness): boolean {
  if (!PROCFS) return witness.isCurrent()
  return !witness.listed || lstatSync(`${base}/Loader.json`, { throwIfNoEntry: false }) !== undefined
}
