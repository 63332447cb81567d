/**
 * db_state.json: what makes a directory a database, in ISF's three members and nothing else.
 */
import { randomBytes } from 'node:crypto'
import { linkSync, lstatSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type DatabaseDirectory, SERVICE, syncPath } from './entry/database-directory.js'
import { makeDirectories } from './entry/make-directories.js'
import { readTextSync } from './entry/raw-files.js'
import { isObject, LONGEST_RECORD } from './entry/record-files.js'
import { GONE, hasCode, NO_FILE, succeeds, translate } from './entry/system-errors.js'
import { DirdictError, systemCode } from './errors.js'
import { newToken } from './locks/token.js'

export const STATE_FILE = 'db_state.json'
/** ISF imports each name and asks its `check`; those of its array dumpers throw. This one does not. */
const ISF_DUMPERS: readonly string[] = ['data_base.isf_data_base.IO.LoaderDumper.to_cloudpickle']
const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** The text of a new db_state.json with an id as ISF makes them: day, process, seven characters. */
export function newState(path: string, id: string = newId()): string {
  return JSON.stringify({ _registeredDumpers: ISF_DUMPERS, _unique_id: id, _registered_to_path: path })
}

function newId(): string {
  const letters = [...randomBytes(7)].map(byte => ID_LETTERS[byte % ID_LETTERS.length]).join('')
  return `${new Date().toISOString().slice(0, 10)}_${process.pid}_${letters}`
}

/** The database's id. CORRUPT_ENTRY where db_state.json does not tell one. */
export function readId(path: string): string {
  const file = `${path}/${STATE_FILE}`
  let content: unknown
  try {
    content = JSON.parse(readTextSync(file, LONGEST_RECORD))
  } catch (cause) {
    if (hasCode(cause, GONE)) throw notADatabase(path, 'it has no db_state.json')
    const isUnread = systemCode(cause) !== undefined && !hasCode(cause, NO_FILE)
    throw isUnread ? translate(cause, `Reading ${file}`, { path: file }) : damagedState(file, cause)
  }
  if (!isObject(content) || typeof content._unique_id !== 'string') throw damagedState(file)
  return content._unique_id
}

/** The real path of an existing database. NOT_A_DATABASE where there is none. */
export function existingDatabase(path: string): string {
  const stats = lstatSync(`${path}/${STATE_FILE}`, { throwIfNoEntry: false })
  if (stats?.isFile()) return realpathSync(path)
  throw notADatabase(path, stats === undefined ? 'it has no db_state.json' : 'its db_state.json is no file')
}

/** The real path of a database that is made where there is none yet. Many processes may do this at once. */
export async function ensureDatabase(
  path: string,
  durable: boolean,
  open: (path: string) => DatabaseDirectory,
): Promise<string> {
  if (lstatSync(`${path}/${STATE_FILE}`, { throwIfNoEntry: false }) !== undefined)
    return existingDatabase(path)
  try {
    const made = makeDirectories(path)
    const real = realpathSync(path)
    const names = readdirSync(real)
    // Made by another process since we looked, perhaps with keys in it already.
    if (names.includes(STATE_FILE)) return existingDatabase(path)
    const foreign = names.filter(name => name !== SERVICE)
    if (foreign.length > 0) throw notADatabase(path, whyForeign(foreign[0]!, names.includes(SERVICE)))
    writeState(open(real), real, newState(real))
    if (durable) {
      const top = made === undefined ? real : dirname(realpathSync(made))
      for (let at = real; at.length >= top.length; at = dirname(at)) {
        await syncPath(at)
        if (at === top || at === dirname(at)) break
      }
    }
    return real
  } catch (error) {
    throw translate(error, `Making a database in ${path}`, { path })
  }
}

function whyForeign(name: string, wasDatabase: boolean): string {
  const lies = `${JSON.stringify(name)} lies in it`
  return wasDatabase
    ? `its ${STATE_FILE} is missing, and ${lies}. restoreState(directory), or dirdict repair --new-state, writes it anew`
    : `it is not empty (${lies})`
}

/** Appears whole or not at all; of several writers the first one wins. */
export function writeState(directory: DatabaseDirectory, path: string, text: string): void {
  directory.ensureService()
  const draft = directory.work(`${newToken()}.s`)
  try {
    writeFileSync(draft, text, { flush: true })
    succeeds(['EEXIST'], () => linkSync(draft, `${path}/${STATE_FILE}`))
  } finally {
    rmSync(draft, { force: true })
  }
}

export function notADatabase(path: string, why: string): DirdictError {
  return new DirdictError('NOT_A_DATABASE', `${path} is no database: ${why}.`, { path })
}

function damagedState(path: string, cause?: unknown): DirdictError {
  return new DirdictError(
    'CORRUPT_ENTRY',
    `${path} is damaged: it tells no id. The keys are not affected. ` +
      'restoreState(directory), or dirdict repair --new-state, writes it anew.',
    {
      path,
      cause,
    },
  )
}
