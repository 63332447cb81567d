/**
 * Where each entry will lie when what was proposed for its key is done: a dry run looks there, so that it foretells what
 * comes after as well.
 */
import { lstatSync } from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'

export class Foreseen {
  readonly #directory: DatabaseDirectory
  readonly #paths = new Map<string, string>()
  readonly #freed = new Set<string>()
  readonly #trash = new Set<string>()
  /** By path, the directory of the trash in which it lies. */
  readonly #takenBack = new Map<string, string>()

  constructor(directory: DatabaseDirectory) {
    this.#directory = directory
  }

  /** What lies at `path` will be the entry of this name. */
  expect(name: string, path: string): void {
    this.#paths.set(name, path)
  }

  isExpected(name: string): boolean {
    return this.#paths.has(name)
  }

  /** The lock of this name will be taken, from whoever died with it, and given back. */
  expectFree(name: string): void {
    this.#freed.add(name)
  }

  /** What this owner held has gone to the trash, on the way of a repair that was told. */
  expectTrash(owner: string): void {
    this.#trash.add(owner)
  }

  /** What lies at `path`, in this directory of the trash, will be taken back. */
  expectTakenBack(token: string, path: string): void {
    this.#takenBack.set(path, token)
  }

  /** What is trash because of these repairs, and is removed after them: not that from which a value could not be taken back. */
  trash(): readonly string[] {
    const still = [...this.#takenBack].filter(([path]) => lstatSync(path, { throwIfNoEntry: false }))
    const kept = new Set(still.map(([, token]) => token))
    return [...new Set([...this.#trash, ...this.#takenBack.values()])].filter(token => !kept.has(token))
  }

  isOwnTrash(token: string): boolean {
    return this.#trash.has(token) || [...this.#takenBack.values()].includes(token)
  }

  willBeFree(name: string): boolean {
    return this.#freed.has(name)
  }

  /** The path of an entry: where it will come from, or, once that was done, its place. */
  entry(name: string): string {
    const path = this.#paths.get(name)
    const isThere = path !== undefined && lstatSync(path, { throwIfNoEntry: false }) !== undefined
    return isThere ? path : this.#directory.entry(name)
  }

  /** The names of keys with those that will be keys, sorted. */
  withNames(names: readonly string[]): readonly string[] {
    return this.#paths.size === 0 ? names : [...new Set([...names, ...this.#paths.keys()])].sort()
  }
}
