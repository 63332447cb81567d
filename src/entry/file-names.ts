/**
 * The names of files in an entry: which are records, what is no name inside it, and what lies there.
 */
import { lstatSync, readdirSync } from 'node:fs'
import { DirdictError } from '../errors.js'

/** A history of code that is too long for dirdict.json, which is read with every value. */
export const HISTORY_FILE = 'dirdict.history.json'
/** The files of an entry that are ours and not the dumper's. */
export const RECORDS: readonly string[] = ['Loader.json', 'metadata.json', 'dirdict.json', HISTORY_FILE]

/** Every data file below `base`, relative, sorted. Links are not followed and not listed. */
export function listFiles(base: string): string[] {
  const found: string[] = []
  const visit = (prefix: string): void => {
    for (const item of readdirSync(`${base}/${prefix}`, { withFileTypes: true })) {
      const name = prefix + item.name
      if (item.isDirectory()) visit(`${name}/`)
      else if (item.isFile() && !RECORDS.includes(name)) found.push(name)
    }
  }
  visit('')
  return found.sort()
}

/** A relative path that stays inside. */
export function checkedName(file: string): string {
  const parts = file.split('/')
  if (file.includes('\0') || parts.some(part => part === '' || part === '.' || part === '..')) {
    throw new DirdictError('OPTION_INVALID', `${JSON.stringify(file)} is no file name inside an entry.`, {
      file,
    })
  }
  return file
}

/** A link in place of a directory would lead out of the entry; O_NOFOLLOW guards only the last part of a path. */
export function assertNoLinks(base: string, name: string): void {
  for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
    const stats = lstatSync(`${base}/${name.slice(0, slash)}`, { throwIfNoEntry: false })
    if (stats === undefined || stats.isDirectory()) continue
    throw new DirdictError(
      'CORRUPT_ENTRY',
      `${JSON.stringify(name)} leads through a link or a file; links are not followed.`,
      {
        file: name,
      },
    )
  }
}
