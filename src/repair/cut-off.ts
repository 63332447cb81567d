/**
 * What a power cut has torn and nobody has a predecessor of. Entries are set aside; the records of a nested database are
 * made anew, because the keys in it are whole without them.
 */
import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { listKeys } from '../entry/pin.js'
import { finishUnfinished, releaseAndCollect } from '../entry/publish.js'
import { loaderModule } from '../entry/record-files.js'
import { acquireFileLock, type FileLock } from '../locks/file.js'
import { nestedIfPermitted, nestedPath } from '../session.js'
import { newState, STATE_FILE } from '../state.js'
import { setAside } from './aside.js'
import { failureOf, type Proposal } from './proposal.js'
import { conditionOf, isCutOff } from './torn.js'

const WHY = 'it was cut off by a power failure'
/** ISF's id of a nested database. */
const NESTED = 'just_create_isf_db'

/** In the order of the keys. One that cannot be looked at is told, and the others are looked at all the same. */
export function* cutOffEntries(directory: DatabaseDirectory): Generator<Proposal> {
  for (const name of listKeys(directory)) {
    try {
      yield* cutOffEntry(directory, name)
    } catch (error) {
      const failure = failureOf(name, error)
      if (failure !== undefined) yield failure
    }
  }
}

function* cutOffEntry(directory: DatabaseDirectory, name: string): Generator<Proposal> {
  const entry = directory.entry(name)
  const nested = nestedIfPermitted(entry)
  if (nested === undefined) {
    if (conditionOf(entry) === 'torn') yield aside(directory, name)
    return
  }
  if (nested === entry) return
  if (tornRecords(entry).length > 0) {
    const apply = (): Promise<boolean> => whileLocked(directory, name, lock => restoreRecords(lock, entry))
    yield { name, action: 'restored', detail: `the records of a nested database: ${WHY}`, apply }
  }
  if (isCutOff(`${nested}/${STATE_FILE}`)) {
    const apply = (): Promise<boolean> => whileLocked(directory, name, lock => restoreState(lock, nested))
    yield { name, action: 'restored', detail: `${STATE_FILE}, with a new id: ${WHY}`, apply }
  }
}

/** Tells where it was put, once it is there. */
function aside(directory: DatabaseDirectory, name: string): Proposal {
  const proposal = {
    name,
    action: 'set aside' as const,
    detail: WHY,
    apply: () =>
      whileLocked(directory, name, () => {
        const entry = directory.entry(name)
        if (nestedPath(entry) !== undefined || conditionOf(entry) !== 'torn') return false
        proposal.detail = `${WHY}, and no predecessor is left; what there is of it lies in ${setAside(directory, entry)}`
        return true
      }),
  }
  return proposal
}

async function whileLocked(
  directory: DatabaseDirectory,
  name: string,
  work: (lock: FileLock) => boolean,
): Promise<boolean> {
  directory.ensureService()
  const lock = await acquireFileLock(directory, name)
  try {
    finishUnfinished(directory, name, lock)
    return work(lock)
  } finally {
    releaseAndCollect(lock, true)
  }
}

function tornRecords(entry: string): readonly string[] {
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
