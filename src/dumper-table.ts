/**
 * Which dumper for this value, which for this entry. Data names dumpers, but only registered ones are ever run.
 */
import * as builtIn from '../dumpers/index.js'
import type { AnyDumper } from './dumper.js'
import { type EntryRecord, loaderId } from './entry/record-files.js'
import { DirdictError } from './errors.js'

export type { folder, ManagedFolder } from '../dumpers/folder.js'

/** Asked in this order for a value that is stored without naming a dumper. */
const DEFAULTS: readonly AnyDumper[] = [
  builtIn.json,
  builtIn.bytes,
  builtIn.ndarray,
  builtIn.dataframe,
  builtIn.clone,
]

export class DumperTable {
  readonly #byName = new Map<string, AnyDumper>()
  readonly #byLoader = new Map<string, AnyDumper>()

  constructor(further: readonly AnyDumper[] = []) {
    for (const dumper of [...Object.values(builtIn), ...further]) this.register(dumper)
  }

  /** OPTION_INVALID where another dumper has the name or the ISF id already. */
  register(dumper: AnyDumper): void {
    assertDumper(dumper)
    const holder = this.#byName.get(dumper.name)
    if (holder !== undefined && holder !== dumper) {
      throw new DirdictError(
        'OPTION_INVALID',
        `There is another dumper named ${JSON.stringify(dumper.name)}.`,
        {
          dumper: dumper.name,
        },
      )
    }
    this.#byName.set(dumper.name, dumper)
    for (const id of [dumper.loader, ...(dumper.reads ?? [])]) {
      if (id !== undefined && !this.#byLoader.has(id)) this.#byLoader.set(id, dumper)
    }
  }

  /** Where Loader.json alone tells the format. */
  forLoader(module: string): AnyDumper | undefined {
    return this.#byLoader.get(loaderId(module))
  }

  forName(name: string): AnyDumper | undefined {
    return this.#byName.get(name)
  }

  /** The dumper that wrote an entry. UNKNOWN_DUMPER names what is missing and how to register it. */
  forEntry(key: string, record: EntryRecord | undefined, module: string): AnyDumper {
    const dumper = record === undefined ? undefined : this.forName(record.dumper)
    if (record !== undefined && dumper === undefined) throw unknownDumper(key, record.dumper)
    const byLoader = this.forLoader(module)
    if (byLoader === undefined) throw unknownLoader(key, module)
    return dumper ?? byLoader
  }

  /** The dumper for a value that is stored without naming one. VALUE_REJECTED where none can hold it. */
  forValue(value: unknown): AnyDumper {
    if (isAsyncIterable(value)) {
      throw new DirdictError(
        'VALUE_REJECTED',
        'An async iterable may give blocks of arrays or of something else: name the dumper, as in db.set(key, blocks, ndarray).',
      )
    }
    const dumper = value === undefined ? undefined : DEFAULTS.find(candidate => candidate.check(value))
    if (dumper !== undefined) return dumper
    throw new DirdictError(
      'VALUE_REJECTED',
      `No dumper can hold ${describe(value)}. Store data: JSON values, typed arrays, NDArrays, Arrow tables, ` +
        'Map, Set, Date and the like; or give a dumper that can.',
    )
  }
}

function isAsyncIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Tells a dumper from options, where either may stand. */
export function isDumper(value: unknown): value is AnyDumper {
  return typeof value === 'object' && value !== null && 'dump' in value && 'load' in value
}

/** A third party's dumper is checked when it is registered, not when it first fails. */
function assertDumper(dumper: unknown): asserts dumper is AnyDumper {
  const { name, check, dump, load } = (dumper ?? {}) as Partial<Record<keyof AnyDumper, unknown>>
  if (
    typeof name === 'string' &&
    /^[\w-]+$/.test(name) &&
    [check, dump, load].every(part => typeof part === 'function')
  ) {
    return
  }
  throw new DirdictError(
    'OPTION_INVALID',
    `${describe(dumper)} is no dumper: it needs a name (letters, digits, - and _) and the functions check, dump and load.`,
  )
}

function unknownDumper(key: string, name: string): DirdictError {
  return new DirdictError(
    'UNKNOWN_DUMPER',
    `Key ${JSON.stringify(key)} was written by the dumper ${JSON.stringify(name)}, which is not registered here. ` +
      'Give it to DataBase.open(dir, { dumpers: [it] }) or db.registerDumper(it). db.path(key) leads to the files.',
    { key, dumper: name },
  )
}

function unknownLoader(key: string, module: string): DirdictError {
  return new DirdictError(
    'UNKNOWN_DUMPER',
    `Key ${JSON.stringify(key)} names ${JSON.stringify(module)} in its Loader.json, which no registered dumper reads. ` +
      'db.path(key) leads to the files.',
    { key, dumper: module },
  )
}

function describe(value: unknown): string {
  if (value === undefined) return 'undefined (null is a value)'
  if (value instanceof Promise) return 'a promise (an await is missing)'
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'object'}`
  return `a ${typeof value}`
}
