/**
 * createFolder: the folder of a user's own files under a key, made where it is missing. However many make it at the same
 * time, all get the same one.
 */
import type { Dictionary } from './dictionary.js'
import type { folder, ManagedFolder } from './dumper-table.js'
import { DirdictError, isDirdictError } from './errors.js'
import { joinKey, type Key } from './keys.js'

/** KEY_EXISTS where the key holds other data. */
export async function createFolder(dictionary: Dictionary, key: Key): Promise<ManagedFolder> {
  const dumper = dictionary.session.dumpers.forName('folder') as typeof folder
  if (!dictionary.has(key)) {
    await dictionary.set(key, null, dumper, { overwrite: false }).catch(error => {
      if (!isDirdictError(error, 'KEY_EXISTS')) throw error
    })
  }
  try {
    return (await dictionary.get(key, dumper)) as ManagedFolder
  } catch (cause) {
    if (!isDirdictError(cause, 'DUMPER_MISMATCH')) throw cause
    const name = joinKey(key)
    throw new DirdictError('KEY_EXISTS', `${JSON.stringify(name)} holds data, not a folder.`, {
      key: name,
      cause,
    })
  }
}
