/**
 * The file of an index, and what it takes to believe it. It lies in the service directory, belongs to one user, and is
 * never trusted over the files:
 *
 * - All that adds, replaces, renames or removes a key, in both languages, renames something in the database directory,
 *   and so changes its times. What changes the record inside an entry announces that by a name that comes and goes there,
 *   and holds the lock of the key meanwhile (`beginChange`). So where the directory is what it was before its keys were
 *   listed for the index, each record is what it was too, but for keys whose lock is there, held or left by the dead.
 * - Equal times prove that only where they were old when the listing began: a clock that ticks coarsely gives one time
 *   to two changes. Git has the same rule for its index ("racily clean").
 * - Where the directory has changed, a record is what it was if its file is the same one: inode, change time, length; and
 *   if it was old too.
 */
import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { openAsync, READ_FLAGS, readFully } from '../entry/raw-files.js'
import { GONE, hasCode } from '../entry/system-errors.js'
import { systemCode } from '../errors.js'
import { isLocal, newToken } from '../locks/token.js'
import type { Stamp } from './index-shape.js'
import { decodeIndex, encodeIndex, type Index, type IndexRow } from './index-text.js'

/** Longer than one tick of the clock of any file system (FAT: two seconds). */
const OLD_MS = 2_000
/** An index that is longer than this was not written by us. */
const LONGEST_INDEX = 2 ** 29

/** The state of a database directory at the moment before its keys are listed. */
export interface Moment {
  readonly directory: string
  readonly changedMs: number
  /** On the clock of this process, which never goes back. */
  readonly startedMs: number
}

/** Undefined where the directory is gone. */
export function momentOf(directory: DatabaseDirectory): Moment | undefined {
  const startedMs = performance.now()
  const stats = statSync(directory.path, { bigint: true, throwIfNoEntry: false })
  if (stats === undefined) return undefined
  const { dev, ino, mtimeNs, ctimeNs } = stats
  return {
    directory: `${dev} ${ino} ${mtimeNs} ${ctimeNs}`,
    changedMs: Number(mtimeNs / 1_000_000n),
    startedMs,
  }
}

/** The index of a directory, or undefined. Whatever is wrong with it, the files say the same, only slower. */
export async function readIndex(directory: DatabaseDirectory): Promise<Index | undefined> {
  const path = indexPath(directory)
  if (!directory.hasService() || lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  try {
    const fd = await openAsync(path, READ_FLAGS)
    try {
      const stats = fstatSync(fd)
      if (!stats.isFile() || stats.uid !== user() || stats.size > LONGEST_INDEX) return undefined
      const { buffer, byteOffset, byteLength } = await readFully(fd, new Uint8Array(stats.size), 0)
      return await decodeIndex(Buffer.from(buffer, byteOffset, byteLength))
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}

/** Whether the index alone can answer at `now`; to be asked after the locks were listed. */
export function answersAlone(index: Index, now: Moment | undefined): boolean {
  return index.settled && index.directory === now?.directory && isLocal(index.token)
}

/** Keys that somebody is writing, or was writing when he died. */
export function lockedKeys(directory: DatabaseDirectory): ReadonlySet<string> {
  if (!directory.hasService('locks')) return new Set()
  try {
    return new Set(readdirSync(directory.lock('')))
  } catch (error) {
    if (hasCode(error, GONE)) return new Set()
    throw error
  }
}

/** Which file the record of a key is, or undefined. Taken before the record is read, it is never newer than that. */
export function stampOf(directory: DatabaseDirectory, name: string): Stamp | undefined {
  const path = `${directory.entry(name)}/dirdict.json`
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  const { ino, ctimeMs, size } = stats
  // Some network file systems have numbers that a double cannot hold.
  const exact = Number.isSafeInteger(ino)
    ? ino
    : String(lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino)
  return [exact, Math.round(ctimeMs * 1000), size]
}

export function sameStamp(a: Stamp | null | undefined, b: Stamp | undefined): boolean {
  return a != null && b !== undefined && a[0] === b[0] && a[1] === b[1] && a[2] === b[2]
}

/**
 * When `moment` was, by the clock of the file system, less what that clock may be wrong by: what changed before then is
 * old. Undefined where nothing can be written there, so that no index can be either.
 */
export function oldBefore(
  directory: DatabaseDirectory,
  moment: Moment,
  margin: number = OLD_MS,
): number | undefined {
  return whereWritable(() => {
    const path = directory.work(`${newToken()}.i`)
    const fd = openSync(path, 'wx')
    try {
      return fstatSync(fd).mtimeMs - (performance.now() - moment.startedMs) - margin
    } finally {
      closeSync(fd)
      rmSync(path)
    }
  })
}

/** Writes the index of what was found since `moment`. It appears whole or not at all. */
export async function writeIndex(
  directory: DatabaseDirectory,
  moment: Moment,
  old: number,
  rows: readonly IndexRow[],
  others: readonly string[],
): Promise<void> {
  const aged = rows.map(row =>
    row.stamp !== null && row.stamp[1] < old * 1000 ? row : { ...row, stamp: null },
  )
  const token = newToken()
  const head = { directory: moment.directory, settled: moment.changedMs < old, token, others }
  const text = await encodeIndex(head, aged)
  if (text === undefined) return
  whereWritable(() => {
    const draft = directory.work(`${token}.i`)
    try {
      writeFileSync(draft, text, { flag: 'wx', mode: 0o600 })
      renameSync(draft, indexPath(directory))
    } finally {
      rmSync(draft, { force: true })
    }
  })
}

/** An index is a convenience: where the file system refuses it, the search goes on without. */
function whereWritable<T>(write: () => T): T | undefined {
  try {
    return write()
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}

/** What repair does, for what no time of a directory tells: records that were put back by another program. */
export function forgetIndex(directory: DatabaseDirectory): void {
  whereWritable(() => unlinkSync(indexPath(directory)))
}

/** One for each user: nobody believes what another has written, or reads records there that are closed to him. */
function indexPath(directory: DatabaseDirectory): string {
  return `${directory.service}/index-${user()}.json`
}

function user(): number {
  return process.geteuid?.() ?? 0
}
