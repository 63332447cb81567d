/**
 * EntryHandle: one key of a database, as listings and searches give it. Loads nothing until it is asked. It does not
 * know `DataBase`, which makes it public as `Entry`.
 */
import type { Dictionary } from './dictionary.js'
import type { AnyDumper, GetOptionsOf, NestedDatabase, OutputOf } from './dumper.js'
import { ABSENT } from './entry/pin.js'
import { isDirdictError, systemCode } from './errors.js'
import type { FileRecord, Metadata } from './metadata.js'
import type { GetOptions } from './options.js'
import { keyNotFound, readFiles, readForSearch } from './reader.js'
import type { Place } from './session.js'

/** What `get` gives for dumper `D`, where a nested database is given as `Nested`. */
export type LoadedAs<D, Nested> = [OutputOf<D>] extends [NestedDatabase] ? Nested : OutputOf<D>

export interface EntryHandle<Nested> {
  /** Its key below the database that gave this entry, parts joined by `/`. */
  readonly key: string
  /** The word for its format, `ndarray` for instance. */
  readonly dumper: string
  /** Absolute path of its directory. */
  readonly path: string
  metadata(): Promise<Metadata>
  files(): Promise<readonly FileRecord[]>
  get(): Promise<unknown>
  get<D extends AnyDumper>(dumper: D, options?: GetOptions & GetOptionsOf<D>): Promise<LoadedAs<D, Nested>>
}

/** The handle of a key whose dumper has still to be looked up; `unknown` where no sound record tells it. */
export async function entryAt<Nested>(dictionary: Dictionary, place: Place): Promise<EntryHandle<Nested>> {
  const dumper = await dumperIfFound(dictionary, place, () => true)
  return entryHandle(dictionary, place, dumper ?? 'unknown')
}

/** The dumper of an entry whose record matches. A damaged record matches nothing: one must not end a search. */
export async function dumperIfFound(
  dictionary: Dictionary,
  place: Place,
  matches: (metadata: Metadata) => boolean,
): Promise<string | undefined> {
  try {
    const metadata = await readForSearch(dictionary.session, place)
    return metadata !== ABSENT && matches(metadata) ? metadata.dumper : undefined
  } catch (error) {
    if (isDirdictError(error) || systemCode(error) !== undefined) return undefined
    throw error
  }
}

export function entryHandle<Nested>(
  dictionary: Dictionary,
  place: Place,
  dumper: string,
): EntryHandle<Nested> {
  const get = (wanted?: AnyDumper, options: object = {}): Promise<unknown> => {
    dictionary.assertUsable()
    return dictionary.getAt(place, wanted, options)
  }
  return {
    key: place.key,
    dumper,
    path: place.directory.entry(place.name),
    metadata: () => dictionary.metadata(place),
    async files() {
      dictionary.assertUsable()
      const files = await readFiles(place)
      if (files === ABSENT) throw keyNotFound(place)
      return files
    },
    get: get as EntryHandle<Nested>['get'],
  }
}
