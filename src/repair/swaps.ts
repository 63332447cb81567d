/**
 * Repairs of what a crash or a power cut has left in the middle: swaps, locks of the dead, entries that were torn.
 */
import { existsSync, lstatSync, renameSync, statSync } from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { finishUnfinished, releaseAndCollect } from '../entry/publish.js'
import { readRecord } from '../entry/record-files.js'
import { GONE, hasCode } from '../entry/system-errors.js'
import { isDirdictError } from '../errors.js'
import { acquireFileLock } from '../locks/file.js'
import { isDead, isLocal } from '../locks/token.js'
import type { Foreseen } from './foreseen.js'
import { isLeft, isTokenLike, namesIn } from './left.js'
import type { Proposal } from './proposal.js'
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
      apply: signal => finishSwap(directory, name, signal),
    }
  }
}

/** A power cut may have torn an entry whose predecessor still lies in the trash: the predecessor comes back. */
export function* tornEntries(directory: DatabaseDirectory, foreseen: Foreseen): Generator<Proposal> {
  for (const token of namesIn(directory.trash(''))) {
    // Whoever it belongs to: a torn entry under its own lock is proof enough.
    for (const old of namesIn(directory.trash(token))) {
      const [, name] = /^old-[0-9a-f]+\.(.+)$/.exec(old) ?? []
      const path = `${directory.trash(token)}/${old}`
      if (name === undefined || !isTorn(foreseen.entry(name)) || !isWhole(path)) continue
      foreseen.expect(name, path)
      yield {
        name,
        action: 'taken back',
        detail: 'the last whole value; its successor was cut off by a power failure',
        apply: signal => takeBack(directory, name, path, signal),
      }
    }
  }
}

async function finishSwap(
  directory: DatabaseDirectory,
  name: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const lock = await acquireFileLock(directory, name, signal === undefined ? {} : { signal })
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
    if (isWhole(entry) || statSync(entry, { throwIfNoEntry: false }) === undefined) return false
    renameSync(entry, `${lock.holder}/torn`)
    renameSync(old, entry)
    return true
  } finally {
    releaseAndCollect(lock, true)
  }
}

/** Whether an entry is there, and is not whole; read by path, a sound one that is replaced meanwhile looks so too. */
function isTorn(entry: string): boolean {
  const before = inodeOf(entry)
  return before !== undefined && !isWhole(entry) && inodeOf(entry) === before
}

/** Something else than an entry lies in the place of one. */
function isOther(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino
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
