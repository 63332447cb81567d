/**
 * Records that can be made anew: Loader.json and metadata.json, from dirdict.json. ISF replaces metadata.json whenever it
 * opens a database for writing.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import type { AnyDumper } from '../dumper.js'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { openInside } from '../entry/inside.js'
import { finishUnfinished, releaseAndCollect } from '../entry/publish.js'
import { readTextSync } from '../entry/raw-files.js'
import {
  type EntryRecord,
  isfMetadataOf,
  isObject,
  LONGEST_RECORD,
  loaderModule,
  readRecord,
} from '../entry/record-files.js'
import { removeTreeSync } from '../entry/remove-tree.js'
import { GONE, hasCode } from '../entry/system-errors.js'
import { acquireFileLock } from '../locks/file.js'
import { newToken } from '../locks/token.js'
import type { Session } from '../session.js'
import { namesIn } from './left.js'
import { failureOf, type Proposal } from './proposal.js'

/** User's files of these names in a managed folder make ISF take it for something else. */
const CONFUSING: readonly string[] = [
  'db',
  'db_state.json',
  'sqlitedict.db',
  'object_meta.json',
  'Loader.pickle',
]

/** One record as it should be. */
interface Wanted {
  readonly file: string
  readonly text: string
  isGood(content: Record<string, unknown>): boolean
}

/** Hands to `take` what is to be restored of one entry, one after the other; what cannot be is told. */
export async function eachLostRecord(
  session: Session,
  directory: DatabaseDirectory,
  name: string,
  take: (proposal: Proposal) => Promise<void>,
): Promise<void> {
  try {
    for (const proposal of lostRecords(session, directory, name)) await take(proposal)
  } catch (error) {
    const failure = failureOf(name, error)
    if (failure !== undefined) await take(failure)
  }
}

/** What lies in a managed folder, and makes ISF take it for something else. */
export function confusingFiles(entry: string): readonly string[] {
  return namesIn(entry).filter(name => CONFUSING.includes(name))
}

function* lostRecords(session: Session, directory: DatabaseDirectory, name: string): Generator<Proposal> {
  const entry = directory.entry(name)
  const record = readRecord(entry, name)
  if (record === undefined) return
  const dumper = session.dumpers.forName(record.dumper)
  if (dumper === undefined) {
    const detail = `its dumper ${JSON.stringify(record.dumper)} is not registered`
    yield { name, action: 'reported', detail }
    return
  }
  for (const wanted of wantedRecords(record, dumper, entry, name)) {
    if (isAsWanted(entry, wanted)) continue
    const apply = (): Promise<boolean> => replaceRecord(directory, name, record, wanted)
    yield { name, action: 'restored', detail: wanted.file, apply }
  }
  if (dumper.name !== 'folder') return
  for (const file of confusingFiles(entry)) {
    yield { name, action: 'reported', detail: `its file ${JSON.stringify(file)} confuses Python's ISF` }
  }
}

function wantedRecords(
  record: EntryRecord,
  dumper: AnyDumper,
  entry: string,
  name: string,
): readonly Wanted[] {
  return [
    {
      file: 'Loader.json',
      text: `{"Loader": ${JSON.stringify(loaderModule(dumper))}}`,
      isGood: content => typeof content.Loader === 'string',
    },
    {
      file: 'metadata.json',
      text: isfMetadataOf(record, dumper, entry, name),
      // What was inferred from the start is no loss.
      isGood: content => content.metadata_creation_time !== 'post_hoc' || record.provenance.inferred === true,
    },
  ]
}

function isAsWanted(entry: string, { file, isGood }: Wanted): boolean {
  try {
    const content: unknown = JSON.parse(readTextSync(`${entry}/${file}`, LONGEST_RECORD))
    return isObject(content) && isGood(content)
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError || hasCode(error, GONE)) return false
    throw error
  }
}

async function replaceRecord(
  directory: DatabaseDirectory,
  name: string,
  record: EntryRecord,
  wanted: Wanted,
): Promise<boolean> {
  directory.ensureService()
  const lock = await acquireFileLock(directory, name)
  const token = newToken()
  try {
    finishUnfinished(directory, name, lock)
    const entry = openInside(directory.path, name)
    try {
      // The record was read without the lock; a writer may have put another entry there since.
      const isSame = JSON.stringify(readRecord(entry.path, name)) === JSON.stringify(record)
      if (!isSame || isAsWanted(entry.path, wanted)) return false
      const draft = directory.work(token)
      mkdirSync(draft)
      writeFileSync(`${draft}/record`, wanted.text, { flush: true })
      renameSync(`${draft}/record`, `${entry.path}/${wanted.file}`)
      return true
    } finally {
      entry.close()
    }
  } finally {
    removeTreeSync(directory.work(token))
    releaseAndCollect(lock, true)
  }
}
