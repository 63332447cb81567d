/**
 * Emptying the trash in the background: what was replaced or deleted is removed after its successor is on disk.
 * Many replacements of one key cost one round of syncs.
 */
import {
  closeSync,
  fsync,
  lstatSync,
  openSync,
  readdirSync,
  rmdir,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { isKeyName } from '../keys.js'
import { newToken } from '../locks/token.js'
import type { DatabaseDirectory } from './database-directory.js'
import { listFiles, RECORDS } from './file-names.js'
import { READ_FLAGS } from './raw-files.js'
import { removeTree } from './remove-tree.js'
import { GONE, hasCode, succeeds } from './system-errors.js'

interface Pending {
  readonly paths: string[]
  /** Keys whose present entry has to be on disk before anything in `paths` goes. */
  readonly successors: Set<string>
}

/** Long enough to gather a burst of writes, short enough that nobody misses the space. */
const GATHER_MS = 50
/** Files of an entry that are open at once: it may have more than the process may open. */
const SYNCED_TOGETHER = 32
const LEAVE_ALONE: readonly string[] = ['ENOTEMPTY', 'EEXIST', ...GONE]

const fsyncAsync = promisify(fsync)
const pending = new Map<DatabaseDirectory, Pending>()
const emptying = new Map<DatabaseDirectory, Promise<void>>()
let timer: NodeJS.Timeout | undefined
let atExit = false

/** Has `path` (in `trash/`) removed soon; with `successor`, after that key's present entry is on disk. */
export function removeLater(directory: DatabaseDirectory, path: string, successor?: string): void {
  let waiting = pending.get(directory)
  if (waiting === undefined) {
    waiting = { paths: [], successors: new Set() }
    pending.set(directory, waiting)
  }
  waiting.paths.push(path)
  if (successor !== undefined) waiting.successors.add(successor)
  if (!atExit) {
    atExit = true
    process.on('beforeExit', emptyAll)
  }
  timer ??= setTimeout(emptyAll, GATHER_MS).unref()
}

/** Empty directories that are being removed, and who waits until there are none. */
let removing = 0
const waitingForEmpty: (() => void)[] = []

/**
 * Removes a directory that is empty, or leaves it where somebody has put something into it. Not awaited: on ext4 an
 * rmdir costs ten times a rename, and an empty lock is free whether it is there or not.
 */
export function removeEmptyLater(path: string): void {
  void removeEmpty(path)
}

function removeEmpty(path: string): Promise<void> {
  removing++
  return new Promise(gone => {
    rmdir(path, error => {
      removing--
      if (error !== null && !hasCode(error, LEAVE_ALONE)) warn(error)
      gone()
      if (removing === 0) for (const resolve of waitingForEmpty.splice(0)) resolve()
    })
  })
}

/** Removes a directory with the directories in it. Not awaited either: nobody waits for it. */
export function removeTreeLater(path: string): void {
  removing++
  removeTree(path)
    .catch(warn)
    .finally(() => {
      removing--
      if (removing === 0) for (const resolve of waitingForEmpty.splice(0)) resolve()
    })
}

function emptyDirectoriesGone(): Promise<void> {
  return removing === 0 ? Promise.resolve() : new Promise(resolve => waitingForEmpty.push(resolve))
}

function emptyAll(): void {
  clearTimeout(timer)
  timer = undefined
  for (const directory of [...pending.keys()]) void emptyTrash(directory)
}

/** Removes what is waiting in `directory` now; resolves when it is gone. Failures are warnings: no value is at stake. */
export async function emptyTrash(directory: DatabaseDirectory): Promise<void> {
  const before = emptying.get(directory)
  const items = pending.get(directory)
  if (items !== undefined) {
    pending.delete(directory)
    const now = Promise.resolve(before)
      .then(() => remove(directory, items))
      .catch(warn)
    emptying.set(directory, now)
    await now
    if (emptying.get(directory) === now) emptying.delete(directory)
  } else await before
  await emptyDirectoriesGone()
}

function warn(error: unknown): void {
  process.emitWarning(`dirdict could not empty its trash: ${String(error)}; DataBase.repair() will.`)
}

async function remove(directory: DatabaseDirectory, waiting: Pending): Promise<void> {
  for (const name of waiting.successors) await syncEntry(directory.entry(name))
  if (waiting.successors.size > 0) await syncIfThere(directory.path)
  // Of each entry Loader.json goes first (PROTOCOL.md, step 7).
  await Promise.all(waiting.paths.map(removeTree))
}

/** The key of an entry in the trash that was replaced; undefined for anything else. */
export function replacedKey(name: string): string | undefined {
  const key = /^old-[0-9a-f]+\.(.+)$/.exec(name)?.[1]
  return key !== undefined && isKeyName(key) ? key : undefined
}

/** Removes what the dead have left at `path` in the trash: they may not have had the time to put its successors on disk. */
export async function collectTrash(directory: DatabaseDirectory, path: string): Promise<void> {
  const replaced = namesIn(path).map(replacedKey)
  await remove(directory, { paths: [path], successors: new Set(replaced.filter(key => key !== undefined)) })
}

/** Empties the trash and sweeps old stamps, when a database is closed. A failure is a warning. */
export async function tidy(directory: DatabaseDirectory): Promise<void> {
  await emptyTrash(directory)
  try {
    if (directory.hasService('swaps')) sweepStamps(directory)
  } catch (error) {
    warn(error)
  }
}

/** Readers compare stamps within a minute; after ten nobody needs one any more. */
const STAMP_LIFE_MS = 10 * 60_000

/** Removes the stamps of swaps that no reader can still be looking at. */
export function sweepStamps(directory: DatabaseDirectory): void {
  let now: number | undefined
  for (const name of namesIn(directory.stamp(''))) {
    const changed = lstatSync(directory.stamp(name), { throwIfNoEntry: false })?.mtimeMs
    if (changed === undefined || Date.now() - changed < STAMP_LIFE_MS) continue
    now ??= timeOf(directory)
    if (now - changed >= STAMP_LIFE_MS) succeeds(GONE, () => unlinkSync(directory.stamp(name)))
  }
}

/** By the clock that dates its files, which is not this machine's where a server has them. */
function timeOf(directory: DatabaseDirectory): number {
  directory.ensureService()
  const probe = directory.work(`${newToken()}.s`)
  try {
    writeFileSync(probe, '', { flag: 'wx' })
    return statSync(probe).mtimeMs
  } finally {
    rmSync(probe, { force: true })
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if (hasCode(error, [...GONE, 'ENOTDIR'])) return []
    throw error
  }
}

/** Puts an entry on the disk, with all that lies in it. */
export async function syncEntry(path: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return
  let files: readonly string[] = []
  try {
    files = [...listFiles(path), ...RECORDS]
    for (let i = 0; i < files.length; i += SYNCED_TOGETHER) {
      const together = files.slice(i, i + SYNCED_TOGETHER)
      await Promise.all(together.map(file => syncIfThere(`${path}/${file}`)))
    }
  } catch (error) {
    if (!hasCode(error, GONE)) throw error
  }
  for (const below of directoriesBelow(files)) await syncIfThere(`${path}/${below}`)
  await syncIfThere(path)
}

/** Those that hold the files, the deepest first. */
function directoriesBelow(files: readonly string[]): readonly string[] {
  const found = new Set<string>()
  for (const file of files) {
    for (let slash = file.lastIndexOf('/'); slash > 0; slash = file.lastIndexOf('/', slash - 1)) {
      found.add(file.slice(0, slash))
    }
  }
  return [...found].sort((a, b) => b.length - a.length)
}

/** What is no longer there was replaced again, and its successor is in the same list. */
async function syncIfThere(path: string): Promise<void> {
  let fd: number
  try {
    fd = openSync(path, READ_FLAGS)
  } catch (error) {
    if (hasCode(error, GONE)) return
    throw error
  }
  try {
    await fsyncAsync(fd)
  } finally {
    closeSync(fd)
  }
}
