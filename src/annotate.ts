/**
 * annotate: attributes, tags and note of a stored value, changed without touching its data. A new record takes the
 * place of the old one by a rename, under the lock of the key.
 */
import { type BigIntStats, closeSync, fstatSync, openSync, renameSync, statSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { types } from 'node:util'
import type { Dictionary } from './dictionary.js'
import { sameDirectory } from './entry/database-directory.js'
import { HISTORY_FILE } from './entry/file-names.js'
import { ABSENT, entryExists, readPinned } from './entry/pin.js'
import { standing } from './entry/publish.js'
import { READ_FLAGS } from './entry/raw-files.js'
import { fromFiles, fromRecord } from './entry/read-metadata.js'
import { assertReadable, isObject, parseRecord, readLoader, readRecord } from './entry/record-files.js'
import { FORMAT, toldHistory } from './entry/record-text.js'
import { removeTreeSync } from './entry/remove-tree.js'
import { GONE, succeeds } from './entry/system-errors.js'
import { EntryWriteFolder } from './entry/write-folder.js'
import { DirdictError } from './errors.js'
import { FunctionFailed, whileLocked } from './key-lock.js'
import { type Key, readableParts } from './keys.js'
import { type FileLock, lockLost } from './locks/file.js'
import { newToken, PROCFS } from './locks/token.js'
import type { Metadata } from './metadata.js'
import { checkNames, checkWaitOptions, isStringArray, type WaitOptions, wrongOption } from './options.js'
import { keyNotFound } from './reader.js'
import { nestedPath, type Place, pauseIsDue, type Session } from './session.js'
import { checkAnnotations } from './writer.js'

/** What people say of a value. Each member that is given replaces the old one as a whole. */
export interface Annotation {
  /** Facts about the value to find it by; plain JSON. */
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly tags?: readonly string[]
  /** A remark for people; `null` removes it. */
  readonly note?: string | null
}

const ANNOTATION: readonly string[] = ['attributes', 'tags', 'note']

type Changes = Annotation | ((now: Required<Annotation>) => Annotation)

/** Changes what is said of a key. */
export async function annotate(
  dictionary: Dictionary,
  key: Key,
  changes: Changes,
  options: WaitOptions,
): Promise<void> {
  const parts = readableParts(key)
  const { session } = dictionary
  if (pauseIsDue()) await nextTurn()
  if (!dictionary.mayWrite()) return
  checkWaitOptions('annotate', options)
  if (typeof changes !== 'function') checkAnnotation(session, changes)
  const place = dictionary.existing(parts)
  if (!entryExists(place.directory, place.name)) throw keyNotFound(place)
  await whileLocked(session, place, options, lock => annotateHeld(session, place, lock, changes))
}

async function annotateHeld(session: Session, place: Place, lock: FileLock, changes: Changes): Promise<void> {
  const { directory, name } = place
  if (nestedPath(directory.entry(name)) === directory.entry(name)) throw noPlaceForRecords(place)
  const found = await readPinned(directory, name, async base => ({
    identity: statSync(base, { bigint: true }),
    stored: await storedRecord(session, place, base),
  }))
  if (found === ABSENT) throw keyNotFound(place)
  const { identity, stored } = found
  const change = typeof changes === 'function' ? asked(session, changes, stored.metadata) : changes
  const record = annotated(stored.record, change)
  assertReadable(record, stored.metadata.dumper)
  const records = { ...stored.further, 'dirdict.json': record }
  const staged = await stageRecords(place, lock, records)
  // A search compares the times of this directory, which the rename of a record inside an entry does not change.
  directory.beginChange(lock.token)
  try {
    putInPlace(place, identity, staged, Object.keys(records))
  } catch (error) {
    directory.endChange(lock.token)
    throw error
  }
  await standing(name, async () => {
    directory.endChange(lock.token)
    if (session.durability === 'full') await directory.sync(directory.entry(name))
  })
}

/** What the record of an entry says, and files that have to lie beside it. */
interface StoredRecord {
  readonly record: Readonly<Record<string, unknown>>
  readonly metadata: Metadata
  readonly further: Readonly<Record<string, string>>
}

/** Our record as it is, with members that a later version may have added; or one made of what Python recorded. */
async function storedRecord(session: Session, place: Place, base: string): Promise<StoredRecord> {
  const record = readRecord(base, place.key)
  if (record !== undefined) {
    const metadata = fromRecord(place.key, record, null)
    return { record: parseRecord(base, place.key, 'dirdict.json'), metadata, further: {} }
  }
  const loader = readLoader(base, place.key)
  const dumper = session.dumpers.forEntry(place.key, undefined, loader)
  const metadata = await fromFiles(base, place.key, dumper.name, loader)
  const { told, long } = toldHistory(metadata.history)
  const { git, modules, host, runtime, time, inferred } = metadata
  const provenance = {
    time: time.toISOString(),
    git,
    error: null,
    modules,
    lockFile: '',
    host,
    runtime,
    script: null,
    history: told,
    ...(inferred ? { inferred } : {}),
  }
  return {
    record: { format: FORMAT, dumper: dumper.name, arguments: {}, files: [], provenance },
    metadata,
    further: long === undefined ? {} : { [HISTORY_FILE]: long },
  }
}

/** What the user's function wants. Its errors are carried out as they are. */
function asked(
  session: Session,
  changes: (now: Required<Annotation>) => Annotation,
  { attributes, tags, note }: Metadata,
): Annotation {
  let change: Annotation
  try {
    change = changes({ attributes, tags, note })
  } catch (cause) {
    throw new FunctionFailed('', { cause })
  }
  checkAnnotation(session, change)
  return change
}

function checkAnnotation(session: Session, change: Annotation): void {
  const isPlain: boolean = isObject(change)
  // It is refused here and now; what becomes of it is nobody's concern, and must not end the process.
  if (types.isPromise(change)) change.catch(() => {})
  if (!isPlain || types.isPromise(change)) {
    throw new DirdictError(
      'OPTION_INVALID',
      'annotate takes an object of attributes, tags and note, or a function that returns one at once.',
    )
  }
  checkNames(change, ANNOTATION, 'annotate')
  const { tags, note } = change
  if (tags !== undefined && !isStringArray(tags)) throw wrongOption('tags', 'an array of strings')
  if (note !== undefined && note !== null && typeof note !== 'string')
    throw wrongOption('note', 'a string or null')
  checkAnnotations(session, change)
}

/** The text of the new record: the old one with the change, said to be made now. */
function annotated(
  record: Readonly<Record<string, unknown>>,
  { attributes, tags, note }: Annotation,
): string {
  const before = isObject(record.provenance) ? record.provenance : {}
  const provenance: Record<string, unknown> = { ...before }
  if (attributes !== undefined) provenance.attributes = attributes
  if (tags !== undefined) provenance.tags = tags
  if (note !== undefined) provenance.note = note ?? undefined
  provenance.annotated = new Date().toISOString()
  return JSON.stringify({ ...record, provenance })
}

/**
 * Writes the records where nobody sees them and moves them to the holder of the lock, which proves that we still have it.
 * They are synced whatever the durability: each takes the place of the only one that there is.
 */
async function stageRecords(
  { directory, key, name }: Place,
  lock: FileLock,
  records: Readonly<Record<string, string>>,
): Promise<string> {
  const token = newToken()
  const work = directory.makeWork(token, 'new')
  const claimed = `${lock.holder}/${token}`
  try {
    const folder = new EntryWriteFolder(`${work}/new`, key, { durable: true })
    for (const [file, text] of Object.entries(records)) folder.writeRecord(file, text)
    await folder.sync()
    if (!succeeds(GONE, () => renameSync(`${work}/new`, claimed))) throw lockLost(name)
  } finally {
    removeTreeSync(work)
  }
  return claimed
}

/**
 * Into the directory that was read, and no other: no writer of ours replaces the entry while we hold its lock, but Python
 * takes no locks. dirdict.json comes last: without it the others say nothing.
 */
function putInPlace(place: Place, identity: BigIntStats, staged: string, files: readonly string[]): void {
  const entry = place.directory.entry(place.name)
  const fd = openSync(entry, READ_FLAGS)
  try {
    if (!sameDirectory(identity, fstatSync(fd, { bigint: true }))) throw replacedMeanwhile(place)
    const target = PROCFS ? `/proc/self/fd/${fd}` : entry
    for (const file of files) {
      if (!succeeds(GONE, () => renameSync(`${staged}/${file}`, `${target}/${file}`)))
        throw lockLost(place.name)
    }
    if (!sameDirectory(identity, statSync(entry, { bigint: true, throwIfNoEntry: false }))) {
      throw replacedMeanwhile(place)
    }
  } finally {
    closeSync(fd)
  }
}

function noPlaceForRecords({ key, directory, name }: Place): DirdictError {
  return new DirdictError(
    'UNSUPPORTED_FORMAT',
    `${JSON.stringify(key)} is a nested database in the old layout of ISF, whose directory is a database itself: no record ` +
      'of ours may lie there. Annotate the keys in it.',
    { key, path: directory.entry(name) },
  )
}

function replacedMeanwhile({ key }: Place): DirdictError {
  return new DirdictError(
    'STALE_HANDLE',
    `Another program replaced ${JSON.stringify(key)} while it was annotated; the new value is not annotated. Annotate it again.`,
    { key },
  )
}
