/**
 * Repairs of what a crash or a power cut has left in the middle: swaps, locks of the dead, entries that were torn.
 */
import { lstatSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { type DatabaseDirectory, isDirectory } from '../entry/database-directory.js'
import { finishUnfinished, releaseAndCollect, writeStamp } from '../entry/publish.js'
import { removeEmptyLater } from '../entry/trash.js'
import { isDirdictError } from '../errors.js'
import { acquireFileLock, giveBack, ownersOf } from '../locks/file.js'
import { isLeft, namesIn } from './left.js'
import type { Proposal } from './proposal.js'
import { conditionOf } from './torn.js'

/** Swaps that were committed and not ended, and locks whose owners are gone. */
export function* unfinishedSwaps(directory: DatabaseDirectory): Generator<Proposal> {
  for (const name of new Set([...namesIn(directory.readyEntry('')), ...namesIn(directory.lock(''))])) {
    const isReady = namesIn(directory.readyEntry('')).includes(name)
    const owners = ownersOf(directory, name)
    const isHeld =
      owners.length === 0 ||
      !owners.every(owner => isLeft(directory, owner, `${directory.lock(name)}/${owner}`))
    if (!isReady && isHeld) continue
    yield {
      name,
      action: isReady ? 'finished' : 'unlocked',
      detail: isReady ? 'an interrupted replacement' : 'the lock of a process that ended',
      apply: () => finishSwap(directory, name),
    }
  }
}

/**
 * A power cut may have torn an entry. Where its predecessor still lies in the trash, that comes back; else what is left
 * is set aside, so that the key is free.
 */
export function* tornEntries(directory: DatabaseDirectory): Generator<Proposal> {
  // Whoever they belong to: a torn entry under its own lock is proof enough.
  for (const { name, path } of predecessors(directory)) {
    if (isWhole(directory.entry(name)) || !isWhole(path)) continue
    yield {
      name,
      action: 'taken back',
      detail: 'the last whole value; its successor was cut off by a power failure',
      apply: () => takeBack(directory, name, path),
    }
  }
}

/** What was replaced and is not removed yet, the latest first. */
function predecessors(directory: DatabaseDirectory): readonly { name: string; path: string }[] {
  const found: { name: string; path: string; changed: number }[] = []
  for (const token of namesIn(directory.trash(''))) {
    for (const old of namesIn(directory.trash(token))) {
      const [, name] = /^old-[0-9a-f]+\.(.+)$/.exec(old) ?? []
      const path = `${directory.trash(token)}/${old}`
      const stats = name === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false })
      if (name !== undefined && stats?.isDirectory()) found.push({ name, path, changed: stats.mtimeMs })
    }
  }
  return found.sort((a, b) => b.changed - a.changed)
}

async function finishSwap(directory: DatabaseDirectory, name: string): Promise<boolean> {
  freeLeft(directory, name)
  const lock = await acquireFileLock(directory, name)
  try {
    if (isTornSwap(directory, name)) renameSync(directory.readyEntry(name), `${lock.holder}/torn`)
    else finishUnfinished(directory, name, lock)
  } finally {
    releaseAndCollect(lock, false)
  }
  return true
}

/** A lock of before the machine was started anew would be waited for, for a minute of silence. */
function freeLeft(directory: DatabaseDirectory, name: string): void {
  for (const owner of ownersOf(directory, name)) {
    if (!isLeft(directory, owner, `${directory.lock(name)}/${owner}`)) continue
    directory.settleChange(owner)
    try {
      // What was replaced under it is looked at before it is collected.
      giveBack(directory, name, owner)
    } catch (error) {
      // Another process was first.
      if (!isDirdictError(error, 'LOCK_LOST')) throw error
    }
  }
}

/** A power cut left the names of a swap, but not all of what the new entry should hold; the old one is whole. */
function isTornSwap(directory: DatabaseDirectory, name: string): boolean {
  const [ready, entry] = [directory.readyEntry(name), directory.entry(name)]
  return isDirectory(ready) && !isWhole(ready) && isWhole(entry)
}

async function takeBack(directory: DatabaseDirectory, name: string, old: string): Promise<boolean> {
  const lock = await acquireFileLock(directory, name)
  try {
    finishUnfinished(directory, name, lock)
    const entry = directory.entry(name)
    if (isWhole(entry) || lstatSync(entry, { throwIfNoEntry: false }) === undefined) return false
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

function isWhole(entry: string): boolean {
  return isDirectory(entry) && conditionOf(entry) === 'whole'
}
