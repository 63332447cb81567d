/**
 * Repairs of what a crash or a power cut has left in the middle: swaps, locks of the dead, entries that were torn.
 */
import { lstatSync, renameSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type DatabaseDirectory, isDirectory } from '../entry/database-directory.js'
import { finishUnfinished, releaseAndCollect, writeStamp } from '../entry/publish.js'
import { removeEmptyLater, replacedKey } from '../entry/trash.js'
import { isDirdictError } from '../errors.js'
import { acquireFileLock, giveBack } from '../locks/file.js'
import { isShared } from '../locks/owners.js'
import { leaveShared } from '../locks/shared.js'
import { isDead, isLocal } from '../locks/token.js'
import type { Foreseen } from './foreseen.js'
import { isLeft, isTokenLike, namesIn } from './left.js'
import type { Proposal } from './proposal.js'
import { type Condition, conditionOf, steadyCondition } from './torn.js'
import { isEntry } from './unknown.js'

/** Swaps that were committed and not ended, and locks whose owners are gone. */
export function* unfinishedSwaps(directory: DatabaseDirectory, foreseen: Foreseen): Generator<Proposal> {
  for (const name of new Set([...namesIn(directory.readyEntry('')), ...namesIn(directory.lock(''))])) {
    const ready = inodeOf(directory.readyEntry(name))
    const owners = namesIn(directory.lock(name)).filter(isTokenLike)
    // A writer that lives ends its swap itself, and may have begun and ended it between two looks.
    const isReady =
      ready !== undefined &&
      !owners.some(owner => isLocal(owner) && !isDead(owner)) &&
      inodeOf(directory.readyEntry(name)) === ready &&
      isEntry(directory.readyEntry(name), name)
    const isHeld =
      owners.length === 0 ||
      !owners.every(owner => isLeft(directory, owner, `${directory.lock(name)}/${owner}`))
    if (!isReady && (isHeld || foreseen.willBeFree(name))) continue
    if (isReady && isOther(directory.entry(name))) {
      const detail = 'its replacement waits, but a file or a link lies in its place: move that away'
      yield { name, action: 'reported', detail }
      continue
    }
    if (isReady && !isTornSwap(directory, name)) foreseen.expect(name, directory.readyEntry(name))
    yield {
      name,
      action: isReady ? 'finished' : 'unlocked',
      detail: isReady ? 'an interrupted replacement' : 'the lock of a process that ended',
      apply: signal => finishSwap(directory, name, foreseen, signal),
    }
  }
}

/** A power cut may have torn an entry. Where its predecessor still lies in the trash, that comes back. */
export function* tornEntries(directory: DatabaseDirectory, foreseen: Foreseen): Generator<Proposal> {
  // Whoever they belong to: a torn entry under its own lock is proof enough.
  for (const { name, path } of predecessors(directory)) {
    // What somebody has damaged is newer all the same, and nothing is put in its place.
    if (steadyCondition(foreseen.entry(name)) !== 'torn' || !isWhole(path)) continue
    foreseen.expect(name, path)
    foreseen.expectTakenBack(basename(dirname(path)), path)
    yield {
      name,
      action: 'taken back',
      detail: 'the last whole value; its successor was cut off by a power failure',
      apply: signal => takeBack(directory, name, path, signal),
    }
  }
}

/** Whether a value that the entry of this name replaced is still there, whole. */
export function hasPredecessor(directory: DatabaseDirectory, name: string): boolean {
  return predecessors(directory).some(one => one.name === name && isWhole(one.path))
}

/** What was replaced and is not removed yet, the latest first. */
function predecessors(directory: DatabaseDirectory): readonly { name: string; path: string }[] {
  const found: { name: string; path: string; changed: number }[] = []
  for (const box of boxes(directory)) {
    for (const old of namesIn(box)) {
      const name = replacedKey(old)
      const path = `${box}/${old}`
      const stats = name === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false })
      if (name !== undefined && stats?.isDirectory()) found.push({ name, path, changed: stats.mtimeMs })
    }
  }
  return found.sort((a, b) => b.changed - a.changed)
}

/** Where replaced entries lie: in the trash, and in locks of before the machine was started anew. */
function* boxes(directory: DatabaseDirectory): Generator<string> {
  for (const token of namesIn(directory.trash(''))) yield directory.trash(token)
  for (const name of namesIn(directory.lock(''))) {
    for (const owner of namesIn(directory.lock(name))) {
      const holder = `${directory.lock(name)}/${owner}`
      if (!isDead(owner) && isLeft(directory, owner, holder)) yield holder
    }
  }
}

async function finishSwap(
  directory: DatabaseDirectory,
  name: string,
  foreseen: Foreseen,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  freeLeft(directory, name, foreseen)
  const lock = await acquireFileLock(directory, name, signal === undefined ? {} : { signal })
  try {
    if (isTornSwap(directory, name)) renameSync(directory.readyEntry(name), `${lock.holder}/torn`)
    else finishUnfinished(directory, name, lock)
  } finally {
    releaseAndCollect(lock, false)
  }
  return true
}

/** A lock of before the machine was started anew would be waited for, for a minute of silence. */
function freeLeft(directory: DatabaseDirectory, name: string, foreseen: Foreseen): void {
  for (const owner of namesIn(directory.lock(name)).filter(isTokenLike)) {
    // One of this boot is taken over at once.
    if (isDead(owner) || !isLeft(directory, owner, `${directory.lock(name)}/${owner}`)) continue
    if (isShared(owner)) {
      leaveShared(directory, name, owner)
      continue
    }
    directory.settleChange(owner)
    try {
      giveBack(directory, name, owner)
      // What was replaced under it is looked at before it is collected.
      foreseen.expectTrash(owner)
    } catch (error) {
      // Another process was first.
      if (!isDirdictError(error, 'LOCK_LOST')) throw error
    }
  }
}

/** A power cut left the names of a swap, but not all of what the new entry should hold; the old one is whole. */
function isTornSwap(directory: DatabaseDirectory, name: string): boolean {
  const [ready, entry] = [directory.readyEntry(name), directory.entry(name)]
  return isDirectory(ready) && isUnfit(conditionOf(ready)) && isWhole(entry)
}

async function takeBack(
  directory: DatabaseDirectory,
  name: string,
  old: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const lock = await acquireFileLock(directory, name, signal === undefined ? {} : { signal })
  try {
    finishUnfinished(directory, name, lock)
    const entry = directory.entry(name)
    if (!isDirectory(entry) || conditionOf(entry) !== 'torn') return false
    // As a swap: cut off between two renames, it is finished by whoever comes next, and the value is never nowhere.
    writeStamp(directory, name, lock.token)
    renameSync(old, directory.readyEntry(name))
    finishUnfinished(directory, name, lock)
    // It has just changed, so that nothing shows any more that it was left by the dead.
    removeEmptyLater(dirname(old))
    return true
  } finally {
    releaseAndCollect(lock, true)
  }
}

/** Something else than an entry lies in the place of one. */
function isOther(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino
}

/** Known to be no value. What cannot be read may be the newest, of another user or of a newer version. */
function isUnfit(condition: Condition): boolean {
  return condition === 'torn' || condition === 'damaged'
}

function isWhole(entry: string): boolean {
  return isDirectory(entry) && conditionOf(entry) === 'whole'
}
