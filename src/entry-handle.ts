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
import type { Place, Session } from './session.js'
import { shownEntry } from './show/entry-face.js'

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
  const metadata = await soundMetadata(dictionary.session, place)
  return entryHandle(dictionary, place, metadata?.dumper ?? 'unknown')
}

/** What the records of a key say; undefined where one is damaged, which must not end a listing, or the key is gone. */
export async function soundMetadata(session: Session, place: Place): Promise<Metadata | undefined> {
  try {
    const metadata = await readForSearch(session, place)
    return metadata === ABSENT ? undefined : metadata
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
  return shownEntry({
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
  })
}
