/**
 * HeldFolder: the directory of an entry for a handle that outlives the read that opened it. Reading goes through one
 * descriptor, so that it is the entry that was opened, or STALE_HANDLE where its files have been removed since.
 */
import { closeSync, constants, lstatSync, openSync } from 'node:fs'
import type { HeldFolder, RandomAccess, ReadFolder, ReadRange } from '../dumper.js'
import { DirdictError } from '../errors.js'
import { PROCFS } from '../locks/token.js'
import { Descriptor } from './descriptor.js'
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

class HeldDirectory implements HeldFolder {
  readonly #descriptor: Descriptor
  readonly #base: string
  readonly #key: string
  readonly #reader: ReadFolder
  readonly #witness: ReadWitness

  constructor(fd: number, base: string, key: string, reader: ReadFolder, witness: ReadWitness) {
    this.#base = base
    this.#key = key
    this.#reader = reader
    this.#witness = witness
    this.#descriptor = new Descriptor(fd, () => {
      return new DirdictError('STALE_HANDLE', `The handle on ${JSON.stringify(key)} was closed.`, { key })
    })
  }

  names(): Promise<string[]> {
    return this.#read(folder => folder.names())
  }

  size(file: string): Promise<number> {
    return this.#read(folder => folder.size(file))
  }

  readJson<T>(file: string): Promise<T> {
    return this.#read(folder => folder.readJson<T>(file))
  }

  read(file: string, range?: ReadRange): Promise<Uint8Array> {
    return this.#read(folder => folder.read(file, range))
  }

  open(file: string): Promise<RandomAccess> {
    return this.#read(folder => folder.open(file))
  }

  has(file: string): Promise<boolean> {
    return this.#read(folder => folder.has(file))
  }

  hold(): Promise<HeldFolder> {
    return this.#read(folder => folder.hold())
  }

  close(): Promise<void> {
    return this.#descriptor.close()
  }

  #read<T>(work: (folder: ReadFolder) => Promise<T>): Promise<T> {
    const witness = this.#witness
    return this.#descriptor.use(async () => {
      try {
        const result = await work(this.#reader)
        if (this.#isWhole()) return result
      } catch (error) {
        if (!witness.vanished || witness.isCurrent()) throw error
      }
      throw staleHandle(this.#key)
    })
  }

  /** Trash is emptied Loader.json first. Without descriptors as paths, what was read may be of another entry. */
  #isWhole(): boolean {
    if (!PROCFS) return this.#witness.isCurrent()
    return (
      !this.#witness.listed || lstatSync(`${this.#base}/Loader.json`, { throwIfNoEntry: false }) !== undefined
    )
  }
}
