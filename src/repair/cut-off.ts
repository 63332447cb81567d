/**
 * What a power cut has torn and nobody has a predecessor of. Entries are set aside; the records of a nested database are
 * made anew, because the keys in it are whole without them.
 */
import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { finishUnfinished, releaseAndCollect } from '../entry/publish.js'
import { loaderModule } from '../entry/record-files.js'
import { acquireFileLock, type FileLock } from '../locks/file.js'
import { nestedIfPermitted, nestedPath } from '../session.js'
import { newState, STATE_FILE } from '../state.js'
import { makeTrash, setAside } from './aside.js'
import type { Proposal } from './proposal.js'
import { hasPredecessor } from './swaps.js'
import { conditionOf, isCutOff, steadyCondition } from './torn.js'

const WHY = 'it was cut off by a power failure'
/** ISF's id of a nested database. */
const NESTED = 'just_create_isf_db'

/** What is to be done with one entry, which lies at `entry`, and with its records; nothing where no power cut has torn them. */
export function* cutOffEntry(directory: DatabaseDirectory, name: string, entry: string): Generator<Proposal> {
  const nested = nestedIfPermitted(entry)
  if (nested === undefined) {
    // It is taken back, if not by this repair, by the next one.
    if (steadyCondition(entry) === 'torn' && !hasPredecessor(directory, name)) yield aside(directory, name)
    return
  }
  if (nested === entry) return
  if (tornRecords(entry).length > 0) {
    const apply = (signal?: AbortSignal): Promise<boolean> =>
      whileLocked(directory, name, signal, lock => restoreRecords(lock, directory.entry(name)))
    yield { name, action: 'restored', detail: `the records of a nested database: ${WHY}`, apply }
  }
}

/** What makes the nested database in an entry one. */
export function* cutOffState(directory: DatabaseDirectory, name: string, entry: string): Generator<Proposal> {
  const nested = nestedIfPermitted(entry)
  if (nested !== undefined && nested !== entry && isCutOff(`${nested}/${STATE_FILE}`)) {
    const apply = (signal?: AbortSignal): Promise<boolean> =>
      whileLocked(directory, name, signal, lock => restoreState(lock, nested))
    yield { name, action: 'restored', detail: `${STATE_FILE}, with a new id: ${WHY}`, apply }
  }
}

function aside(directory: DatabaseDirectory, name: string): Proposal {
  const apply = (signal?: AbortSignal): Promise<boolean | string> =>
    whileLocked(directory, name, signal, () => {
      const entry = directory.entry(name)
      if (nestedPath(entry) !== undefined || conditionOf(entry) !== 'torn') return false
      if (hasPredecessor(directory, name)) return false
      makeTrash(directory)
      return setAside(directory, entry)
    })
  return { name, action: 'set aside', detail: `${WHY}, and no predecessor is left`, apply }
}

async function whileLocked<T>(
  directory: DatabaseDirectory,
  name: string,
  signal: AbortSignal | undefined,
  work: (lock: FileLock) => T,
): Promise<T> {
  directory.ensureService()
  const lock = await acquireFileLock(directory, name, { signal })
  try {
    finishUnfinished(directory, name, lock)
    return work(lock)
  } finally {
    releaseAndCollect(lock, true)
  }
}

/** Where dirdict.json is whole, the others are made anew from it, as those of any entry. */
function tornRecords(entry: string): readonly string[] {
  const own = `${entry}/dirdict.json`
  if (lstatSync(own, { throwIfNoEntry: false }) !== undefined && !isCutOff(own)) return []
  return ['dirdict.json', 'metadata.json', 'Loader.json'].filter(file => {
    const isThere = lstatSync(`${entry}/${file}`, { throwIfNoEntry: false }) !== undefined
    return isThere && isCutOff(`${entry}/${file}`)
  })
}

/** Loader.json alone says all that a reader has to know; the other two are inferred where they are missing. */
function restoreRecords(lock: FileLock, entry: string): boolean {
  const torn = tornRecords(entry)
  if (torn.includes('Loader.json')) {
    const text = `{"Loader": ${JSON.stringify(loaderModule({ loader: NESTED }))}}`
    replaceFile(lock, `${entry}/Loader.json`, text)
  }
  for (const file of torn) if (file !== 'Loader.json') rmSync(`${entry}/${file}`, { force: true })
  return torn.length > 0
}

function restoreState(lock: FileLock, nested: string): boolean {
  const path = `${nested}/${STATE_FILE}`
  if (!isCutOff(path)) return false
  replaceFile(lock, path, newState(nested))
  return true
}

function replaceFile(lock: FileLock, path: string, text: string): void {
  const draft = `${lock.holder}/record`
  writeFileSync(draft, text, { flush: true })
  renameSync(draft, path)
}
