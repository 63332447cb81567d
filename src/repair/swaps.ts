/**
 * Repairs of what a crash or a power cut has left in the middle: swaps, locks of the dead, entries that were torn.
 */
import { existsSync, renameSync, statSync } from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { finishUnfinished, releaseAndCollect, writeStamp } from '../entry/publish.js'
import { readRecord } from '../entry/record-files.js'
import { GONE, hasCode } from '../entry/system-errors.js'
import { isDirdictError } from '../errors.js'
import { acquireFileLock, ownersOf } from '../locks/file.js'
import { isLeft, namesIn } from './left.js'
import type { Proposal } from './proposal.js'

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

/** A power cut may have torn an entry whose predecessor still lies in the trash: the predecessor comes back. */
export function* tornEntries(directory: DatabaseDirectory): Generator<Proposal> {
  for (const token of namesIn(directory.trash(''))) {
    // Whoever it belongs to: a torn entry under its own lock is proof enough.
    for (const old of namesIn(directory.trash(token))) {
      const [, name] = /^old-[0-9a-f]+\.(.+)$/.exec(old) ?? []
      const path = `${directory.trash(token)}/${old}`
      if (name === undefined || isWhole(directory.entry(name)) || !isWhole(path)) continue
      yield {
        name,
        action: 'taken back',
        detail: 'the last whole value; its successor was cut off by a power failure',
        apply: () => takeBack(directory, name, path),
      }
    }
  }
}

async function finishSwap(directory: DatabaseDirectory, name: string): Promise<boolean> {
  const lock = await acquireFileLock(directory, name)
  try {
    if (isTornSwap(directory, name)) renameSync(directory.readyEntry(name), `${lock.holder}/torn`)
    else finishUnfinished(directory, name, lock)
  } finally {
    releaseAndCollect(lock, false)
  }
  return true
}

/** A power cut left the names of a swap, but not all of what the new entry should hold; the old one is whole. */
function isTornSwap(directory: DatabaseDirectory, name: string): boolean {
  const [ready, entry] = [directory.readyEntry(name), directory.entry(name)]
  return existsSync(ready) && !isWhole(ready) && existsSync(entry) && isWhole(entry)
}

async function takeBack(directory: DatabaseDirectory, name: string, old: string): Promise<boolean> {
  const lock = await acquireFileLock(directory, name)
  try {
    finishUnfinished(directory, name, lock)
    const entry = directory.entry(name)
    if (isWhole(entry) || statSync(entry, { throwIfNoEntry: false }) === undefined) return false
    writeStamp(directory, name, lock.token)
    // As a replacement does: cut off after this, it is ended by whoever comes next.
    renameSync(old, directory.readyEntry(name))
    finishUnfinished(directory, name, lock)
    return true
  } finally {
    releaseAndCollect(lock, true)
  }
}

/** Whether every recorded file is there in its full length. */
function isWhole(entry: string): boolean {
  try {
    const record = readRecord(entry, '')
    return (
      record?.files.every(
        file => statSync(`${entry}/${file.name}`, { throwIfNoEntry: false })?.size === file.bytes,
      ) ?? true
    )
  } catch (error) {
    if (isDirdictError(error) || hasCode(error, GONE)) return false
    throw error
  }
}
