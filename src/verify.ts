/**
 * verify: every recorded file is read again and compared with its length and CRC-32, and every record with the others.
 * Several keys are looked at at once, and told of in the order of the keys. Changes nothing.
 */
import { availableParallelism } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DatabaseDirectory } from './entry/database-directory.js'
import { ABSENT, entryExists, listKeys } from './entry/pin.js'
import { GONE, hasCode, translate } from './entry/system-errors.js'
import { type ErrorCode, isDirdictError } from './errors.js'
import { checkNames, isStringArray, wrongOption } from './options.js'
import { checkWalk, WALK_OPTIONS, Walk, type WalkOptions } from './progress.js'
import { keyNotFound } from './reader.js'
import { keyIn, type Repair } from './repair/proposal.js'
import { serviceRepairs } from './repair/service.js'
import { nestedIfPermitted, type Place, pauseIsDue, type Session } from './session.js'
import { readId } from './state.js'
import { verifyEntry } from './verify/entry.js'
import { FileSums } from './verify/files.js'
import { Turns } from './verify/turns.js'

/** What `verify` takes. */
export interface VerifyOptions extends WalkOptions {
  /** Only these keys, and what is nested below them. @default all */
  readonly keys?: readonly string[]
  /** `false`: the keys of nested databases are left out. @default true */
  readonly recurse?: boolean
  /** How many large files are read at once. @default the processors, 4 at most */
  readonly concurrency?: number
}

/** Something wrong with one key, or, where it is empty, with the database itself. */
export interface Problem {
  readonly key: string
  readonly code: ErrorCode
  readonly message: string
}

/** A file that nobody recorded, in an entry whose files were recorded. */
export interface UnrecordedFile {
  readonly key: string
  /** Relative to the directory of the entry. */
  readonly file: string
}

/** What `verify` found, each list in the order of `keys({ recurse: true })`. */
export interface VerifyReport {
  /** Keys whose files all agree with their record. */
  readonly checked: number
  /** Keys whose files nobody recorded: live entries, and what Python wrote. */
  readonly unchecked: readonly string[]
  /** What cannot be read, or is not what was written. */
  readonly problems: readonly Problem[]
  /** Files that no record lists. No dumper reads them; they are no damage. */
  readonly unrecorded: readonly UnrecordedFile[]
  /** What `repair` would do: what the dead have left, and records that Python replaced. No value depends on it. */
  readonly repairs: readonly Repair[]
}

const OPTIONS: readonly string[] = [...WALK_OPTIONS, 'keys', 'recurse', 'concurrency']
/** Entries that are looked at at once, for each file that may be read at once. */
const ENTRIES_AHEAD = 2
const MOST_AT_ONCE = 1_000

/** Checks the keys of a database and of those nested in it. */
export async function verifyDatabase(
  session: Session,
  root: DatabaseDirectory,
  options: VerifyOptions,
  locate: (key: string) => Place,
): Promise<VerifyReport> {
  checkVerify(options)
  const walk = new Walk(options)
  const verification = new Verification(session, walk, options)
  try {
    if (options.keys === undefined) await verification.database(root, '')
    else await verification.keys(options.keys.map(locate))
    await verification.settled()
    walk.conclude()
    return verification.report()
  } finally {
    await verification.settled()
    await verification.end()
    walk.end()
  }
}

function checkVerify(options: VerifyOptions): void {
  checkNames(options, OPTIONS, 'verify')
  checkWalk(options)
  const { keys, recurse, concurrency = 1 } = options
  if (keys !== undefined && !isStringArray(keys)) throw wrongOption('keys', 'an array of keys')
  if (recurse !== undefined && typeof recurse !== 'boolean') throw wrongOption('recurse', 'a boolean')
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MOST_AT_ONCE) {
    throw wrongOption('concurrency', `a whole number from 1 to ${MOST_AT_ONCE}`)
  }
}

/** One walk, and what it has found: each item with the place of its key in the order of all. */
class Verification {
  readonly #session: Session
  readonly #walk: Walk
  readonly #recurse: boolean
  readonly #sums: FileSums
  readonly #turns: Turns
  readonly #underWay = new Set<Promise<void>>()
  #place = 0
  #checked = 0
  readonly #unchecked = new Ordered<string>()
  readonly #problems = new Ordered<Problem>()
  readonly #unrecorded = new Ordered<UnrecordedFile>()
  readonly #repairs = new Ordered<Repair>()

  constructor(session: Session, walk: Walk, options: VerifyOptions) {
    const concurrency = options.concurrency ?? Math.min(availableParallelism(), 4)
    this.#session = session
    this.#walk = walk
    this.#recurse = options.recurse ?? true
    this.#sums = new FileSums(walk, concurrency)
    this.#turns = new Turns(concurrency * ENTRIES_AHEAD)
  }

  async database(directory: DatabaseDirectory, prefix: string): Promise<void> {
    const at = this.#place++
    const key = keyIn(prefix, '')
    await this.#guarded(key, at, async () => {
      // That of a nested database was read with its entry.
      if (prefix === '') readId(directory.path)
    })
    const names = await this.#guarded(key, at, async () => listKeys(directory))
    if (names === undefined) return
    await this.#guarded(key, at, async () => {
      for (const { name, action, detail } of serviceRepairs(directory))
        this.#repairs.add(at, { key: keyIn(prefix, name), action, detail })
    })
    this.#walk.found(names.length)
    for (const name of names) await this.#entry({ directory, name, key: prefix + name })
  }

  async keys(places: readonly Place[]): Promise<void> {
    const missing = places.find(({ directory, name }) => !entryExists(directory, name))
    if (missing !== undefined) throw keyNotFound(missing)
    this.#walk.found(places.length)
    for (const place of places) await this.#entry(place)
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }

  async end(): Promise<void> {
    await this.#sums.end()
  }

  report(): VerifyReport {
    return {
      checked: this.#checked,
      unchecked: this.#unchecked.inOrder(),
      problems: this.#problems.inOrder(),
      unrecorded: this.#unrecorded.inOrder(),
      repairs: this.#repairs.inOrder(),
    }
  }

  /** Begins with the entry when it is its turn, and goes on below it; does not wait for its files. */
  async #entry(place: Place): Promise<void> {
    if (pauseIsDue()) await nextTurn()
    this.#walk.signal.throwIfAborted()
    const at = this.#place++
    await this.#turns.take()
    const task = this.#look(place, at)
      .catch(error => this.#walk.stop(error))
      .finally(() => {
        this.#turns.giveBack()
        this.#underWay.delete(task)
      })
    this.#underWay.add(task)
    if (!this.#recurse) return
    const look = async (): Promise<string | undefined> => nestedIfPermitted(place.directory.entry(place.name))
    const nested = await this.#guarded(place.key, at, look)
    if (nested !== undefined) await this.database(this.#session.directory(nested), `${place.key}/`)
  }

  async #look(place: Place, at: number): Promise<void> {
    await this.#guarded(place.key, at, async () => {
      const facts = await verifyEntry(this.#session, place, this.#sums)
      if (facts === ABSENT) return
      if (facts.checked) this.#checked++
      else this.#unchecked.add(at, place.key)
      for (const file of facts.unrecorded) this.#unrecorded.add(at, { key: place.key, file })
      for (const detail of facts.lost) this.#repairs.add(at, { key: place.key, action: 'restored', detail })
    })
    this.#walk.finished(place.key)
  }

  /** What keeps `look` from its end is a problem of the key; a database that was deleted meanwhile has none. */
  async #guarded<T>(key: string, at: number, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look()
    } catch (error) {
      this.#walk.signal.throwIfAborted()
      if (hasCode(error, GONE)) return undefined
      const problem = translate(error, `Reading ${JSON.stringify(key)}`, { key })
      if (!isDirdictError(problem)) throw error
      this.#problems.add(at, { key, code: problem.code, message: problem.message })
      return undefined
    }
  }
}

/** Items that come in any order, and are wanted in that of their places. */
class Ordered<T> {
  readonly #items: { readonly at: number; readonly item: T }[] = []

  add(at: number, item: T): void {
    this.#items.push({ at, item })
  }

  inOrder(): readonly T[] {
    return this.#items.sort((a, b) => a.at - b.at).map(({ item }) => item)
  }
}
