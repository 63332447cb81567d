/**
 * The three records of an entry: Loader.json tells Python how to read it, metadata.json is ISF's record of where it
 * came from, dirdict.json is ours and says what the entry really is (DESIGN: "On disk").
 */
import type { AnyDumper, LoaderArguments } from '../dumper.js'
import { DirdictError } from '../errors.js'
import type { CodeCell, CodeHistory, FileRecord, Provenance } from '../metadata.js'
import { isThere } from './database-directory.js'
import { HISTORY_FILE } from './file-names.js'
import { readTextSync } from './raw-files.js'
import { type Annotations, FORMAT, isfMetadata, recordText, rendered, withoutHistory } from './record-text.js'
import { hasCode, NO_FILE } from './system-errors.js'
import type { EntryWriteFolder } from './write-folder.js'

/** Where ISF keeps its loaders. */
const LOADERS = 'data_base.isf_data_base.IO.LoaderDumper.'
/** The same in some versions of ISF. */
const LOADERS_ELSEWHERE = 'data_base.IO.LoaderDumper.'
/** To Python, a format that ISF does not have is a folder of files. */
const FOLDER_LOADER = 'just_create_folder'
/** A record longer than this was not written by any program that we know; it is not read into memory. */
export const LONGEST_RECORD: number = 16 * 1024 * 1024
/** Nor is one with more levels than this, at which whatever walks through it would end. */
const DEEPEST = 1000

/** What dirdict.json says, its unchecked part as it was read. */
export interface EntryRecord {
  readonly dumper: string
  readonly arguments: LoaderArguments
  readonly files: readonly FileRecord[]
  readonly provenance: Readonly<Record<string, unknown>>
}

/** ISF's full id of the loader for a dumper. */
export function loaderModule(dumper: Pick<AnyDumper, 'loader'>): string {
  return LOADERS + (dumper.loader ?? FOLDER_LOADER)
}

/** The last part of an id, whichever ISF wrote it: `numpy_to_npy`. Other modules are given back whole. */
export function loaderId(module: string): string {
  for (const prefix of [LOADERS, LOADERS_ELSEWHERE]) {
    if (module.startsWith(prefix)) return module.slice(prefix.length)
  }
  return module
}

/** Writes the three records beside the data. */
export function writeRecords(
  folder: EntryWriteFolder,
  dumper: AnyDumper,
  args: LoaderArguments,
  files: readonly FileRecord[],
  provenance: Provenance,
  annotations: Annotations,
  time: Date,
): void {
  const said = annotations.history === false ? withoutHistory(provenance) : provenance
  const { long } = rendered(said)
  if (long !== undefined) folder.writeRecord(HISTORY_FILE, long)
  const record = recordText(dumper.name, args, files, said, annotations, time)
  assertReadable(record, dumper.name)
  folder.writeRecord('dirdict.json', record)
  folder.writeRecord('metadata.json', ...isfMetadata(dumper.loader ?? FOLDER_LOADER, said, time))
  folder.writeRecord('Loader.json', `{"Loader": ${JSON.stringify(loaderModule(dumper))}}`)
}

/** VALUE_REJECTED for a text of dirdict.json that no reader would take. */
export function assertReadable(record: string, dumper: string): void {
  // A unit of a string has at most three bytes in UTF-8.
  if (record.length * 3 <= LONGEST_RECORD || Buffer.byteLength(record) <= LONGEST_RECORD) return
  throw new DirdictError(
    'VALUE_REJECTED',
    `The record of this value would be longer than the ${LONGEST_RECORD / 2 ** 20} MiB that are read. ` +
      'Store it in fewer files (larger chunks or parts), or under several keys.',
    { dumper },
  )
}

/** The module that Loader.json names. Throws CORRUPT_ENTRY, or the system's error where the file is missing. */
export function readLoader(base: string, key: string): string {
  const content = parseRecord(base, key, 'Loader.json')
  const module = content.Loader
  if (typeof module !== 'string') throw corrupt(key, 'Loader.json', 'names no loader')
  return module
}

/** dirdict.json, or undefined where there is none, as in what ISF wrote. */
export function readRecord(base: string, key: string): EntryRecord | undefined {
  // A probe first: a thrown error costs as much as reading three files. A link is there, and then refused.
  return isThere(`${base}/dirdict.json`) ? readOwnRecord(base, key) : undefined
}

/** dirdict.json where it should be; the system's error where it is missing. */
export function readOwnRecord(base: string, key: string): EntryRecord {
  const content = parseRecord(base, key, 'dirdict.json')
  if (content.format !== FORMAT) {
    throw new DirdictError(
      'UNSUPPORTED_FORMAT',
      `Key ${JSON.stringify(key)} was written in format ${JSON.stringify(content.format)} of dirdict.json; ` +
        `this version reads ${FORMAT}. A newer dirdict will read it.`,
      { key, file: 'dirdict.json' },
    )
  }
  const { dumper, arguments: args = {}, files = [], provenance = {} } = content
  if (typeof dumper !== 'string') throw corrupt(key, 'dirdict.json', 'names no dumper')
  if (!isObject(args) || !isObject(provenance))
    throw corrupt(key, 'dirdict.json', 'has members of the wrong type')
  if (!Array.isArray(files) || !files.every(isFileRecord)) {
    throw corrupt(key, 'dirdict.json', 'has a wrong list of files')
  }
  return { dumper, arguments: args as LoaderArguments, files, provenance }
}

/** The history that a record tells of, from its own file where it has one. CORRUPT_ENTRY where that is damaged. */
export function historyOf(told: unknown, base: string, key: string): CodeHistory | null {
  if (!isObject(told)) return null
  const isElsewhere = told.file === HISTORY_FILE
  const found = asHistory(isElsewhere ? parseRecord(base, key, HISTORY_FILE) : told)
  if (found === undefined || (isElsewhere && found.cells.length !== told.cells)) {
    throw corrupt(key, isElsewhere ? HISTORY_FILE : 'dirdict.json', 'has a wrong history of code')
  }
  return found
}

function asHistory({ kind, source, complete, cells }: Record<string, unknown>): CodeHistory | undefined {
  if (typeof kind !== 'string' || typeof source !== 'string' || typeof complete !== 'boolean')
    return undefined
  if (!Array.isArray(cells) || !cells.every(isCell)) return undefined
  // Kinds and sources of a newer version are shown as they are.
  return { kind, source, complete, cells } as CodeHistory
}

function isCell(value: unknown): value is CodeCell {
  return (
    isObject(value) && typeof value.code === 'string' && (value.n === null || typeof value.n === 'number')
  )
}

function isFileRecord(value: unknown): value is FileRecord {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    Number.isSafeInteger(value.bytes) &&
    Number(value.bytes) >= 0 &&
    Number.isSafeInteger(value.crc32)
  )
}

/** A record as it lies there. Throws CORRUPT_ENTRY where it is no JSON object. */
export function parseRecord(base: string, key: string, file: string): Record<string, unknown> {
  const path = `${base}/${file}`
  let text: string
  try {
    text = readTextSync(path, LONGEST_RECORD)
  } catch (error) {
    if (error instanceof RangeError) throw corrupt(key, file, 'is absurdly long', error)
    if (hasCode(error, NO_FILE))
      throw corrupt(key, file, 'is a link or no file; links are not followed', error)
    throw error
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw corrupt(key, file, text === '' ? 'is empty' : 'is not JSON', cause)
  }
  if (!isObject(value)) throw corrupt(key, file, 'is no JSON object')
  if (text.length > 2 * DEEPEST && isDeeper(value, DEEPEST)) throw corrupt(key, file, 'is absurdly deep')
  return value
}

/** Not by recursion: it looks for what would exhaust the stack. */
function isDeeper(value: unknown, most: number): boolean {
  let level: readonly unknown[] = [value]
  for (let depth = 0; depth <= most; depth++) {
    level = level.flatMap(item => (typeof item === 'object' && item !== null ? Object.values(item) : []))
    if (level.length === 0) return false
  }
  return true
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function corrupt(key: string, file: string, what: string, cause?: unknown): DirdictError {
  return new DirdictError(
    'CORRUPT_ENTRY',
    `Key ${JSON.stringify(key)} is damaged: its ${file} ${what}. db.repair() restores what can be restored; ` +
      'the data files are untouched.',
    { key, file, cause },
  )
}

/** metadata.json made anew from our record, for an entry whose own was lost or replaced by an inferred one. */
export function isfMetadataOf(
  record: EntryRecord,
  dumper: Pick<AnyDumper, 'loader'>,
  base: string,
  key: string,
): string {
  const { git, error, modules, lockFile, host, time } = record.provenance
  const provenance = {
    git: git ?? null,
    error: error ?? null,
    modules: modules ?? {},
    lockFile: lockFile ?? '',
    host: host ?? { name: '' },
    history: historyOf(record.provenance.history, base, key),
  }
  const when = new Date(typeof time === 'string' ? time : 0)
  return isfMetadata(dumper.loader ?? FOLDER_LOADER, provenance as unknown as Provenance, when).join('')
}
