/**
 * Records that can be made anew: Loader.json and metadata.json, from dirdict.json. ISF replaces metadata.json whenever it
 * opens a database for writing.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import type { AnyDumper } from '../dumper.js'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { openInside } from '../entry/inside.js'
import { finishUnfinished, releaseAndCollect } from '../entry/publish.js'
import {
  type EntryRecord,
  historyOf,
  isfMetadataOf,
  loaderId,
  loaderModule,
  parseRecord,
  readRecord,
} from '../entry/record-files.js'
import { removeTreeSync } from '../entry/remove-tree.js'
import { GONE, hasCode } from '../entry/system-errors.js'
import { isDirdictError } from '../errors.js'
import { acquireFileLock } from '../locks/file.js'
import { newToken } from '../locks/token.js'
import { nestedPath, type Session } from '../session.js'
import { namesIn } from './left.js'
import type { Proposal } from './proposal.js'

/** User's files of these names in a managed folder make ISF take it for something else. */
const CONFUSING: readonly string[] = [
  'db',
  'db_state.json',
  'sqlitedict.db',
  'object_meta.json',
  'Loader.pickle',
]

/** What can be made anew of one entry, from its record of ours. */
interface Source {
  readonly record: EntryRecord
  readonly dumper: AnyDumper
  /** The directory of the entry. */
  readonly entry: string
  readonly name: string
}

/** One record as it should be. */
interface Wanted {
  readonly file: string
  text(source: Source): string
  isGood(content: Record<string, unknown>, source: Pick<Source, 'record' | 'dumper'>): boolean
}

const WANTED: readonly Wanted[] = [
  {
    file: 'Loader.json',
    text: ({ dumper }) => `{"Loader": ${JSON.stringify(loaderModule(dumper))}}`,
    isGood: ({ Loader: module }, { dumper }) => typeof module === 'string' && isLoaderOf(dumper, module),
  },
  {
    file: 'metadata.json',
    text: ({ record, dumper, entry, name }) => isfMetadataOf(record, dumper, entry, name),
    // What was inferred from the start is no loss.
    isGood: (content, { record }) =>
      content.metadata_creation_time !== 'post_hoc' || record.provenance.inferred === true,
  },
]

/** What lies in a managed folder, and makes ISF take it for something else. */
export function confusingFiles(entry: string): readonly string[] {
  return namesIn(entry).filter(name => CONFUSING.includes(name))
}

/** The records in an entry that are missing, damaged or another program's, and can be made anew. */
export function lostFiles(record: EntryRecord, dumper: AnyDumper, entry: string): readonly string[] {
  return lostIn({ record, dumper, entry, name: '' }).map(({ file }) => file)
}

/** What is to be restored of one entry, which lies at `entry`, and what cannot be. */
export function* lostRecords(
  session: Session,
  directory: DatabaseDirectory,
  name: string,
  entry: string,
): Generator<Proposal> {
  const record = readRecord(entry, name)
  if (record === undefined) return
  const dumper = session.dumpers.forName(record.dumper)
  if (dumper === undefined) {
    const detail = `its dumper ${JSON.stringify(record.dumper)} is not registered`
    yield { name, action: 'reported', detail }
    return
  }
  // Without it metadata.json cannot be made anew.
  historyOf(record.provenance.history, entry, name)
  for (const wanted of lostIn({ record, dumper, entry, name })) {
    // Read by path: beside a writer, the record of one entry and the files of the next.
    if (!isStill(record, entry, name)) return
    const apply = (signal?: AbortSignal): Promise<boolean> =>
      replaceRecord(directory, { record, dumper, entry: directory.entry(name), name }, wanted, signal)
    yield { name, action: 'restored', detail: wanted.file, apply }
  }
  if (dumper.name === 'subdb' && nestedPath(entry) === undefined && isStill(record, entry, name)) {
    const detail = `it is a nested database without db_state.json; restoreState(${JSON.stringify(`${entry}/db`)}) writes it`
    yield { name, action: 'reported', detail }
  }
  if (dumper.name !== 'folder') return
  for (const file of confusingFiles(entry)) {
    yield { name, action: 'reported', detail: `its file ${JSON.stringify(file)} confuses Python's ISF` }
  }
}

function lostIn(source: Source): readonly Wanted[] {
  return WANTED.filter(wanted => !isAsWanted(source, wanted))
}

function isAsWanted(source: Source, { file, isGood }: Wanted): boolean {
  try {
    return isGood(parseRecord(source.entry, source.name, file), source)
  } catch (error) {
    if (isDirdictError(error, 'CORRUPT_ENTRY') || hasCode(error, GONE)) return false
    throw error
  }
}

/** Whether Python is told what our record says. */
function isLoaderOf(dumper: AnyDumper, module: string): boolean {
  const id = loaderId(module)
  return id === loaderId(loaderModule(dumper)) || (dumper.reads?.includes(id) ?? false)
}

function isStill(record: EntryRecord, entry: string, name: string): boolean {
  return JSON.stringify(readRecord(entry, name)) === JSON.stringify(record)
}

async function replaceRecord(
  directory: DatabaseDirectory,
  source: Source,
  wanted: Wanted,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { record, name } = source
  directory.ensureService()
  const lock = await acquireFileLock(directory, name, signal === undefined ? {} : { signal })
  const token = newToken()
  try {
    finishUnfinished(directory, name, lock)
    const open = openInside(directory.path, name)
    try {
      // The record was read without the lock; a writer may have put another entry there since.
      const here = { ...source, entry: open.path }
      if (!isStill(record, open.path, name) || isAsWanted(here, wanted)) return false
      const draft = directory.work(token)
      mkdirSync(draft)
      writeFileSync(`${draft}/record`, wanted.text(here), { flush: true })
      renameSync(`${draft}/record`, `${open.path}/${wanted.file}`)
      return true
    } finally {
      open.close()
    }
  } finally {
    removeTreeSync(directory.work(token))
    releaseAndCollect(lock, true)
  }
}
