/**
 * The contract of a dumper: how one format is recognised, written and read.
 * This is the one file that the author of a format reads; `testDumper()` in `dirdict/testing` checks the result.
 */

/** What `dump` may leave for `load` in dirdict.json: plain JSON, small. */
export type LoaderArguments = Readonly<Record<string, JsonValue>>

/** A value that JSON holds exactly. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

/** The type of the options of a dumper that has none. */
export type NoOptions = Record<never, never>

/** One format: `check` says what it can hold, `dump` writes a value into a folder, `load` reads it back. */
export interface Dumper<
  In,
  Out,
  SetOptions extends object = NoOptions,
  GetOptions extends object = NoOptions,
> {
  /** The word in dirdict.json; letters, digits, `-` and `_`. */
  readonly name: string
  /** The last part of ISF's id where ISF has this format (`numpy_to_npy`); else Python sees a folder of files. */
  readonly loader?: string
  /** Further ISF ids that `load` understands. */
  readonly reads?: readonly string[]
  /** Packages that `dump` and `load` import, with the ranges they need. */
  readonly requires?: Readonly<Record<string, string>>
  /** `load` gives a handle on the directory, whose files change in place, instead of a value. */
  readonly live?: boolean
  /** The names of the options of `dump`; any other is refused with OPTION_INVALID. */
  readonly setOptions?: readonly string[]
  /** The names of the options of `load`; any other is refused with OPTION_INVALID. */
  readonly getOptions?: readonly string[]
  /** May I store this? By structure alone, without side effects. */
  check(value: unknown): boolean
  /** Writes `value` into `folder`. Throws VALUE_REJECTED for what the format cannot hold exactly. */
  dump(value: In, folder: WriteFolder, options: SetOptions): Promise<LoaderArguments | undefined>
  /** Reads the value that `dump` wrote. Throws CORRUPT_ENTRY where the files are not what `dump` writes. */
  load(folder: ReadFolder, args: LoaderArguments, options: GetOptions): Promise<Out>
}

/** Any dumper, for tables of them. */
export type AnyDumper = Dumper<unknown, unknown, object, object>

/** A part of a file, in bytes. */
export interface ReadRange {
  /** First byte. @default 0 */
  readonly offset?: number
  /** Number of bytes. @default up to the end of the file */
  readonly length?: number
  /** Where to put them; it must hold at least `length` bytes. @default a new array */
  readonly out?: Uint8Array
}

/** One open file of an entry. It stays that file, whatever becomes of the key. */
export interface RandomAccess {
  /** Length of the file in bytes, when it was opened. */
  readonly size: number
  /** Reads exactly the range; CORRUPT_ENTRY where the file ends before it does. */
  read(range?: ReadRange): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * The directory of an entry, for reading. File names are relative, with `/` between their parts; the three
 * records (Loader.json, metadata.json, dirdict.json) are not among them.
 */
export interface ReadFolder {
  /** All data files, sorted. */
  names(): Promise<string[]>
  /** Bytes in `file`. CORRUPT_ENTRY where it is missing or not as long as its record says. */
  size(file: string): Promise<number>
  /** CORRUPT_ENTRY where `file` is missing or is not JSON. */
  readJson<T>(file: string): Promise<T>
  /** A whole file is checked against its recorded CRC-32; a range only against the length of the file. */
  read(file: string, range?: ReadRange): Promise<Uint8Array>
  /** Keeps the file open until `close`; the result may outlive the call of `load`. */
  open(file: string): Promise<RandomAccess>
  /**
   * Whether `file` is there, where its absence has a meaning, as that of an empty chunk. CORRUPT_ENTRY where it is absent
   * though its record lists it.
   */
  has(file: string): Promise<boolean>
  /** This directory for a handle that outlives the call of `load`, however many files it has: it costs one descriptor. */
  hold(): Promise<HeldFolder>
  /** Where the user gave one: throw its reason soon after it aborts. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The directory of an entry, held open. Files that are gone because the key was replaced give STALE_HANDLE, as does
 * everything after `close`; those that have been opened stay readable.
 */
export interface HeldFolder extends ReadFolder {
  /** Lets the directory go; a second time does nothing. One that is forgotten is let go at some time. */
  close(): Promise<void>
}

/** What a file is written from: one piece of memory, or several in order. Nothing is copied. */
export type WriteData = ArrayBufferView | Iterable<ArrayBufferView> | AsyncIterable<ArrayBufferView>

/** The first bytes of a file that are known only when all others are: the header of an array of unknown length. */
export interface LateHead {
  /** Bytes that are left free for it. */
  readonly length: number
  /** Asked for once, after the last of the data; exactly `length` bytes. */
  bytes(): Uint8Array
}

/** The directory of an entry that is being made. Nobody sees it before `dump` has returned. */
export interface WriteFolder extends ReadFolder {
  /**
   * Writes a new file, making its parent directories; length and CRC-32 are taken on the way. With `head` the data
   * follow it, and it is written last.
   */
  write(file: string, data: WriteData, head?: LateHead): Promise<void>
  writeJson(file: string, value: unknown): Promise<void>
  /** Gives a file that was written another name, where the final one is known only after others were written. */
  rename(from: string, to: string): Promise<void>
  /** Tells the user's `onProgress` how many more bytes are done, beyond those that `write` counts itself. */
  progress(bytes: number): void
}

/** What the `load` of a live dumper gets: the directory itself, which may change under its hands. */
export interface LiveFolder extends ReadFolder {
  /** Absolute path of the entry's directory. */
  readonly path: string
  /** Throws STALE_HANDLE once the key holds another directory than the one that was opened. */
  assertCurrent(): void
  /** Replaces or adds one file, atomically. READ_ONLY where the database was opened so. */
  write(file: string, data: WriteData): Promise<void>
  /**
   * Runs `work` while no other process and no other call writes the key. STALE_HANDLE where the key holds something else
   * by then, READ_ONLY where the database was opened so, LOCKED after the timeout. The folder is of use in `work` only.
   */
  locked<T>(work: (folder: LockedFolder) => Promise<T>, options?: LockOptions): Promise<T>
  /** What tells whether a file, or without a name the directory, is still what it was; undefined where there is none. */
  stamp(file?: string): Promise<FileStamp | undefined>
  /** The database in the subdirectory `db`. */
  database(): Promise<NestedDatabase>
}

/** How long to wait for others who write the same key. */
export interface LockOptions {
  /** Milliseconds to wait before LOCKED. @default no limit */
  readonly timeout?: number
  /** Ends the wait and the work with its reason. */
  readonly signal?: AbortSignal
}

/** The directory of a live entry while its key is locked. A crash at any step leaves the old content or the new one. */
export interface LockedFolder {
  /** Adds or replaces one file, atomically; then removes `old`. Until those are gone, the new file is the newest. */
  replace(file: string, data: WriteData, old?: readonly string[]): Promise<void>
  /**
   * Writes `data` into an existing file from byte `at` on, which becomes its end, and then renames it to `as`: bytes from
   * `at` on are nobody's until then. CORRUPT_ENTRY where the file is shorter than `at`.
   */
  extend(file: string, at: number, data: Iterable<ArrayBufferView>, as: string): Promise<void>
  /** Removes one file; one that is not there is no error. */
  remove(file: string): Promise<void>
}

/** One file at one time. */
export interface FileStamp {
  /** Which file it is, whatever its name. */
  readonly file: string
  /** When its content was changed last, in nanoseconds. */
  readonly modified: bigint
  /** Its bytes. */
  readonly size: number
}

declare const nested: unique symbol

/** Stands for `DataBase` in the types of dumpers, which must not import it; `get` gives a `DataBase`. */
export interface NestedDatabase {
  readonly [nested]: true
}

/** The values that dumper `D` takes. */
export type InputOf<D> = D extends Dumper<infer In, infer _Out, infer _Set, infer _Get> ? In : never
/** The value that dumper `D` gives back. */
export type OutputOf<D> = D extends Dumper<infer _In, infer Out, infer _Set, infer _Get> ? Out : never
/** The options of `set` that dumper `D` adds. */
export type SetOptionsOf<D> = D extends Dumper<infer _In, infer _Out, infer Set, infer _Get> ? Set : never
/** The options of `get` that dumper `D` adds. */
export type GetOptionsOf<D> = D extends Dumper<infer _In, infer _Out, infer _Set, infer Get> ? Get : never
