/**
 * Files in an entry that no record lists: they are not read by any dumper, and may be a user's.
 */
import { readdirSync } from 'node:fs'
import { RECORDS } from '../entry/file-names.js'
import { GONE, hasCode } from '../entry/system-errors.js'
import type { FileRecord } from '../metadata.js'

/** Everything in the entry but directories, records and recorded files, relative, sorted. Links are not followed. */
export function unrecordedFiles(base: string, files: readonly FileRecord[]): readonly string[] {
  const recorded = new Set(files.map(({ name }) => name))
  const found: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const item of listed(`${base}/${folder}`)) {
      const name = folder + item.name
      if (item.isDirectory()) folders.push(`${name}/`)
      else if (!recorded.has(name) && !RECORDS.includes(name)) found.push(name)
    }
  }
  return found.sort()
}

function listed(path: string): readonly import('node:fs').Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    // The entry is being removed: what was read of it stands.
    if (hasCode(error, GONE)) return []
    throw error
  }
}
