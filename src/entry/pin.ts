/**
 * The pinned read (PROTOCOL.md, "Read K"): a reader opens the entry's directory and reads everything through that
 * descriptor. It takes no lock and never writes, and still sees an old value or a new one, whole.
 */
import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync, statSync } from 'node:fs'
import { DirdictError } from '../errors.js'
import { isKeyName } from '../keys.js'
import { PROCFS } from '../locks/token.js'
import type { DatabaseDirectory } from './database-directory.js'
import { readTextSync } from './raw-files.js'
import { isAt, type ReadWitness } from './read-witness.js'
import { reading } from './slots.js'
import { GONE, hasCode, NO_FILE, translate } from './system-errors.js'

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
/** Stamps live for ten minutes; a look-up that took longer than this may have missed one and starts again. */
const LONGEST_LOOKUP_MS = 60_000
const LONGEST_STAMP = 100

/** There is no such key. */
export const ABSENT: unique symbol = Symbol('absent')

/**
 * Runs `read` on the pinned directory of a key, again where the entry was replaced under it; ABSENT where the key
 * is proven not to be there. `read` tells through the witness what it could not find.
 */
export function readPinned<T>(
  directory: DatabaseDirectory,
  name: string,
  read: (base: string, witness: ReadWitness) => Promise<T> | T,
): Promise<T | typeof ABSENT> {
  return reading(() => untilWhole(directory, name, read))
}

async function untilWhole<T>(
  directory: DatabaseDirectory,
  name: string,
  read: (base: string, witness: ReadWitness) => Promise<T> | T,
): Promise<T | typeof ABSENT> {
  for (;;) {
    const fd = findEntry(directory, name)
    if (fd < 0) return ABSENT
    const path = directory.entry(name)
    const ready = directory.readyEntry(name)
    // Where a swap was cut off, the entry is not at its place yet.
    const isCurrentEntry = (): boolean => isAt(fd, path) || isAt(fd, ready)
    const witness: ReadWitness = {
      vanished: false,
      listed: false,
      ended: false,
      path,
      isCurrent: isCurrentEntry,
    }
    const base = PROCFS ? `/proc/self/fd/${fd}` : path
    try {
      const before = PROCFS ? undefined : identityOf(path)
      const value = await read(base, witness)
      if (!PROCFS && !sameIdentity(before, identityOf(base))) continue
      if (isStillWhole(base, witness)) return value
      if (isCurrentEntry()) throw damaged(name, 'its Loader.json is missing')
    } catch (error) {
      if (!foundLess(error, base, witness)) throw error
      if (isCurrentEntry()) {
        throw hasCode(error, GONE) ? damaged(name, 'a file is missing', error) : error
      }
    } finally {
      witness.ended = true
      closeSync(fd)
    }
  }
}

/** A descriptor of the entry's directory, or -1: proven absent. */
function findEntry(directory: DatabaseDirectory, name: string): number {
  const path = directory.entry(name)
  const first = openDirectory(path, directory, name)
  if (first >= 0) return first
  for (;;) {
    const started = performance.now()
    const stamp = stampOf(directory, name)
    const places = directory.hasService('ready') ? [path, directory.readyEntry(name), path] : [path]
    for (const place of places) {
      const fd = openIfThere(place, directory, name)
      if (fd >= 0) return fd
    }
    // Equal stamps around the three looks: at most one swap overlapped them, and the last look catches that one.
    if (stampOf(directory, name) === stamp && performance.now() - started < LONGEST_LOOKUP_MS) return -1
  }
}

/** Whether the key is there: one stat where it is. */
export function entryExists(directory: DatabaseDirectory, name: string): boolean {
  const stats = lstatSync(directory.entry(name), { throwIfNoEntry: false })
  if (stats !== undefined) return stats.isDirectory()
  if (!directory.hasService()) return false
  const fd = findEntry(directory, name)
  if (fd < 0) return false
  closeSync(fd)
  return true
}

/** The names of all keys, sorted: what lies in the directory, and what is just being swapped. */
export function listKeys(directory: DatabaseDirectory): string[] {
  const names: string[] = []
  let sorted = true
  let last = ''
  for (const item of readdirSync(directory.path, { withFileTypes: true })) {
    if (!item.isDirectory() || !isKeyName(item.name)) continue
    sorted &&= last <= item.name
    last = item.name
    names.push(item.name)
  }
  const swapping = stampedKeys(directory)
  if (swapping.length > 0) {
    const listed = new Set(names)
    for (const name of swapping) {
      if (!listed.has(name) && isKeyName(name) && entryExists(directory, name)) {
        names.push(name)
        sorted = false
      }
    }
  }
  return sorted ? names : names.sort()
}

function stampedKeys(directory: DatabaseDirectory): readonly string[] {
  if (!directory.hasService('swaps')) return []
  try {
    return readdirSync(`${directory.service}/swaps`)
  } catch (error) {
    if (hasCode(error, GONE)) return []
    throw error
  }
}

function stampOf(directory: DatabaseDirectory, name: string): string {
  const path = directory.stamp(name)
  const isStamp = directory.hasService('swaps') && lstatSync(path, { throwIfNoEntry: false })?.isFile()
  if (!isStamp) return ''
  try {
    return readTextSync(path, LONGEST_STAMP)
  } catch (error) {
    // Neither is a link, or a file without end, in place of a stamp.
    if (hasCode(error, [...GONE, ...NO_FILE]) || error instanceof RangeError) return ''
    throw error
  }
}

function openIfThere(path: string, directory: DatabaseDirectory, name: string): number {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return -1
  return openDirectory(path, directory, name)
}

function openDirectory(path: string, directory: DatabaseDirectory, name: string): number {
  try {
    return openSync(path, DIRECTORY)
  } catch (error) {
    if (hasCode(error, GONE)) return -1
    if (hasCode(error, ['ENOTDIR', 'ELOOP'])) {
      throw damaged(
        name,
        `${directory.entry(name)} is a file or a link, not a directory; links are not followed`,
        error,
      )
    }
    throw translate(error, `Reading ${JSON.stringify(name)}`, { key: name, path })
  }
}

/** Whether an error may come of an entry that is being removed, of which a part was no longer there. */
function foundLess(error: unknown, base: string, witness: ReadWitness): boolean {
  return witness.vanished || hasCode(error, GONE) || !isStillWhole(base, witness)
}

/** Trash is emptied Loader.json first: where it is still there, nothing has been removed. */
function isStillWhole(base: string, witness: ReadWitness): boolean {
  return !witness.listed || lstatSync(`${base}/Loader.json`, { throwIfNoEntry: false }) !== undefined
}

function identityOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })
}

function sameIdentity(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev && a.ctimeNs === b.ctimeNs
}

function damaged(name: string, what: string, cause?: unknown): DirdictError {
  return new DirdictError('CORRUPT_ENTRY', `Key ${JSON.stringify(name)} is damaged: ${what}.`, {
    key: name,
    cause,
  })
}
