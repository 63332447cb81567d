/**
 * Entry: one key of a database, as listings and searches give it. Loads nothing until it is asked.
 */
import type { AnyDumper, GetOptionsOf, OutputOf } from './dumper.js'
import type { FileRecord, Metadata } from './metadata.js'
import type { GetOptions } from './options.js'

/** One key of a database. */
export interface Entry {
  /** Its key below the database that gave this entry, parts joined by `/`. */
  readonly key: string
  /** The word for its format, `ndarray` for instance. */
  readonly dumper: string
  /** Absolute path of its directory. */
  readonly path: string
  metadata(): Promise<Metadata>
  files(): Promise<readonly FileRecord[]>
  get(): Promise<unknown>
  get<D extends AnyDumper>(dumper: D, options?: GetOptions & GetOptionsOf<D>): Promise<OutputOf<D>>
}
