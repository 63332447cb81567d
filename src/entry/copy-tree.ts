/**
 * Copying the files of an entry: regular files and the directories that they lie in. Links are not followed, even those
 * that somebody puts there meanwhile; they, and what is no file (a FIFO would hang the copy, a device never end), stay.
 */
import {
  chmodSync,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
} from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { PROCFS } from '../locks/token.js'
import { type OpenDirectory, openInside } from './inside.js'
import { READ_FLAGS } from './raw-files.js'
import { hasCode, NO_FILE } from './system-errors.js'

const NEW_FILE = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE

/** Copies what lies in the directory `from` into the directory `to`, but for names in it that `leftOut` is true of. */
export async function copyTree(from: string, to: string, leftOut: (name: string) => boolean): Promise<void> {
  // What leads to a pinned directory is a link itself; the directory in it is none.
  const source = openInside(`${from}/.`)
  try {
    await copyOpen(source, to, leftOut)
  } finally {
    source.close()
  }
}

async function copyOpen(
  source: OpenDirectory,
  to: string,
  leftOut: (name: string) => boolean,
): Promise<void> {
  for (const item of readdirSync(source.path, { withFileTypes: true })) {
    if (leftOut(item.name)) continue
    const [from, target] = [`${source.path}/${item.name}`, `${to}/${item.name}`]
    if (!item.isDirectory()) await copyIfFile(from, target, item)
    else {
      const inner = openInside(from)
      try {
        makeLike(inner.path, target)
        await copyOpen(inner, target, () => false)
      } finally {
        inner.close()
      }
    }
  }
}

function makeLike(source: string, target: string): void {
  mkdirSync(target)
  chmodSync(target, statSync(source).mode & 0o7777)
}

async function copyIfFile(source: string, target: string, item: Dirent): Promise<void> {
  if (!item.isFile()) return
  let fd: number
  try {
    fd = openSync(source, READ_FLAGS)
  } catch (error) {
    if (hasCode(error, NO_FILE)) return
    throw error
  }
  try {
    // The descriptor is what was looked at; what the name leads to by now may be something else.
    if (fstatSync(fd).isFile()) await copyFile(PROCFS ? `/proc/self/fd/${fd}` : source, target, NEW_FILE)
  } finally {
    closeSync(fd)
  }
}
