/**
 * The dictionary behind `DataBase`, without its types: each member checks what it is asked, finds the place of the
 * key, and hands over to the file that does it.
 */
import { BatchWriter } from './batch.js'
import { maybeCalculateValue, updateValue } from './calculate.js'
import { copyEntry } from './copy.js'
import type { AnyDumper, NestedDatabase } from './dumper.js'
import { isDumper } from './dumper-table.js'
import { type DatabaseDirectory, sameDirectory } from './entry/database-directory.js'
import { moveEntry, removeEntry } from './entry/move.js'
import { ABSENT, listKeys } from './entry/pin.js'
import { staleHandle } from './entry/stale-handle.js'
import { tidy } from './entry/trash.js'
import { DirdictError } from './errors.js'
import { besideServer, explained } from './key-lock.js'
import { joinKey, type Key, readableParts, writableParts } from './keys.js'
import { isThere, looking, lookingThrough } from './looking.js'
import type { Metadata } from './metadata.js'
import { freeLocksBelow } from './moved-locks.js'
import {
  COPY_OPTIONS,
  checkNames,
  checkWaitOptions,
  NO_DUMPER,
  type Schema,
  splitSetOptions,
  type WaitOptions,
} from './options.js'
import { keyNotFound, parentNotFound, readMetadata, readValue } from './reader.js'
import { removeDatabase } from './remove.js'
import type { Place, Session } from './session.js'
import { shownMetadata } from './show/metadata-face.js'
import { type Content, locateForWriting, writeValue } from './writer.js'

/** How the handle makes the handle of a database nested in `place`. */
export type MakeNested = (parent: Dictionary, place: Place, path: string) => Promise<NestedDatabase>

export class Dictionary {
  readonly session: Session
  readonly directory: DatabaseDirectory
  readonly #schema: Schema
  readonly #makeNested: MakeNested
  /** The dictionary this one is nested in, and the key it has there. */
  readonly #parent: { readonly dictionary: Dictionary; readonly name: string } | undefined
  readonly #identity: ReturnType<DatabaseDirectory['identify']>
  #closed = false

  constructor(
    session: Session,
    directory: DatabaseDirectory,
    schema: Schema,
    makeNested: MakeNested,
    parent?: { readonly dictionary: Dictionary; readonly name: string },
  ) {
    this.session = session
    this.directory = directory
    this.#schema = schema
    this.#makeNested = makeNested
    this.#parent = parent
    this.#identity = directory.identify()
  }

  async set(key: Key, value: unknown, second: object | undefined, third: object | undefined): Promise<void> {
    const parts = writableParts(key)
    if (!this.mayWrite()) return
    const content = this.#content(key, value, second, third)
    await writeValue(this.session, await locateForWriting(this.session, this.directory, parts), content)
  }

  /** The value of a key, or ABSENT. */
  async look(key: Key, dumper: AnyDumper | undefined, options: object): Promise<unknown> {
    const place = this.locate(readableParts(key))
    return 'missing' in place ? ABSENT : this.read(place, dumper, options)
  }

  /** The value of a key, or KEY_NOT_FOUND. */
  async get(key: Key, second?: object, third: object = {}): Promise<unknown> {
    const [dumper, options] = isDumper(second) ? [second, third] : [undefined, second ?? {}]
    return this.getAt(this.existing(readableParts(key)), dumper, options)
  }

  async getAt(place: Place, dumper: AnyDumper | undefined, options: object): Promise<unknown> {
    const value = await this.read(place, dumper, options)
    if (value === ABSENT) throw keyNotFound(place)
    return value
  }

  has(key: Key): boolean {
    const place = this.locate(readableParts(key))
    return !('missing' in place) && isThere(place)
  }

  async delete(key: Key, options: WaitOptions): Promise<boolean> {
    const parts = readableParts(key)
    if (!this.mayWrite()) return false
    checkWaitOptions('delete', options)
    const place = this.locate(parts)
    if ('missing' in place || !isThere(place)) return false
    return explained(place, 'Deleting', () =>
      besideServer(this.session, [place], options, () =>
        removeEntry(place.directory, place.name, this.#moving(options)),
      ),
    )
  }

  async rename(from: Key, to: Key, options: WaitOptions): Promise<void> {
    const source = readableParts(from)
    const target = writableParts(to)
    if (!this.mayWrite()) return
    checkWaitOptions('rename', options)
    if (source.length <= target.length && source.every((part, index) => part === target[index])) {
      const name = JSON.stringify(joinKey(source))
      throw new DirdictError('KEY_INVALID', `${name} cannot be moved to itself or into itself.`, {
        key: joinKey(source),
      })
    }
    const place = this.existing(source)
    if (!isThere(place)) throw keyNotFound(place)
    const goal = await locateForWriting(this.session, this.directory, target)
    const moved = await explained(goal, 'Renaming', () =>
      besideServer(this.session, [place, goal], options, () =>
        moveEntry(place, goal, this.#moving(options), () => freeLocksBelow(goal.directory.entry(goal.name))),
      ),
    )
    if (!moved) throw keyNotFound(place)
  }

  async copy(key: Key, other: Dictionary, newKey: Key, options: object): Promise<void> {
    const place = this.existing(readableParts(key))
    const target = writableParts(newKey)
    if (!other.mayWrite()) return
    checkNames(options, COPY_OPTIONS, 'copy')
    const { own } = splitSetOptions(NO_DUMPER, options)
    if (!isThere(place)) throw keyNotFound(place)
    const goal = await locateForWriting(other.session, other.directory, target)
    const to = { session: other.session, place: goal }
    await copyEntry({ session: this.session, place }, to, { overwrite: false, ...own })
  }

  async update(
    key: Key,
    fn: (value: unknown) => unknown,
    dumper: AnyDumper | undefined,
    options: object,
  ): Promise<unknown> {
    const parts = writableParts(key)
    const chosen = this.#schemaDumper(key, dumper)
    if (!this.mayWrite()) return undefined
    const place = await locateForWriting(this.session, this.directory, parts)
    return updateValue(this.session, place, fn, chosen, options, this.#openNested)
  }

  async maybeCalculate(
    key: Key,
    fn: () => unknown,
    second: object | undefined,
    third: object = {},
  ): Promise<unknown> {
    const parts = writableParts(key)
    const [dumper, options] = isDumper(second) ? [second, third] : [undefined, second ?? {}]
    const chosen = this.#schemaDumper(key, dumper)
    this.assertUsable()
    if (this.session.readonly) {
      const stored = await this.look(parts, chosen, {})
      if (stored !== ABSENT) return stored
      this.mayWrite()
      return fn()
    }
    const place = await locateForWriting(this.session, this.directory, parts)
    return maybeCalculateValue(this.session, place, fn, chosen, options, this.#openNested)
  }

  /** Makes a key a nested database where it is none yet. */
  async makeDatabase(key: Key): Promise<void> {
    const parts = writableParts(key)
    if (this.mayWrite()) await locateForWriting(this.session, this.directory, [...parts, 'any'])
  }

  async batch<T>(fn: (set: Dictionary['set']) => T | Promise<T>): Promise<T | undefined> {
    if (!this.mayWrite()) return undefined
    const writer = new BatchWriter(this.session, this.directory)
    try {
      const add: Dictionary['set'] = async (key, value, second, third) => {
        if (!writer.isOpen) {
          throw new DirdictError('CLOSED', 'The batch has ended: an await is missing in its function.')
        }
        await writer.add(writableParts(key), this.#content(key, value, second, third))
      }
      const result = await fn((key, value, second, third) => writer.track(add(key, value, second, third)))
      await writer.publish()
      return result
    } finally {
      await writer.discard()
    }
  }

  async metadata(place: Place): Promise<Metadata> {
    this.assertUsable()
    const metadata = await explained(place, 'Reading', () => readMetadata(this.session, place))
    if (metadata === ABSENT) throw keyNotFound(place)
    return shownMetadata(metadata)
  }

  async remove(): Promise<void> {
    if (!this.mayWrite()) return
    if (this.#parent === undefined) await removeDatabase(this.directory)
    else await this.#parent.dictionary.delete([this.#parent.name], {})
    this.#closed = true
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#parent !== undefined) return
    this.session.close()
    if (this.session.readonly) return
    for (const directory of this.session.directories()) await tidy(directory)
  }

  /** Every key in order, a nested database before its own keys. */
  *places(recurse: boolean): Generator<Place> {
    this.assertUsable()
    yield* lookingThrough(this.directory, this.session.places(this.directory, recurse))
  }

  keys(): string[] {
    this.assertUsable()
    return looking(this.directory, listKeys)
  }

  read(place: Place, dumper: AnyDumper | undefined, options: object): Promise<unknown> {
    const wanted = this.#schemaDumper(place.key, dumper)
    return explained(place, 'Reading', () =>
      readValue(this.session, place, wanted, options, this.#openNested),
    )
  }

  locate(parts: readonly string[]): Place | { readonly missing: readonly string[] } {
    this.assertUsable()
    return looking(this.directory, root => this.session.locate(root, parts))
  }

  existing(parts: readonly string[]): Place {
    const place = this.locate(parts)
    if ('missing' in place) throw parentNotFound(parts, place.missing, this.directory.path)
    return place
  }

  /** False where a write is to be ignored with a warning; READ_ONLY where it is refused. */
  mayWrite(): boolean {
    this.assertUsable()
    if (!this.session.readonly) return true
    const message = `${this.directory.path} was opened readonly; open it without readonly to write.`
    if (this.session.readonly === true) {
      throw new DirdictError('READ_ONLY', message, { path: this.directory.path })
    }
    process.emitWarning(message, { code: 'DIRDICT_READ_ONLY' })
    return false
  }

  assertUsable(): void {
    if (this.#closed || this.session.closed) {
      throw new DirdictError('CLOSED', `${this.directory.path} was closed. Open it again.`)
    }
    const now = looking(this.directory, directory => directory.identify())
    if (!sameDirectory(this.#identity, now)) throw staleHandle(this.directory.path)
  }

  readonly #openNested = (place: Place, path: string): Promise<NestedDatabase> =>
    this.#makeNested(this.#holderOf(place.directory), place, path)

  /** The dictionary of the directory that a nested database lies in: this one, or one between. */
  #holderOf(directory: DatabaseDirectory): Dictionary {
    if (directory === this.directory) return this
    return new Dictionary(this.session, directory, {}, this.#makeNested)
  }

  #content(key: Key, value: unknown, second: object | undefined, third: object = {}): Content {
    const [named, options] = isDumper(second) ? [second, third] : [undefined, second ?? {}]
    const dumper = this.#schemaDumper(key, named) ?? this.session.dumpers.forValue(value)
    const { own, rest } = splitSetOptions(dumper, options)
    return { value, dumper, options: own, dumperOptions: rest }
  }

  #schemaDumper(key: Key, named: AnyDumper | undefined): AnyDumper | undefined {
    const name = joinKey(key)
    const typed = Object.hasOwn(this.#schema, name) ? this.#schema[name] : undefined
    if (typed === undefined || named === undefined || named.name === typed.name) return named ?? typed
    throw new DirdictError(
      'DUMPER_MISMATCH',
      `The schema says that ${JSON.stringify(name)} is written by ${typed.name}, not by ${named.name}.`,
      { key: name, dumper: typed.name },
    )
  }

  #moving(options: WaitOptions): WaitOptions & { durable: boolean } {
    return { ...options, durable: this.session.durability === 'full' }
  }
}
