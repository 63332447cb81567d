/**
 * The way of a value out: pin the entry, read its records, let its dumper read its files.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AnyDumper, NestedDatabase } from './dumper.js'
import { EntryReadFolder } from './entry/folder.js'
import { LiveEntryFolder } from './entry/live.js'
import { type ABSENT, listKeys, readPinned } from './entry/pin.js'
import { fromFiles, fromRecord } from './entry/read-metadata.js'
import type { ReadWitness } from './entry/read-witness.js'
import { type EntryRecord, loaderId, readLoader, readOwnRecord, readRecord } from './entry/record-files.js'
import { GONE, hasCode } from './entry/system-errors.js'
import { DirdictError, isDirdictError } from './errors.js'
import { whileLocked } from './key-lock.js'
import { joinKey, nearKeys } from './keys.js'
import { looking } from './looking.js'
import type { FileRecord, Metadata } from './metadata.js'
import { checkWaitOptions, splitGetOptions } from './options.js'
import { nestedPath, type Place, pauseIsDue, type Session } from './session.js'
import { shownValue } from './show/value-face.js'

/** More keys than this are not searched for ones that look like a missing key. */
const MOST_NEAR = 20_000

/** How a read goes on into nested databases, which only the database handle can open. */
export type OpenNested = (place: Place, path: string) => Promise<NestedDatabase>

/** The value of a key, or ABSENT. With `wanted`, DUMPER_MISMATCH where another dumper wrote it. */
export async function readValue(
  session: Session,
  place: Place,
  wanted: AnyDumper | undefined,
  options: object,
  openNested: OpenNested,
): Promise<unknown> {
  if (pauseIsDue()) await nextTurn()
  const early = wanted === undefined ? undefined : splitGetOptions(wanted, options)
  return readPinned(place.directory, place.name, async (base, witness) => {
    const { dumper, record } = readKind(session, place, base, witness)
    if (wanted !== undefined && wanted.name !== dumper.name) throw mismatch(place.key, wanted, dumper)
    const { own, rest } = early ?? splitGetOptions(dumper, options)
    own.signal?.throwIfAborted()
    if (dumper.live) {
      const live = liveFolder(session, place, base, openNested)
      const load = (): unknown => dumper.load(live, record?.arguments ?? {}, rest)
      return shownValue(dumper.name, await againWhereStale(witness, load))
    }
    const folder = new EntryReadFolder(base, place.key, { files: record?.files, signal: own.signal, witness })
    // One format may be read in two ways, each a dumper of the same name: as a value, or lazily.
    return shownValue(dumper.name, await (wanted ?? dumper).load(folder, record?.arguments ?? {}, rest))
  })
}

/** The dumper and the record of a pinned entry. */
export function readKind(
  session: Session,
  place: Place,
  base: string,
  witness: ReadWitness,
): { dumper: AnyDumper; record: EntryRecord | undefined; loader: string } {
  const loader = readLoader(base, place.key)
  const record = readRecord(base, place.key)
  // Without dirdict.json the entry is another: that it is absent has to hold to the end.
  if (record === undefined) witness.listed = true
  return { dumper: session.dumpers.forEntry(place.key, record, loader), record, loader }
}

function liveFolder(session: Session, place: Place, base: string, openNested: OpenNested): LiveEntryFolder {
  return new LiveEntryFolder(base, {
    directory: place.directory,
    name: place.name,
    key: place.key,
    readonly: session.readonly !== false,
    durable: session.durability === 'full',
    whileLocked: async (options, work) => {
      checkWaitOptions('locked', options)
      return whileLocked(session, place, options, work)
    },
    openDatabase: path => openNested(place, path),
  })
}

/** A live entry that is replaced while it is loaded is read again, as any other. */
async function againWhereStale(witness: ReadWitness, load: () => unknown): Promise<unknown> {
  try {
    return await load()
  } catch (error) {
    if (isDirdictError(error, 'STALE_HANDLE')) witness.vanished = true
    throw error
  }
}

/** What is known of a key, or ABSENT. Needs no dumper, and reads entries whose Loader.json is missing. */
export async function readMetadata(session: Session, place: Place): Promise<Metadata | typeof ABSENT> {
  return readPinned(place.directory, place.name, async (base, witness) => {
    const loader = loaderIfThere(base, place.key)
    const record = readRecord(base, place.key)
    if (loader === null || record === undefined) assertCurrent(witness, place)
    if (record !== undefined) return fromRecord(place.key, record, loader, base)
    const dumper = loader === null ? undefined : session.dumpers.forLoader(loader)
    return fromFiles(
      base,
      place.key,
      dumper?.name ?? (loader === null ? 'unknown' : loaderId(loader)),
      loader,
    )
  })
}

/**
 * The same for a search over many keys: one file is read by its path, which is as whole as a pinned one, and `loader`
 * is left out. Entries without a record of ours take the longer way.
 */
export async function readForSearch(session: Session, place: Place): Promise<Metadata | typeof ABSENT> {
  if (pauseIsDue()) await nextTurn()
  try {
    const record = readOwnRecord(place.directory.entry(place.name), place.key)
    place.leaf = record.dumper !== 'subdb'
    return fromRecord(place.key, record, null)
  } catch (error) {
    if (!hasCode(error, GONE)) throw error
  }
  return readMetadata(session, place)
}

/** Absence in an entry that is being removed means nothing: the read starts again. */
export function assertCurrent(witness: ReadWitness, place: Place): void {
  if (witness.isCurrent()) return
  witness.vanished = true
  throw new DirdictError('CORRUPT_ENTRY', `${JSON.stringify(place.key)} was replaced while it was read.`, {
    key: place.key,
  })
}

function loaderIfThere(base: string, key: string): string | null {
  try {
    return readLoader(base, key)
  } catch (error) {
    if (hasCode(error, GONE)) return null
    throw error
  }
}

/** An entry's data files: as recorded, or, where nobody recorded them, as they lie there (CRC-32 then 0). */
export async function readFiles(place: Place): Promise<readonly FileRecord[] | typeof ABSENT> {
  return readPinned(place.directory, place.name, async (base, witness: ReadWitness) => {
    // The files of a nested database are those of its own keys.
    if (nestedPath(place.directory.entry(place.name)) !== undefined) return []
    const record = readRecord(base, place.key)
    if (record !== undefined && record.files.length > 0) return record.files
    const folder = new EntryReadFolder(base, place.key, { witness })
    const files: FileRecord[] = []
    for (const name of await folder.names()) files.push({ name, bytes: await folder.size(name), crc32: 0 })
    return files
  })
}

/** KEY_NOT_FOUND, with the keys that look like it. */
export function keyNotFound(place: Place): DirdictError {
  const names = looking(place.directory, listKeys)
  const near = names.length > MOST_NEAR ? [] : nearKeys(place.name, names)
  const prefix = place.key.slice(0, place.key.length - place.name.length)
  const meant = near.map(name => JSON.stringify(prefix + name))
  const hint = meant.length > 0 ? ` Did you mean ${meant.join(' or ')}?` : ''
  return new DirdictError(
    'KEY_NOT_FOUND',
    `There is no key ${JSON.stringify(place.key)} in ${place.directory.path}.${hint}`,
    {
      key: place.key,
      path: place.directory.path,
      near: near.map(name => prefix + name),
    },
  )
}

/** KEY_NOT_FOUND because an ancestor is missing or holds data. */
export function parentNotFound(
  parts: readonly string[],
  missing: readonly string[],
  path: string,
): DirdictError {
  const key = joinKey(parts)
  return new DirdictError(
    'KEY_NOT_FOUND',
    `There is no key ${JSON.stringify(key)} in ${path}: ${JSON.stringify(joinKey(missing))} is no nested database.`,
    { key, path },
  )
}

function mismatch(key: string, wanted: AnyDumper, found: AnyDumper): DirdictError {
  return new DirdictError(
    'DUMPER_MISMATCH',
    `Key ${JSON.stringify(key)} was written by ${found.name}, not by ${wanted.name}. ` +
      `Ask for it with ${found.name}, or without a dumper.`,
    { key, dumper: found.name },
  )
}
