/**
 * DataBase: the typed face of the dictionary. What a member promises is said here; the dictionary does it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Annotation, annotate } from './annotate.js'
import type { Batch } from './batch.js'
import { createFolder } from './create-folder.js'
import { Dictionary, type MakeNested } from './dictionary.js'
import type { AnyDumper, GetOptionsOf, InputOf, NestedDatabase, SetOptionsOf } from './dumper.js'
import { DumperTable, type ManagedFolder } from './dumper-table.js'
import { ABSENT } from './entry/pin.js'
import { type EntryHandle, entryAt, type LoadedAs } from './entry-handle.js'
import { DirdictError } from './errors.js'
import { findEntries } from './find/found.js'
import type { Query } from './find/query.js'
import { type Key, readableParts } from './keys.js'
import { type Memo, type MemoOptions, memoised } from './memo.js'
import type { Metadata } from './metadata.js'
import {
  type CopyOptions,
  checkNames,
  checkOpenOptions,
  type GetOptions,
  type OpenOptions,
  type Schema,
  type SetOptions,
  type WaitOptions,
} from './options.js'
import { sourceFolder } from './provenance/place.js'
import { keyNotFound } from './reader.js'
import { checkRepair, type Repair, type RepairOptions, repairDatabase } from './repair.js'
import { nestedPath, pauseIsDue, Session } from './session.js'
import { databaseFace } from './show/database-face.js'
import { wear } from './show/face.js'
import { ensureDatabase, existingDatabase, readId } from './state.js'
import { printTree, TREE_OPTIONS, type TreeOptions } from './tree.js'
import { type VerifyOptions, type VerifyReport, verifyDatabase } from './verify.js'

/** What `get` gives for dumper `D`: its value, and a `DataBase` for a nested database. */
export type Loaded<D> = LoadedAs<D, DataBase>

/** One key of a database, as listings and searches give it. Loads nothing until it is asked. */
export interface Entry extends EntryHandle<DataBase> {}

/** What `find` gives: await it for all entries, or iterate it. Each loop is a search of its own. */
export interface Found extends Promise<Entry[]>, AsyncIterable<Entry> {}

type NoSchema = Record<never, AnyDumper>
type ValueIn<S extends Schema, K> = K extends keyof S ? InputOf<S[K]> : unknown
type ValueOut<S extends Schema, K> = K extends keyof S ? Loaded<S[K]> : unknown
const constructing: unique symbol = Symbol('constructing')

/** A dictionary-like database in a folder. Open one with {@link DataBase.open}. */
export class DataBase<S extends Schema = NoSchema> {
  readonly #dictionary: Dictionary

  /** Throws: a database is opened, not constructed. */
  constructor(...args: readonly unknown[]) {
    const [proof, dictionary] = args
    if (proof !== constructing || !(dictionary instanceof Dictionary)) {
      throw new DirdictError(
        'OPTION_INVALID',
        'A database is opened with: const db = await DataBase.open(directory)',
      )
    }
    this.#dictionary = dictionary
    wear(this, databaseFace(dictionary.session, dictionary.directory))
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
      source: options.source === undefined ? undefined : sourceFolder(options.source),
      history: options.history,
    })
    const create = options.create ?? !options.readonly
    const durable = session.durability === 'full'
    const path = create
      ? await ensureDatabase(directory, durable, made => session.directory(made))
      : existingDatabase(directory)
    return new DataBase<S>(
      constructing,
      new Dictionary(session, session.directory(path), options.schema ?? {}, makeNested),
    )
  }

  /** Absolute path of the database's directory. */
  get directory(): string {
    return this.#dictionary.directory.path
  }

  /** The database's unique id, as in its db_state.json. */
  get id(): string {
    return readId(this.directory)
  }

  /** Whether writes are refused. */
  get readonly(): boolean {
    return this.#dictionary.session.readonly !== false
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
  async set(key: Key, value: unknown, second?: object, third?: object): Promise<void> {
    await this.#dictionary.set(key, value, second, third)
  }

  /**
   * The value of a key: `unknown`, or typed by the dumper that is asked for (DUMPER_MISMATCH where another wrote it)
   * or by the schema. KEY_NOT_FOUND names keys that look alike; CORRUPT_ENTRY, UNKNOWN_DUMPER.
   */
  async get<K extends Key>(key: K, options?: GetOptions): Promise<ValueOut<S, K>>
  async get<D extends AnyDumper>(
    key: Key,
    dumper: D,
    options?: GetOptions & GetOptionsOf<D>,
  ): Promise<Loaded<D>>
  async get(key: Key, second?: object, third?: object): Promise<unknown> {
    return this.#dictionary.get(key, second, third)
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
    if (pauseIsDue()) await nextTurn()
    const value = await this.#dictionary.look(key, dumper, options)
    return value === ABSENT ? fallback : value
  }

  /** Whether the key is there. */
  async has(key: Key): Promise<boolean> {
    if (pauseIsDue()) await nextTurn()
    return this.#dictionary.has(key)
  }

  /** Takes a key off the database, nested databases with all they hold; false where it was not there. */
  async delete(key: Key, options: WaitOptions = {}): Promise<boolean> {
    if (pauseIsDue()) await nextTurn()
    return this.#dictionary.delete(key, options)
  }

  /** Gives an entry another key, also one in another nested database. KEY_NOT_FOUND, KEY_EXISTS. */
  async rename(from: Key, to: Key, options: WaitOptions = {}): Promise<void> {
    await this.#dictionary.rename(from, to, options)
  }

  /** Copies an entry with its record into another database, under the same key or another. KEY_EXISTS by default. */
  async copy(key: Key, other: DataBase<Schema>, newKey: Key = key, options: CopyOptions = {}): Promise<void> {
    await this.#dictionary.copy(key, other.#dictionary, newKey, options)
  }

  /**
   * All keys, sorted; with `recurse` those of nested databases too, each after the database it lies in. One that this
   * user may not look into is listed alone.
   */
  async keys(options: { readonly recurse?: boolean } = {}): Promise<string[]> {
    checkNames(options, ['recurse'], 'keys')
    if (!options.recurse) return this.#dictionary.keys()
    return Array.from(this.#dictionary.places(true), place => place.key)
  }

  /** Every key with a handle that loads nothing until it is asked. */
  async entries(options: { readonly recurse?: boolean } = {}): Promise<Entry[]> {
    checkNames(options, ['recurse'], 'entries')
    const found: Entry[] = []
    for (const place of this.#dictionary.places(options.recurse ?? false))
      found.push(await entryAt<DataBase>(this.#dictionary, place))
    return found
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<[key: string, entry: Entry]> {
    for (const place of this.#dictionary.places(false))
      yield [place.key, await entryAt<DataBase>(this.#dictionary, place)]
  }

  /**
   * The entries whose records answer the query: await them all, or take them one by one with `for await`. Nothing is
   * read before that. Entries whose record is damaged are left out; {@link DataBase.verify} names them. OPTION_INVALID.
   *
   * @example
   * ```ts
   * import { DataBase } from 'dirdict'
   *
   * const db = await DataBase.open('study')
   * for await (const entry of db.find({ key: 'runs/**', attributes: { gamma: { gte: 0.5 } }, sort: '-time' })) {
   *   console.log(entry.key)
   * }
   * ```
   */
  find(query: Query = {}): Found {
    return findEntries<DataBase>(this.#dictionary, query)
  }

  /**
   * Changes attributes, tags or note of a stored value, whose data stay untouched. What is given replaces what was
   * there; `note: null` removes it. A function gets what there is now, while no other writer comes between. The record
   * tells that it was annotated later, and when. KEY_NOT_FOUND, VALUE_REJECTED, OPTION_INVALID, READ_ONLY, LOCKED.
   */
  async annotate(
    key: Key,
    changes: Annotation | ((now: Required<Annotation>) => Annotation),
    options: WaitOptions = {},
  ): Promise<void> {
    await annotate(this.#dictionary, key, changes, options)
  }

  /**
   * Reads, changes and writes a key under one lock, so that no other writer comes between. `fn` gets `undefined` for
   * a missing key and may be asynchronous; the format stays as it was. Gives what `fn` returned.
   */
  async update<K extends Key>(
    key: K,
    fn: (value: ValueOut<S, K> | undefined) => ValueIn<S, K> | Promise<ValueIn<S, K>>,
  ): Promise<ValueIn<S, K>>
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
    return this.#dictionary.update(key, fn as (value: unknown) => unknown, dumper, options)
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
  async maybeCalculate(key: Key, fn: () => unknown, second?: object, third?: object): Promise<unknown> {
    return this.#dictionary.maybeCalculate(key, fn, second, third)
  }

  /**
   * A function that remembers: called again with equal arguments, by this process or any other, it gives the result that
   * is stored, in the nested database `name`. However many call it at the same time, one calculates, and its error reaches
   * the others. Arguments go by their content; the key is their hash. OPTION_INVALID; calling it, see {@link Memo}.
   *
   * @example
   * ```ts
   * import { DataBase, ndarray } from 'dirdict'
   *
   * const db = await DataBase.open('study')
   * const scaled = db.memo('scaled', (x: Float64Array, by: number) => x.map(value => value * by), ndarray)
   * const twice = await scaled(Float64Array.of(1, 2, 3), 2) // calculated once, read from then on
   * ```
   */
  memo<Args extends readonly unknown[]>(
    name: Key,
    fn: (...args: Args) => unknown,
    options?: MemoOptions,
  ): Memo<Args, unknown>
  memo<Args extends readonly unknown[], D extends AnyDumper>(
    name: Key,
    fn: (...args: Args) => InputOf<D> | Promise<InputOf<D>>,
    dumper: D,
    options?: MemoOptions & SetOptionsOf<D>,
  ): Memo<Args, Loaded<D>>
  memo(name: Key, fn: (...args: never[]) => unknown, second?: object, third?: object): unknown {
    return memoised(this.#dictionary, name, fn, second, third)
  }

  /** A nested database; with `create` it is made where it is missing. KEY_EXISTS where the key holds data. */
  async sub(key: Key, options: { readonly create?: boolean } = {}): Promise<DataBase> {
    checkNames(options, ['create'], 'sub')
    if (options.create) await this.#dictionary.makeDatabase(key)
    const dumper = this.#dictionary.session.dumpers.forName('subdb')
    return (await this.#dictionary.get(readableParts(key), dumper)) as DataBase
  }

  /** A folder for the user's own files; made where it is missing. KEY_EXISTS where the key holds other data. */
  async createFolder(key: Key): Promise<ManagedFolder> {
    return createFolder(this.#dictionary, key)
  }

  /** Where a value came from: commit, module versions, machine. KEY_NOT_FOUND. */
  async metadata(key: Key): Promise<Metadata> {
    return this.#dictionary.metadata(this.#dictionary.existing(readableParts(key)))
  }

  /** Absolute path of a key's directory, whether it is there or not. */
  path(key: Key): string {
    const { session, directory } = this.#dictionary
    const parts = readableParts(key)
    const place = session.locate(directory, parts)
    return 'missing' in place ? `${directory.path}/${parts.join('/db/')}` : place.directory.entry(place.name)
  }

  /** The keys with their formats, shapes and sizes, as text. */
  async tree(options: TreeOptions = {}): Promise<string> {
    checkNames(options, TREE_OPTIONS, 'tree')
    this.#dictionary.assertUsable()
    return printTree(this.#dictionary.session, this.#dictionary.directory, options)
  }

  /** Makes a dumper known to this handle and those of its nested databases. */
  registerDumper(dumper: AnyDumper): void {
    this.#dictionary.session.dumpers.register(dumper)
  }

  /**
   * Many sets with one round of syncs: nothing is acknowledged before `batch` resolves. Where `fn` throws, nothing is
   * published; where publishing fails in the middle, the keys before stay. It is no transaction.
   */
  async batch<T>(fn: (batch: Batch) => T | Promise<T>): Promise<T | undefined> {
    return this.#dictionary.batch(add =>
      fn({
        set: (key: Key, value: unknown, second?: object, third?: object) => add(key, value, second, third),
      }),
    )
  }

  /**
   * Reads every recorded file again and compares its length and checksum, and the records with each other. Changes
   * nothing. KEY_NOT_FOUND for one of `keys` that is not there, OPTION_INVALID.
   */
  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    this.#dictionary.assertUsable()
    const { session, directory } = this.#dictionary
    return verifyDatabase(session, directory, options, key => this.#dictionary.existing(readableParts(key)))
  }

  /**
   * Finishes what crashes have left half done, sets aside what it does not understand, and tells what it did; with `dryRun`
   * it tells what it would do, and changes nothing. Live writers are not disturbed. READ_ONLY, OPTION_INVALID.
   */
  async repair(options: RepairOptions = {}): Promise<readonly Repair[]> {
    checkRepair(options)
    if (options.dryRun) this.#dictionary.assertUsable()
    else if (!this.#dictionary.mayWrite()) return []
    return repairDatabase(this.#dictionary.session, this.#dictionary.directory, options)
  }

  /** Removes the whole database with its directory. */
  async remove(): Promise<void> {
    await this.#dictionary.remove()
  }

  /** Ends background work. Further calls fail with CLOSED; closing again does nothing. */
  async close(): Promise<void> {
    await this.#dictionary.close()
  }
}

const makeNested: MakeNested = async (parent, place, path) => {
  const inner = nestedPath(path)
  if (inner === undefined) throw keyNotFound(place)
  const { session } = parent
  const from = { dictionary: parent, name: place.name }
  const dictionary = new Dictionary(session, session.directory(inner), {}, makeNested, from)
  return new DataBase(constructing, dictionary) as unknown as NestedDatabase
}
