/**
 * DataBase: the dictionary. Each member checks what it is asked, finds the place of the key, and hands over to the
 * file that does it; what a member promises is said here.
 */
import { inspect } from 'node:util'
import { BatchWriter } from './batch.js'
import { maybeCalculateValue, updateValue } from './calculate.js'
import { copyEntry } from './copy.js'
import type { AnyDumper, GetOptionsOf, InputOf, NestedDatabase, OutputOf, SetOptionsOf } from './dumper.js'
import { DumperTable, type folder, type ManagedFolder } from './dumper-table.js'
import type { DatabaseDirectory } from './entry/database-directory.js'
import { sameDirectory } from './entry/database-directory.js'
import { staleHandle } from './entry/live.js'
import { ABSENT, entryExists, listKeys } from './entry/pin.js'
import { moveEntry, removeEntry } from './entry/publish.js'
import { emptyTrash } from './entry/trash.js'
import type { Entry } from './entry-handle.js'
import { DirdictError, isDirdictError } from './errors.js'
import { matcher, QUERY_OPTIONS, type Query } from './find.js'
import { joinKey, type Key, readableParts, writableParts } from './keys.js'
import type { Metadata } from './metadata.js'
import {
  checkNames,
  checkOpenOptions,
  checkWait,
  type GetOptions,
  type OpenOptions,
  type Schema,
  type SetOptions,
  splitSetOptions,
  type WaitOptions,
} from './options.js'
import { keyNotFound, type OpenNested, parentNotFound, readFiles, readMetadata, readValue } from './reader.js'
import { removeDatabase } from './remove.js'
import { type Repair, repairDatabase } from './repair.js'
import { nestedPath, type Place, Session } from './session.js'
import { ensureDatabase, existingDatabase, readId } from './state.js'
import { inspectDatabase, printTree, TREE_OPTIONS, type TreeOptions } from './tree.js'
import { type VerifyReport, verifyDatabase } from './verify.js'
import { type Content, explained, locateForWriting, writeValue } from './writer.js'

/** What `get` gives for dumper `D`: its value, and a `DataBase` for a nested database. */
export type Loaded<D> = [OutputOf<D>] extends [NestedDatabase] ? DataBase : OutputOf<D>

type NoSchema = Record<never, AnyDumper>
type ValueIn<S extends Schema, K> = K extends keyof S ? InputOf<S[K]> : unknown
type ValueOut<S extends Schema, K> = K extends keyof S ? Loaded<S[K]> : unknown
const WAIT_OPTIONS: readonly string[] = ['timeout', 'signal']
const constructing: unique symbol = Symbol('constructing')

/** Sets of a batch: staged by `set`, published together when the batch's function has returned. */
export interface Batch {
  set<K extends Key>(key: K, value: unknown, options?: SetOptions): Promise<void>
  set<D extends AnyDumper>(
    key: Key,
    value: InputOf<D>,
    dumper: D,
    options?: SetOptions & SetOptionsOf<D>,
  ): Promise<void>
}

/** A dictionary-like database in a folder. Open one with {@link DataBase.open}. */
export class DataBase<S extends Schema = NoSchema> {
  readonly #session: Session
  readonly #directory: DatabaseDirectory
  readonly #schema: Schema
  readonly #identity: ReturnType<DatabaseDirectory['identify']>
  /** The database this one is nested in, with the key it has there. */
  readonly #parent: { readonly database: DataBase<Schema>; readonly name: string } | undefined
  #closed = false

  /** Throws: a database is opened, not constructed. */
  constructor(...args: readonly unknown[]) {
    const [proof, session, directory, schema, parent] = args
    if (proof !== constructing) {
      throw new DirdictError(
        'OPTION_INVALID',
        'A database is opened with: const db = await DataBase.open(directory)',
      )
    }
    this.#session = session as Session
    this.#directory = directory as DatabaseDirectory
    this.#schema = schema as Schema
    this.#parent = parent as { database: DataBase<Schema>; name: string } | undefined
    this.#identity = this.#directory.identify()
  }

  /**
   * Opens the database in `directory`, making it where there is none. NOT_A_DATABASE for a folder that holds other
   * things. Opened readonly, nothing is ever made or changed on disk.
   *
   * @example
   * ```ts
   * import { DataBase, ndarray } from 'dirdict'
   *
   * const db = await DataBase.open('study', { schema: { trace: ndarray } })
   * await db.set('trace', new Float64Array([1, 2, 3]))
   * const trace = await db.get('trace') // an NDArray
   * ```
   */
  static async open<S extends Schema = NoSchema>(
    directory: string,
    options: OpenOptions<S> = {},
  ): Promise<DataBase<S>> {
    checkOpenOptions(options)
    const session = new Session({
      readonly: options.readonly ?? false,
      durability: options.durability ?? 'full',
      dumpers: new DumperTable([...(options.dumpers ?? []), ...Object.values(options.schema ?? {})]),
      locks: options.locks,
    })
    const create = options.create ?? !options.readonly
    const durable = session.durability === 'full'
    const path = create
      ? await ensureDatabase(directory, durable, made => session.directory(made))
      : existingDatabase(directory)
    return new DataBase<S>(constructing, session, session.directory(path), options.schema ?? {}, undefined)
  }

  /** Absolute path of the database's directory. */
  get directory(): string {
    return this.#directory.path
  }

  /** The database's unique id, as in its db_state.json. */
  get id(): string {
    return readId(this.#directory.path)
  }

  /** Whether writes are refused. */
  get readonly(): boolean {
    return this.#session.readonly !== false
  }

  /**
   * Stores a value under a key, replacing what was there: readers see the old value or the new one, whole. Without a
   * dumper the value decides: JSON where JSON is exact, bytes, ndarray, dataframe, else structured clone. Missing
   * parents become nested databases. KEY_INVALID, VALUE_REJECTED, OPTION_INVALID, KEY_EXISTS, READ_ONLY, LOCKED.
   */
  async set<K extends Key>(key: K, value: ValueIn<S, K>, options?: SetOptions): Promise<void>
  async set<D extends AnyDumper>(
    key: Key,
    value: InputOf<D>,
    dumper: D,
    options?: SetOptions & SetOptionsOf<D>,
  ): Promise<void>
  async set(key: Key, value: unknown, second?: AnyDumper | SetOptions, third?: object): Promise<void> {
    const parts = writableParts(key)
    if (!this.#mayWrite()) return
    const content = this.#content(key, value, second, third)
    await writeValue(this.#session, await locateForWriting(this.#session, this.#directory, parts), content)
  }

  /**
   * The value of a key: `unknown`, or typed by the dumper that is asked for (DUMPER_MISMATCH where another wrote it)
   * or by the schema. KEY_NOT_FOUND names keys that look alike; CORRUPT_ENTRY, UNKNOWN_DUMPER.
   */
  async get<K extends Key>(key: K): Promise<ValueOut<S, K>>
  async get<D extends AnyDumper>(
    key: Key,
    dumper: D,
    options?: GetOptions & GetOptionsOf<D>,
  ): Promise<Loaded<D>>
  async get(key: Key, dumper?: AnyDumper, options: object = {}): Promise<unknown> {
    const parts = readableParts(key)
    const place = this.#locate(parts)
    if ('missing' in place) throw parentNotFound(parts, place.missing, this.#directory.path)
    const value = await this.#read(place, dumper, options)
    if (value === ABSENT) throw keyNotFound(place)
    return value
  }

  /** The value of a key, or `fallback` where there is none. */
  async getOr<F, K extends Key>(key: K, fallback: F): Promise<ValueOut<S, K> | F>
  async getOr<F, D extends AnyDumper>(
    key: Key,
    fallback: F,
    dumper: D,
    options?: GetOptions & GetOptionsOf<D>,
  ): Promise<Loaded<D> | F>
  async getOr(key: Key, fallback: unknown, dumper?: AnyDumper, options: object = {}): Promise<unknown> {
    const place = this.#locate(readableParts(key))
    if ('missing' in place) return fallback
    const value = await this.#read(place, dumper, options)
    return value === ABSENT ? fallback : value
  }

  /** Whether the key is there. */
  async has(key: Key): Promise<boolean> {
    const place = this.#locate(readableParts(key))
    return !('missing' in place) && entryExists(place.directory, place.name)
  }

  /** Takes a key off the database, nested databases with all they hold; false where it was not there. */
  async delete(key: Key, options: WaitOptions = {}): Promise<boolean> {
    const parts = readableParts(key)
    if (!this.#mayWrite()) return false
    this.#checkWait('delete', options)
    const place = this.#locate(parts)
    if ('missing' in place || !entryExists(place.directory, place.name)) return false
    return explained(place, 'Deleting', () => removeEntry(place.directory, place.name, this.#moving(options)))
  }

  /** Gives an entry another key, also one in another nested database. KEY_NOT_FOUND, KEY_EXISTS. */
  async rename(from: Key, to: Key, options: WaitOptions = {}): Promise<void> {
    const source = readableParts(from)
    const target = writableParts(to)
    if (!this.#mayWrite()) return
    this.#checkWait('rename', options)
    if (source.length <= target.length && source.every((part, index) => part === target[index])) {
      throw new DirdictError(
        'KEY_INVALID',
        `${JSON.stringify(source.join('/'))} cannot be moved to itself or into itself.`,
      )
    }
    const place = this.#existing(source)
    const goal = await locateForWriting(this.#session, this.#directory, target)
    const moved = await explained(goal, 'Renaming', () => moveEntry(place, goal, this.#moving(options)))
    if (!moved) throw keyNotFound(place)
  }

  /** Copies an entry with its record into another database, under the same key or another. KEY_EXISTS by default. */
  async copy(key: Key, other: DataBase<Schema>, newKey: Key = key, options: SetOptions = {}): Promise<void> {
    const source = this.#existing(readableParts(key))
    const target = writableParts(newKey)
    if (!other.#mayWrite()) return
    const place = await locateForWriting(other.#session, other.#directory, target)
    await copyEntry(
      { session: this.#session, place: source },
      { session: other.#session, place },
      { overwrite: false, ...options },
    )
  }

  /** All keys, sorted; with `recurse` those of nested databases too, each after the database it lies in. */
  async keys(options: { readonly recurse?: boolean } = {}): Promise<string[]> {
    checkNames(options, ['recurse'], 'keys')
    this.#assertUsable()
    if (!options.recurse) return listKeys(this.#directory)
    const found: string[] = []
    for (const place of this.#places(true)) found.push(place.key)
    return found
  }

  /** Every key with a handle that loads nothing until it is asked. */
  async entries(options: { readonly recurse?: boolean } = {}): Promise<Entry[]> {
    checkNames(options, ['recurse'], 'entries')
    this.#assertUsable()
    const found: Entry[] = []
    for (const place of this.#places(options.recurse ?? false)) found.push(await this.#entry(place))
    return found
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<[key: string, entry: Entry]> {
    this.#assertUsable()
    for (const place of this.#places(false)) yield [place.key, await this.#entry(place)]
  }

  /** The entries whose records answer the query, sorted by key. Reads records only. */
  async find(query: Query = {}): Promise<Entry[]> {
    checkNames(query, QUERY_OPTIONS, 'find')
    this.#assertUsable()
    const matches = matcher(query)
    const found: Entry[] = []
    for (const place of this.#places(query.recurse ?? true)) {
      const metadata = await readMetadata(this.#session, place)
      if (metadata !== ABSENT && matches(metadata)) found.push(this.#handle(place, metadata.dumper))
    }
    return found
  }

  /**
   * Reads, changes and writes a key under one lock, so that no other writer comes between. `fn` gets `undefined` for
   * a missing key and may be asynchronous; the format stays as it was. Gives what `fn` returned.
   */
  async update<K extends Key>(
    key: K,
    fn: (value: ValueOut<S, K> | undefined) => ValueIn<S, K> | Promise<ValueIn<S, K>>,
  ): Promise<unknown>
  async update<D extends AnyDumper>(
    key: Key,
    fn: (value: Loaded<D> | undefined) => InputOf<D> | Promise<InputOf<D>>,
    dumper: D,
    options?: SetOptions & SetOptionsOf<D>,
  ): Promise<InputOf<D>>
  async update(
    key: Key,
    fn: (value: never) => unknown,
    dumper?: AnyDumper,
    options: object = {},
  ): Promise<unknown> {
    const parts = writableParts(key)
    if (!this.#mayWrite()) return undefined
    const place = await locateForWriting(this.#session, this.#directory, parts)
    const change = fn as (value: unknown) => unknown
    return updateValue(
      this.#session,
      place,
      change,
      this.#schemaDumper(key, dumper),
      options,
      this.#openNested,
    )
  }

  /**
   * The value of a key; where it is missing, or with `force`, `fn` calculates it and it is stored. However many
   * processes ask, one calculates; the others wait and get its value, or its error.
   */
  async maybeCalculate<K extends Key>(
    key: K,
    fn: () => ValueIn<S, K> | Promise<ValueIn<S, K>>,
    options?: SetOptions & { readonly force?: boolean },
  ): Promise<ValueOut<S, K>>
  async maybeCalculate<D extends AnyDumper>(
    key: Key,
    fn: () => InputOf<D> | Promise<InputOf<D>>,
    dumper: D,
    options?: SetOptions & SetOptionsOf<D> & { readonly force?: boolean },
  ): Promise<Loaded<D>>
  async maybeCalculate(
    key: Key,
    fn: () => unknown,
    second?: AnyDumper | object,
    third?: object,
  ): Promise<unknown> {
    const parts = writableParts(key)
    const [dumper, options] = isDumper(second) ? [second, third ?? {}] : [undefined, second ?? {}]
    const chosen = this.#schemaDumper(key, dumper)
    if (this.#session.readonly) return this.get(key, chosen as AnyDumper)
    this.#assertUsable()
    const place = await locateForWriting(this.#session, this.#directory, parts)
    return maybeCalculateValue(this.#session, place, fn, chosen, options, this.#openNested)
  }

  /** A nested database; with `create` it is made where it is missing. KEY_EXISTS where the key holds data. */
  async sub(key: Key, options: { readonly create?: boolean } = {}): Promise<DataBase> {
    checkNames(options, ['create'], 'sub')
    const parts = options.create ? writableParts(key) : readableParts(key)
    if (options.create) {
      if (this.#session.readonly) this.#mayWrite()
      this.#assertUsable()
      await locateForWriting(this.#session, this.#directory, [...parts, 'any'])
    }
    return (await this.get(parts, this.#session.dumpers.forName('subdb') as AnyDumper)) as DataBase
  }

  /** A folder for the user's own files; made where it is missing. KEY_EXISTS where the key holds other data. */
  async createFolder(key: Key): Promise<ManagedFolder> {
    const parts = writableParts(key)
    const dumper = this.#session.dumpers.forName('folder') as typeof folder
    if (!(await this.has(parts)) && this.#mayWrite()) {
      await this.set(parts, null, dumper, { overwrite: false }).catch(error => {
        if (!isDirdictError(error, 'KEY_EXISTS')) throw error
      })
    }
    return this.get(parts, dumper).catch(error => {
      if (!isDirdictError(error, 'DUMPER_MISMATCH')) throw error
      throw new DirdictError('KEY_EXISTS', `${JSON.stringify(joinKey(key))} holds data, not a folder.`, {
        key: joinKey(key),
        cause: error,
      })
    })
  }

  /** Where a value came from: commit, module versions, machine. KEY_NOT_FOUND. */
  async metadata(key: Key): Promise<Metadata> {
    const place = this.#existing(readableParts(key))
    const metadata = await readMetadata(this.#session, place)
    if (metadata === ABSENT) throw keyNotFound(place)
    return metadata
  }

  /** Absolute path of a key's directory, whether it is there or not. */
  path(key: Key): string {
    const parts = readableParts(key)
    const place = this.#session.locate(this.#directory, parts)
    return 'missing' in place
      ? `${this.#directory.path}/${parts.join('/db/')}`
      : place.directory.entry(place.name)
  }

  /** The keys with their formats and sizes, as text. */
  async tree(options: TreeOptions = {}): Promise<string> {
    checkNames(options, TREE_OPTIONS, 'tree')
    this.#assertUsable()
    return printTree(this.#session, this.#directory, options)
  }

  /** Makes a dumper known to this handle and those of its nested databases. */
  registerDumper(dumper: AnyDumper): void {
    this.#session.dumpers.register(dumper)
  }

  /**
   * Many sets with one round of syncs: nothing is acknowledged before `batch` resolves. Where `fn` throws, nothing is
   * published; where publishing fails in the middle, the keys before stay. It is no transaction.
   */
  async batch<T>(fn: (batch: Batch) => T | Promise<T>): Promise<T | undefined> {
    if (!this.#mayWrite()) return undefined
    const writer = new BatchWriter(this.#session, this.#directory)
    const set = async (
      key: Key,
      value: unknown,
      second?: AnyDumper | SetOptions,
      third?: object,
    ): Promise<void> => {
      if (!writer.isOpen)
        throw new DirdictError('CLOSED', 'The batch has ended: an await is missing in its function.')
      await writer.add(writableParts(key), this.#content(key, value, second, third))
    }
    try {
      const result = await fn({ set })
      await writer.publish()
      return result
    } finally {
      writer.discard()
    }
  }

  /** Reads every recorded file again and compares its length and checksum. Changes nothing. */
  async verify(): Promise<VerifyReport> {
    this.#assertUsable()
    return verifyDatabase(this.#session, this.#directory)
  }

  /** Finishes what crashes have left half done, and tells what it did. Live writers are not disturbed. */
  async repair(): Promise<readonly Repair[]> {
    if (!this.#mayWrite()) return []
    return repairDatabase(this.#session, this.#directory)
  }

  /** Removes the whole database with its directory. */
  async remove(): Promise<void> {
    if (!this.#mayWrite()) return
    if (this.#parent !== undefined) await this.#parent.database.delete([this.#parent.name])
    else await removeDatabase(this.#directory)
    this.#closed = true
  }

  /** Ends background work. Further calls fail with CLOSED; closing again does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#parent !== undefined) return
    for (const directory of this.#session.directories()) await emptyTrash(directory)
  }

  toString(): string {
    return `DataBase ${this.#directory.path}`
  }

  // Declared this way because a computed name has no place in isolated declarations.
  static {
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: DataBase): string {
        return this.#directory.identify() === undefined ? `${this} (gone)` : inspectDatabase(this.#directory)
      },
    })
  }

  readonly #openNested: OpenNested = async (place, path) => {
    const inner = nestedPath(path)
    if (inner === undefined) throw keyNotFound(place)
    const parent = { database: this.#holderOf(place.directory), name: place.name }
    return new DataBase(
      constructing,
      this.#session,
      this.#session.directory(inner),
      {},
      parent,
    ) as unknown as NestedDatabase
  }

  /** A handle of the database that a nested one lies in: this one, or one between. */
  #holderOf(directory: DatabaseDirectory): DataBase<Schema> {
    if (directory === this.#directory) return this as unknown as DataBase<Schema>
    return new DataBase<Schema>(constructing, this.#session, directory, {}, undefined)
  }

  #content(
    key: Key,
    value: unknown,
    second: AnyDumper | SetOptions | undefined,
    third: object = {},
  ): Content {
    const [named, options] = isDumper(second) ? [second, third] : [undefined, second ?? {}]
    const dumper = this.#schemaDumper(key, named) ?? this.#session.dumpers.forValue(value)
    const { own, rest } = splitSetOptions(dumper, options)
    return { value, dumper, options: own, dumperOptions: rest }
  }

  #schemaDumper(key: Key, named: AnyDumper | undefined): AnyDumper | undefined {
    const typed = this.#schema[joinKey(key)]
    if (typed === undefined || named === undefined || named.name === typed.name) return named ?? typed
    throw new DirdictError(
      'DUMPER_MISMATCH',
      `The schema says that ${JSON.stringify(joinKey(key))} is written by ${typed.name}, not by ${named.name}.`,
      { key: joinKey(key), dumper: typed.name },
    )
  }

  async #read(place: Place, dumper: AnyDumper | undefined, options: object): Promise<unknown> {
    const wanted = this.#schemaDumper(place.key, dumper)
    return explained(place, 'Reading', () =>
      readValue(this.#session, place, wanted, options, this.#openNested),
    )
  }

  #locate(parts: readonly string[]): Place | { readonly missing: readonly string[] } {
    this.#assertUsable()
    return this.#session.locate(this.#directory, parts)
  }

  #existing(parts: readonly string[]): Place {
    const place = this.#locate(parts)
    if ('missing' in place) throw parentNotFound(parts, place.missing, this.#directory.path)
    return place
  }

  *#places(
    recurse: boolean,
    directory: DatabaseDirectory = this.#directory,
    prefix: string = '',
  ): Generator<Place> {
    for (const name of listKeys(directory)) {
      yield { directory, name, key: prefix + name }
      const nested = recurse ? nestedPath(directory.entry(name)) : undefined
      if (nested !== undefined)
        yield* this.#places(true, this.#session.directory(nested), `${prefix}${name}/`)
    }
  }

  async #entry(place: Place): Promise<Entry> {
    const metadata = await readMetadata(this.#session, place)
    return this.#handle(place, metadata === ABSENT ? 'unknown' : metadata.dumper)
  }

  #handle(place: Place, dumper: string): Entry {
    const get = async (wanted?: AnyDumper, options: object = {}): Promise<unknown> => {
      this.#assertUsable()
      const value = await this.#read(place, wanted, options)
      if (value === ABSENT) throw keyNotFound(place)
      return value
    }
    return {
      key: place.key,
      dumper,
      path: place.directory.entry(place.name),
      metadata: () => this.metadata(place.key.split('/')),
      files: async () => {
        const files = await readFiles(place)
        if (files === ABSENT) throw keyNotFound(place)
        return files
      },
      get: get as Entry['get'],
    }
  }

  #moving(options: WaitOptions): WaitOptions & { durable: boolean } {
    return { ...options, durable: this.#session.durability === 'full' }
  }

  #checkWait(operation: string, options: WaitOptions): void {
    checkNames(options, WAIT_OPTIONS, operation)
    checkWait(options)
  }

  /** False where a write is to be ignored with a warning; READ_ONLY where it is refused. */
  #mayWrite(): boolean {
    this.#assertUsable()
    if (!this.#session.readonly) return true
    const message = `${this.#directory.path} was opened readonly; open it without readonly to write.`
    if (this.#session.readonly === true)
      throw new DirdictError('READ_ONLY', message, { path: this.#directory.path })
    process.emitWarning(message, { code: 'DIRDICT_READ_ONLY' })
    return false
  }

  #assertUsable(): void {
    if (this.#closed) throw new DirdictError('CLOSED', `${this.#directory.path} was closed. Open it again.`)
    if (!sameDirectory(this.#identity, this.#directory.identify())) throw staleHandle(this.#directory.path)
  }
}

function isDumper(value: unknown): value is AnyDumper {
  return typeof value === 'object' && value !== null && 'dump' in value && 'load' in value
}
