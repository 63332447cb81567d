/**
 * What a database handle and the handles of its nested databases share, and where their keys lie on disk.
 */
import { lstatSync } from 'node:fs'
import type { DumperTable } from './dumper-table.js'
import { DatabaseDirectory, isDirectory } from './entry/database-directory.js'
import { listKeys } from './entry/pin.js'
import { FORBIDDEN, GONE, hasCode, TOO_DEEP, translate } from './entry/system-errors.js'
import { isDirdictError } from './errors.js'
import type { Locks } from './locks/lock.js'
import type { Durability } from './options.js'
import { STATE_FILE } from './state.js'

/** Directories that one session remembers; more are looked at anew. */
const MOST_REMEMBERED = 1_000

/** Where one key lies: a name in a database directory. */
export interface Place {
  readonly directory: DatabaseDirectory
  readonly name: string
  /** The whole key below the handle, for messages. */
  readonly key: string
  /** Set by whoever has read the record: no database is nested here, so that a walk need not look. */
  leaf?: boolean
}

export class Session {
  readonly readonly: boolean | 'warn'
  readonly durability: Durability
  readonly dumpers: DumperTable
  readonly locks: Locks | undefined
  /** Where to look for the code that makes the values; undefined: at the running script. */
  readonly source: string | undefined
  /** Whether the code that ran is recorded. */
  readonly history: boolean
  closed = false
  readonly #directories = new Map<string, DatabaseDirectory>()

  constructor(options: {
    readonly: boolean | 'warn'
    durability: Durability
    dumpers: DumperTable
    locks: Locks | undefined
    source?: string | undefined
    history?: boolean | undefined
  }) {
    this.readonly = options.readonly
    this.durability = options.durability
    this.dumpers = options.dumpers
    this.locks = options.locks
    this.source = options.source
    this.history = options.history ?? true
  }

  /** Every handle of one directory shares one object, which remembers that its service directory is made. */
  directory(path: string): DatabaseDirectory {
    let directory = this.#directories.get(path)
    if (directory === undefined) {
      directory = new DatabaseDirectory(path)
      const [oldest] = this.#directories.keys()
      if (this.#directories.size >= MOST_REMEMBERED && oldest !== undefined) this.#directories.delete(oldest)
      this.#directories.set(path, directory)
    }
    return directory
  }

  /**
   * The keys of a database, with `recurse` those of nested ones, each after the database it lies in. Of what may not be
   * looked into there is the key alone.
   */
  *places(directory: DatabaseDirectory, recurse: boolean, prefix: string = ''): Generator<Place> {
    for (const name of keysIfThere(directory, prefix !== '')) {
      const place: Place = { directory, name, key: prefix + name }
      yield place
      const nested = recurse && !place.leaf ? nestedIfPermitted(directory.entry(name)) : undefined
      if (nested !== undefined) yield* this.places(this.directory(nested), true, `${prefix}${name}/`)
    }
  }

  /** No handle of this session may be used any more. */
  close(): void {
    this.closed = true
  }

  /** All directories that this session may have left something to clean up in. */
  directories(): Iterable<DatabaseDirectory> {
    return this.#directories.values()
  }

  /** Where a key lies, or the parts of the first ancestor that is missing or is no database. */
  locate(root: DatabaseDirectory, parts: readonly string[]): Place | { readonly missing: readonly string[] } {
    let directory = root
    for (let i = 0; i < parts.length - 1; i++) {
      const path = nestedPath(directory.entry(parts[i]!))
      if (path === undefined) return { missing: parts.slice(0, i + 1) }
      directory = this.directory(path)
    }
    return { directory, name: parts[parts.length - 1]!, key: parts.join('/') }
  }
}

/** A nested database that was deleted since it was listed, or may not be read, has no keys. */
export function keysIfThere(directory: DatabaseDirectory, nested: boolean): readonly string[] {
  try {
    return listKeys(directory)
  } catch (error) {
    if (nested && hasCode(error, [...GONE, ...FORBIDDEN])) return []
    throw translate(error, `Listing ${clipped(directory.path)}`, {})
  }
}

const LONGEST_STRETCH_MS = 10
let stretchStarted = 0

/**
 * Tiny keys are read and written by direct calls, and a loop over thousands of them would keep timers, signals and
 * everybody else's callbacks waiting: true once in ten milliseconds, for a pause that lets them run.
 */
export function pauseIsDue(): boolean {
  const now = performance.now()
  if (now - stretchStarted < LONGEST_STRETCH_MS) return false
  stretchStarted = now
  return true
}

/**
 * The database directory inside an entry: `db`, or in some old entries of ISF the entry itself. No links. NOT_PERMITTED
 * where this user may not look.
 */
export function nestedPath(entry: string): string | undefined {
  try {
    if (!isDirectory(entry)) return undefined
    const inner = `${entry}/db`
    if (isDirectory(inner) && isFile(`${inner}/${STATE_FILE}`)) return inner
    return isFile(`${entry}/${STATE_FILE}`) ? entry : undefined
  } catch (error) {
    const isTold = hasCode(error, [...FORBIDDEN, ...TOO_DEEP])
    throw isTold ? translate(error, `Looking into ${clipped(entry)}`, { path: entry }) : error
  }
}

/** The same for a walk through many keys, which one that is closed to this user does not end. `verify` names it. */
export function nestedIfPermitted(entry: string): string | undefined {
  try {
    return nestedPath(entry)
  } catch (error) {
    if (isDirdictError(error, 'NOT_PERMITTED')) return undefined
    throw error
  }
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** The end of a path that is too long for a message. */
function clipped(path: string): string {
  return path.length > 300 ? `…${path.slice(-100)}` : path
}
