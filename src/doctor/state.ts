/**
 * Illnesses of a database directory itself: db_state.json, files that are no keys, names that other disks take for one.
 */
import { lstatSync, readdirSync } from 'node:fs'
import { type DatabaseDirectory, SERVICE } from '../entry/database-directory.js'
import { parseRecord } from '../entry/record-files.js'
import { GONE, hasCode } from '../entry/system-errors.js'
import { isDirdictError } from '../errors.js'
import { isKeyName, writableParts } from '../keys.js'
import { STATE_FILE } from '../state.js'
import type { Tell } from './findings.js'

const MEMBERS: readonly string[] = ['_registeredDumpers', '_unique_id', '_registered_to_path']
const PICKLE_DUMPER = /^data_base\.(isf_data_base\.)?IO\.LoaderDumper\.to_cloudpickle$/
/** What ISF kept before it had db_state.json, and the locks of it. */
const OLD_FILES: readonly string[] = [
  'dbcore.pickle',
  'metadata.db',
  'sqlitedict.db',
  'metadata.db.lock',
  'sqlitedict.db.lock',
]

/** Whether a directory without db_state.json is a database of an old version of ISF. */
export function isOldStore(path: string): boolean {
  return OLD_FILES.some(name => lstatSync(`${path}/${name}`, { throwIfNoEntry: false }) !== undefined)
}

/** db_state.json: damage, members that ISF sets as attributes of its object, dumpers that it cannot import. */
export function examineState(directory: DatabaseDirectory, tell: Tell): void {
  let content: Record<string, unknown>
  try {
    content = parseRecord(directory.path, STATE_FILE, STATE_FILE)
  } catch (error) {
    if (!isDirdictError(error) && !hasCode(error, GONE)) throw error
    tell(
      'state',
      '',
      `${STATE_FILE} is missing or damaged; write its three members anew: ${MEMBERS.join(', ')}.`,
    )
    return
  }
  const missing = MEMBERS.filter(name => content[name] === undefined)
  if (missing.length > 0)
    tell('state', '', `${STATE_FILE} lacks ${missing.join(', ')}; ISF does not open the database.`)
  const further = Object.keys(content).filter(name => !MEMBERS.includes(name))
  if (further.length > 0) {
    const names = JSON.stringify(further)
    tell(
      'state',
      '',
      `${STATE_FILE} has further members, ${names}, which ISF sets as attributes of its object; take them out.`,
    )
  }
  const dumpers = content._registeredDumpers ?? []
  const foreign = Array.isArray(dumpers)
    ? dumpers.filter(name => !PICKLE_DUMPER.test(String(name)))
    : [dumpers]
  if (foreign.length > 0) {
    const names = JSON.stringify(foreign)
    tell(
      'registered-dumpers',
      '',
      `${STATE_FILE} registers ${names}; ISF imports each and asks its check, which fails for all but to_cloudpickle. Take them out.`,
    )
  }
}

/** What lies in the directory and is no entry. */
export function examineListing(directory: DatabaseDirectory, tell: Tell): void {
  const seen = new Map<string, string>()
  for (const item of readdirSync(directory.path, { withFileTypes: true })) {
    const { name } = item
    if (OLD_FILES.includes(name)) {
      tell(
        'old-store',
        name,
        'is of an old version of ISF, which kept values or records in it. Its content is not read here; let ISF convert the database.',
      )
    } else if (!isKeyName(name)) continue
    else if (item.isSymbolicLink()) {
      tell(
        'link',
        name,
        'is a link. ISF lists it as a key, and it is not followed here. Move what it leads to into its place, or remove it.',
      )
    } else if (!item.isDirectory()) {
      tell(
        'stray-file',
        name,
        'is a file among the keys. ISF takes it for a key, and fails on the whole database. Move it away, or into a managed folder (db.createFolder).',
      )
    } else examineKey(name, seen, tell)
  }
}

function examineKey(name: string, seen: Map<string, string>, tell: Tell): void {
  const folded = name.toLowerCase()
  const twin = seen.get(folded)
  if (twin === undefined) seen.set(folded, name)
  else
    tell(
      'case',
      name,
      `differs from the key ${JSON.stringify(twin)} only in case. On a disk that ignores case, as those of macOS do, one of them would be lost; rename one.`,
    )
  try {
    writableParts([name])
  } catch (error) {
    if (!isDirdictError(error)) throw error
    tell('key-name', name, `is read, and can be renamed, but not set: ${error.message}`)
  }
}

/** Whether those who may write into the database may also write into its service directory. */
export function examineService(directory: DatabaseDirectory, tell: Tell): void {
  const service = lstatSync(directory.service, { throwIfNoEntry: false })
  if (service === undefined) return
  if (!service.isDirectory()) {
    tell('service-mode', '', `${SERVICE} is no directory; nothing can be written. Remove it.`)
    return
  }
  const database = lstatSync(directory.path)
  const lacking = database.mode & ~service.mode & 0o777
  if (lacking === 0 && (service.gid === database.gid || (database.mode & 0o020) === 0)) return
  tell(
    'service-mode',
    '',
    `${SERVICE} is not as open to others as the database itself, so that they cannot write. Give it, and what is in it, the mode and the group of the database.`,
  )
}
