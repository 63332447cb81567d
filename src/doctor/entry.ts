/**
 * Illnesses of one entry: records that one of the two languages cannot read, and files by which ISF takes it for
 * something else.
 */
import { lstatSync } from 'node:fs'
import { type EntryRecord, loaderId, parseRecord, readRecord } from '../entry/record-files.js'
import { GONE, hasCode } from '../entry/system-errors.js'
import { isDirdictError } from '../errors.js'
import { confusingFiles } from '../repair/records.js'
import type { Session } from '../session.js'
import type { Counting } from './census.js'
import type { Tell } from './findings.js'

/** The modules of ISF that load entries (the last parts of their ids). */
const ISF_LOADERS: readonly string[] = [
  'numpy_to_npy',
  'numpy_to_npz',
  'numpy_to_zarr',
  'shared_numpy_store',
  'pandas_to_parquet',
  'pandas_to_pickle',
  'dask_to_parquet',
  'to_pickle',
  'to_cloudpickle',
  'just_create_folder',
  'just_create_isf_db',
]

/** Counts an entry, and tells what is wrong with it. `path` is that of its directory. */
export function examineEntry(
  session: Session,
  path: string,
  name: string,
  counting: Counting,
  tell: Tell,
): void {
  counting.keys++
  counting.owners.add(String(lstatSync(path).uid))
  const isOurs = isThere(`${path}/dirdict.json`)
  const record = recordOf(path, name, tell)
  const loader = loaderOf(path, name, record !== undefined, counting, tell)
  if (isOurs) counting.byDirdict++
  if (record !== undefined) {
    const { dirdict } = (record.provenance.runtime ?? {}) as { dirdict?: unknown }
    if (typeof dirdict === 'string') counting.dirdictVersions.add(dirdict)
    if (session.dumpers.forName(record.dumper) === undefined) {
      tell(
        'unknown-dumper',
        name,
        `was written by the dumper ${JSON.stringify(record.dumper)}, which is not registered here; give it in the option dumpers.`,
      )
    }
  } else if (loader !== undefined && !isOurs) {
    counting.byIsf++
    counting.isfVersions.add(isfVersion(path, name))
  }
  const isFolder = record === undefined ? loader === 'just_create_folder' : record.dumper === 'folder'
  if (isFolder)
    for (const file of confusingFiles(path)) {
      tell(
        'reserved-name',
        name,
        `is a folder with the file ${JSON.stringify(file)}, by which ISF takes it for something else. Rename the file.`,
      )
    }
}

function recordOf(path: string, name: string, tell: Tell): EntryRecord | undefined {
  try {
    return readRecord(path, name)
  } catch (error) {
    if (!isDirdictError(error)) throw error
    tell('damaged-record', name, error.message)
    return undefined
  }
}

/** The id in Loader.json; undefined where none can be had. */
function loaderOf(
  path: string,
  name: string,
  isRecorded: boolean,
  counting: Counting,
  tell: Tell,
): string | undefined {
  let content: Record<string, unknown>
  try {
    content = parseRecord(path, name, 'Loader.json')
  } catch (error) {
    if (!isDirdictError(error) && !hasCode(error, GONE)) throw error
    // From a record of ours repair makes it anew.
    if (!isRecorded) tellOfNoLoader(path, name, isDirdictError(error), tell)
    return undefined
  }
  const { Loader: module, ...further } = content
  if (Object.keys(further).length > 0) {
    tell(
      'loader-members',
      name,
      `has further members in Loader.json, ${JSON.stringify(Object.keys(further))}, which ISF gives to a constructor that takes none. Take them out.`,
    )
  }
  if (typeof module !== 'string') {
    if (!isRecorded) tellOfNoLoader(path, name, true, tell)
    return undefined
  }
  const id = loaderId(module)
  if (id !== module) counting.loaderPaths.add(module.slice(0, -id.length - '.LoaderDumper.'.length))
  if (!ISF_LOADERS.includes(id)) tellOfUnknown(module, id, name, tell)
  return id
}

/** What a person can do about an entry that Loader.json does not explain. */
function tellOfNoLoader(path: string, name: string, isDamaged: boolean, tell: Tell): void {
  if (isThere(`${path}/Loader.pickle`)) {
    tell(
      'pickled-loader',
      name,
      'has a Loader.pickle and no Loader.json: written by an old version of ISF, it is read neither here nor by newer ones. Let ISF rewrite the key, or write the Loader.json that it meant.',
    )
    return
  }
  const what = isDamaged ? 'has a damaged Loader.json' : 'has no Loader.json'
  tell(
    'no-loader',
    name,
    `${what} and no record of ours: nobody knows how to read it, and ISF does not open the database for writing. Its files are in ${path}; move them away, or write the Loader.json of their format.`,
  )
}

function tellOfUnknown(module: string, id: string, name: string, tell: Tell): void {
  const shown = JSON.stringify(module)
  if (id !== module) {
    tell(
      'unknown-loader',
      name,
      `names ${shown} in its Loader.json, which no version of ISF that is known here has. An ISF without it does not open the database for writing.`,
    )
    return
  }
  tell(
    'unknown-loader',
    name,
    `names ${shown} in its Loader.json, which is none of ISF's loaders. ISF, opening the database for writing, imports it and fails as a whole. Write the id of its format, or just_create_folder.`,
  )
}

function isfVersion(path: string, name: string): string {
  try {
    const { version } = parseRecord(path, name, 'metadata.json')
    return typeof version === 'string' ? version : 'unknown'
  } catch (error) {
    if (isDirdictError(error) || hasCode(error, GONE)) return 'unknown'
    throw error
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
