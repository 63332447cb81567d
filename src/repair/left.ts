/**
 * What lies in the service directory of a database, and whether those whose it is are gone for good.
 */
import { lstatSync, readdirSync, statfsSync } from 'node:fs'
import { uptime } from 'node:os'
import { type DatabaseDirectory, isDirectory } from '../entry/database-directory.js'
import { GONE, hasCode } from '../entry/system-errors.js'
import { isDead, isOfAnotherBoot } from '../locks/token.js'

/** ext4, XFS, Btrfs, F2FS, ZFS, tmpfs: statfs(2)'s types of file systems that one machine mounts at a time. */
const LOCAL_DISKS: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994,
])

/** The names in a directory; none where it is not there, or is something else. A link is not followed. */
export function namesIn(path: string): readonly string[] {
  const inPlace = path.replace(/\/$/, '')
  if (!isDirectory(inPlace)) return []
  try {
    return readdirSync(inPlace)
  } catch (error) {
    if (hasCode(error, GONE)) return []
    throw error
  }
}

/** Whether a name begins as those that writers of ours make. */
export function isTokenLike(name: string): boolean {
  return /^[0-9a-f]{8}-\d+\.\d+\.\d+\.\d+\.[0-9a-f]+/.test(name)
}

/** Whether nobody can come back for what lies at `path`, which this token names. */
export function isLeft(directory: DatabaseDirectory, token: string, path: string): boolean {
  return isDead(token) || isAbandoned(directory, token, path)
}

/**
 * Left by this machine before it was started anew: nobody else can have mounted a local disk. What has changed since then
 * is of another machine, to which this one serves the disk.
 */
function isAbandoned(directory: DatabaseDirectory, token: string, path: string): boolean {
  if (!isOfAnotherBoot(token) || !LOCAL_DISKS.has(statfsSync(directory.path).type)) return false
  const changed = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs
  return changed !== undefined && changed < Date.now() - uptime() * 1000
}
