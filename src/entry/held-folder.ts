/**
 * HeldFolder: the directory of an entry for a handle that outlives the read that opened it. Reading goes through one
 * descriptor, so that it is the entry that was opened, or STALE_HANDLE where its files have been removed since.
 */
import { closeSync, constants, openSync } from 'node:fs'
import type { HeldFolder, ReadFolder } from '../dumper.js'
import { DirdictError } from '../errors.js'
import { PROCFS } from '../locks/token.js'
import { Descriptor } from './descriptor.js'
import { GuardedFolder, readOrStale } from './guarded-folder.js'
import { isAt, type ReadWitness } from './read-witness.js'
import { staleHandle } from './stale-handle.js'

/** Holds the directory `base`, that of the key at `path`; `reader` makes the folder that reads it. */
export function holdDirectory(
  base: string,
  path: string,
  key: string,
  reader: (base: string, witness: ReadWitness) => ReadFolder,
): HeldFolder {
  const fd = openSync(base, constants.O_RDONLY | constants.O_DIRECTORY)
  const isCurrent = (): boolean => isAt(fd, path)
  const witness: ReadWitness = { vanished: false, listed: false, ended: false, path, isCurrent }
  if (!PROCFS && !isCurrent()) {
    closeSync(fd)
    throw staleHandle(key)
  }
  const held = PROCFS ? `/proc/self/fd/${fd}` : path
  return new HeldDirectory(fd, held, key, reader(held, witness), witness)
}

class HeldDirectory extends GuardedFolder implements HeldFolder {
  readonly #descriptor: Descriptor
  readonly #base: string
  readonly #key: string
  readonly #reader: ReadFolder
  readonly #witness: ReadWitness

  constructor(fd: number, base: string, key: string, reader: ReadFolder, witness: ReadWitness) {
    super()
    this.#base = base
    this.#key = key
    this.#reader = reader
    this.#witness = witness
    this.#descriptor = new Descriptor(fd, () => {
      return new DirdictError('STALE_HANDLE', `The handle on ${JSON.stringify(key)} was closed.`, { key })
    })
  }

  close(): Promise<void> {
    return this.#descriptor.close()
  }

  protected guarded<T>(work: (folder: ReadFolder) => Promise<T>): Promise<T> {
    return this.#descriptor.use(() =>
      readOrStale(this.#base, this.#key, this.#witness, () => work(this.#reader)),
    )
  }
}
