/**
 * restoreState: a new db_state.json for a database that has lost it, or whose own is damaged. Apart from `repair`, because
 * a folder without one may be no database, and because the id may change.
 */
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { DatabaseDirectory, isThere, SERVICE, syncPath } from './entry/database-directory.js'
import { readTextSync } from './entry/raw-files.js'
import { translate } from './entry/system-errors.js'
import { isDirdictError, systemCode } from './errors.js'
import { isKeyName } from './keys.js'
import { setAside } from './repair/aside.js'
import { newState, notADatabase, readId, STATE_FILE, writeState } from './state.js'

/** A file that is longer tells no id that is worth looking for. */
const LONGEST_STATE = 2 ** 20

/**
 * Writes the db_state.json of a database anew where it is missing or damaged, and gives the database's id: the old one
 * where it can still be read, else a new one. Whoever goes by the id, as lock services do, takes it for another database
 * then. The damaged file is set aside in `.deleting.dirdict/trash`. A sound one stays as it is. NOT_A_DATABASE where
 * nothing looks like a key, NOT_PERMITTED.
 *
 * @example
 * ```ts
 * import { DataBase, restoreState } from 'dirdict'
 *
 * const made = await DataBase.open('study')
 * const id = await restoreState('study') // nothing was lost: the id that it had
 * console.log(id === made.id)
 * ```
 */
export async function restoreState(directory: string): Promise<string> {
  try {
    if (statSync(directory, { throwIfNoEntry: false }) === undefined)
      throw notADatabase(directory, 'it does not exist')
    const path = realpathSync(directory)
    const known = soundId(path)
    if (known !== undefined) return known
    if (!holdsKeys(path)) throw notADatabase(path, 'nothing in it looks like a key')
    const place = new DatabaseDirectory(path)
    place.ensureService()
    const text = newState(path, rememberedId(path))
    const isDamaged = lstatSync(`${path}/${STATE_FILE}`, { throwIfNoEntry: false }) !== undefined
    if (isDamaged) setAside(place, `${path}/${STATE_FILE}`)
    writeState(place, path, text)
    await syncPath(path)
    return readId(path)
  } catch (error) {
    throw translate(error, `Restoring ${STATE_FILE} in ${directory}`, { path: directory })
  }
}

function soundId(path: string): string | undefined {
  try {
    return readId(path)
  } catch (error) {
    if (isDirdictError(error, 'CORRUPT_ENTRY') || isDirdictError(error, 'NOT_A_DATABASE')) return undefined
    throw error
  }
}

/** The id in a file that was cut off behind it. */
function rememberedId(path: string): string | undefined {
  try {
    const text = readTextSync(`${path}/${STATE_FILE}`, LONGEST_STATE)
    return /"_unique_id"\s*:\s*"([\w.-]{1,200})"/.exec(text)?.[1]
  } catch (error) {
    if (error instanceof RangeError || systemCode(error) !== undefined) return undefined
    throw error
  }
}

function holdsKeys(path: string): boolean {
  const isKey = (name: string): boolean =>
    isKeyName(name) && ['Loader.json', 'dirdict.json'].some(file => isThere(`${path}/${name}/${file}`))
  const names = readdirSync(path)
  return names.includes(SERVICE) || names.some(isKey)
}
