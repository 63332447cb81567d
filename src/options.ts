/**
 * The options of the store's own operations, their defaults, and the refusal of any that does not exist.
 */
import type { AnyDumper } from './dumper.js'
import { DirdictError } from './errors.js'
import type { Locks } from './locks/lock.js'

/** `'full'` survives a power cut; `'relaxed'` leaves syncing to the system and survives the death of processes. */
export type Durability = 'full' | 'relaxed'

/** Dumpers of keys that are known in advance: they type `get` and `set`, and are checked at run time. */
export type Schema = Readonly<Record<string, AnyDumper>>

export interface OpenOptions<S extends Schema = Record<never, AnyDumper>> {
  /** Refuse every write with READ_ONLY; `'warn'` warns and ignores it. Nothing is made on disk. @default false */
  readonly readonly?: boolean | 'warn'
  /** Make the database where there is none. @default true, or false with `readonly` */
  readonly create?: boolean
  /** @default 'full' */
  readonly durability?: Durability
  /** Dumpers beside the built-in ones. */
  readonly dumpers?: readonly AnyDumper[]
  readonly schema?: S
  /**
   * The directory, or a file in it, whose repository made the values. @default that of the running script or notebook,
   * else of the working directory
   */
  readonly source?: string
  /** Whether the code that ran is recorded with each value. @default true */
  readonly history?: boolean
  /** A lock service, where several hosts write. @default lock directories in the database */
  readonly locks?: Locks
}

/** How to wait for the lock of a key. */
export interface WaitOptions {
  /** How long to wait for another writer of the key, in milliseconds, before LOCKED. @default no limit */
  readonly timeout?: number
  /** Aborts: the promise rejects with the signal's reason, and nothing has changed. */
  readonly signal?: AbortSignal
}

export interface SetOptions extends WaitOptions {
  /** `false`: KEY_EXISTS where the key exists. @default true */
  readonly overwrite?: boolean
  /** Facts about the value to find it by; plain JSON. */
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly tags?: readonly string[]
  /** A remark for people. */
  readonly note?: string
  /** `false`: the code that ran before is not recorded. @default that of the database */
  readonly history?: boolean
  /** @default that of the database */
  readonly durability?: Durability
  /** Called with the number of bytes written so far. */
  readonly onProgress?: (bytes: number) => void
}

/** The copy keeps the record of its original, and with it attributes and tags. */
export interface CopyOptions extends WaitOptions {
  /** Replace what the key holds. @default false: KEY_EXISTS */
  readonly overwrite?: boolean
  /** @default that of the other database */
  readonly durability?: Durability
}

export interface GetOptions {
  /** Aborts the read: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

const SET_OPTIONS: ReadonlySet<string> = new Set([
  'overwrite',
  'attributes',
  'tags',
  'note',
  'history',
  'durability',
  'timeout',
  'signal',
  'onProgress',
])
const WAIT_OPTIONS: readonly string[] = ['timeout', 'signal']
export const COPY_OPTIONS: readonly string[] = [...WAIT_OPTIONS, 'overwrite', 'durability']
const OPEN_OPTIONS: readonly string[] = [
  'readonly',
  'create',
  'durability',
  'dumpers',
  'schema',
  'locks',
  'source',
  'history',
]

/** Stands for "no dumper was named" where options are checked: it has none of its own. */
export const NO_DUMPER: AnyDumper = {
  name: 'any dumper',
  check: () => false,
  dump: async () => undefined,
  load: async () => undefined,
}

/** The store's own part of the options of `set`, checked. What is left belongs to the dumper. */
export function splitSetOptions(dumper: AnyDumper, options: object): { own: SetOptions; rest: object } {
  const own: Record<string, unknown> = {}
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (SET_OPTIONS.has(name)) own[name] = value
    else if (dumper.setOptions?.includes(name)) rest[name] = value
    else throw unknownOption(name, 'set', dumper, [...SET_OPTIONS, ...(dumper.setOptions ?? [])])
  }
  const checked = own as SetOptions
  checkDurability(checked.durability)
  checkWait(checked)
  if (checked.tags !== undefined && !isStringArray(checked.tags))
    throw wrongOption('tags', 'an array of strings')
  if (checked.note !== undefined && typeof checked.note !== 'string') throw wrongOption('note', 'a string')
  if (checked.history !== undefined && typeof checked.history !== 'boolean')
    throw wrongOption('history', 'a boolean')
  if (checked.overwrite !== undefined && typeof checked.overwrite !== 'boolean')
    throw wrongOption('overwrite', 'a boolean')
  if (checked.onProgress !== undefined && typeof checked.onProgress !== 'function') {
    throw wrongOption('onProgress', 'a function')
  }
  return { own: checked, rest }
}

/** The same for `get`. */
export function splitGetOptions(dumper: AnyDumper, options: object): { own: GetOptions; rest: object } {
  const own: Record<string, unknown> = {}
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (name === 'signal') own.signal = value
    else if (dumper.getOptions?.includes(name)) rest[name] = value
    else throw unknownOption(name, 'get', dumper, ['signal', ...(dumper.getOptions ?? [])])
  }
  return { own: own as GetOptions, rest }
}

export function checkOpenOptions(options: OpenOptions<Schema>): void {
  checkNames(options, OPEN_OPTIONS, 'open')
  checkDurability(options.durability)
  if (options.readonly !== undefined && ![true, false, 'warn'].includes(options.readonly)) {
    throw wrongOption('readonly', "true, false or 'warn'")
  }
  if (options.source !== undefined && typeof options.source !== 'string')
    throw wrongOption('source', 'a path')
  if (options.history !== undefined && typeof options.history !== 'boolean')
    throw wrongOption('history', 'a boolean')
  if (options.readonly && options.create) {
    throw new DirdictError('OPTION_INVALID', 'A database opened readonly cannot be made: leave out create.', {
      option: 'create',
    })
  }
}

/** Refuses options that an operation does not have. */
export function checkNames(options: object, names: readonly string[], operation: string): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !names.includes(name)) throw unknownOption(name, operation, undefined, names)
  }
}

/** Checks options that only say how to wait. */
export function checkWaitOptions(operation: string, options: WaitOptions): void {
  checkNames(options, WAIT_OPTIONS, operation)
  checkWait(options)
}

function checkWait(options: WaitOptions): void {
  const { timeout, signal } = options
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    throw wrongOption('timeout', 'a number of milliseconds')
  }
  if (signal !== undefined && !(typeof signal === 'object' && 'aborted' in signal)) {
    throw wrongOption('signal', 'an AbortSignal')
  }
}

function checkDurability(durability: unknown): void {
  if (durability !== undefined && durability !== 'full' && durability !== 'relaxed') {
    throw wrongOption('durability', "'full' or 'relaxed'")
  }
}

export function isStringArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}

export function wrongOption(option: string, expected: string): DirdictError {
  return new DirdictError('OPTION_INVALID', `The option ${option} has to be ${expected}.`, { option })
}

function unknownOption(
  option: string,
  operation: string,
  dumper: AnyDumper | undefined,
  known: readonly string[],
): DirdictError {
  const of = dumper === undefined ? operation : `${operation} with ${dumper.name}`
  return new DirdictError(
    'OPTION_INVALID',
    `${of} has no option ${JSON.stringify(option)}. It has: ${known.join(', ') || 'none'}.`,
    dumper === undefined ? { option } : { option, dumper: dumper.name },
  )
}
