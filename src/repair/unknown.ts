/**
 * What lies in the service directory and is nothing that dirdict puts there: files where directories belong, links, FIFOs,
 * names that are no tokens. It is moved as it is, never looked into, and never removed.
 */
import { lstatSync, type Stats } from 'node:fs'
import { type DatabaseDirectory, isThere, PARTS, SERVICE } from '../entry/database-directory.js'
import { isKeyName } from '../keys.js'
import { acquireFileLock } from '../locks/file.js'
import { ASIDE, makeTrash, setAside } from './aside.js'
import type { Foreseen } from './foreseen.js'
import { isTokenLike, namesIn } from './left.js'
import { isMountPoint } from './mounts.js'
import type { Proposal } from './proposal.js'

/** Many times as long as an owner of a lock may be silent. */
const STILL_MS = 10 * 60_000
const INDEX = /^index-\d+\.json$/

/** Whether the service directory is one in which anything can be repaired. */
export function isUsable(directory: DatabaseDirectory): boolean {
  return [directory.service, directory.trash('')].every(path => {
    const stats = statsOf(path.replace(/\/$/, ''))
    return stats === undefined || stats.isDirectory()
  })
}

/** A service directory, or trash, that is none: nothing can be set aside, and the user has to look. */
export function* unusable(directory: DatabaseDirectory): Generator<Proposal> {
  if (isUsable(directory)) return
  const detail = `${SERVICE}, or the trash in it, is a link or a file; nothing is written through it. Move it away.`
  yield { name: '', action: 'reported', detail }
}

export function* unknownThings(directory: DatabaseDirectory, foreseen: Foreseen): Generator<Proposal> {
  for (const name of namesIn(directory.service)) {
    const path = `${directory.service}/${name}`
    if (!(PARTS as readonly string[]).includes(name)) {
      if (!INDEX.test(name)) yield told(`${SERVICE}/${name} is unknown to this version, and left alone`)
    } else if (!isDirectory(path)) yield aside(directory, path)
  }
  yield* unknownIn(directory, 'work', name => isTokenLike(name))
  yield* unknownIn(directory, 'trash', name => isTokenLike(name) || name.startsWith(ASIDE))
  for (const name of namesIn(directory.lock(''))) yield* unknownOwners(directory, directory.lock(name))
  for (const name of namesIn(directory.waiting(''))) yield* unknownOwners(directory, directory.waiting(name))
  for (const name of namesIn(directory.stamp(''))) {
    const isStamp = (stats: Stats): boolean => stats.isFile()
    yield* unknownAt(directory, foreseen, name, directory.stamp(name), isStamp)
  }
  for (const name of namesIn(directory.readyEntry(''))) {
    const path = directory.readyEntry(name)
    yield* unknownAt(directory, foreseen, name, path, () => isEntry(path, name))
  }
}

/** Proposes to move `path` aside. */
export function aside(directory: DatabaseDirectory, path: string): Proposal {
  const detail = path.slice(directory.path.length + 1)
  const apply = async (): Promise<string> => {
    makeTrash(directory)
    const to = setAside(directory, path)
    // It may have lain where a part of the service directory belongs.
    directory.ensureService()
    return to
  }
  return { name: '', action: 'set aside', detail, apply }
}

function* unknownIn(
  directory: DatabaseDirectory,
  part: 'work' | 'trash',
  isKnown: (name: string) => boolean,
): Generator<Proposal> {
  const unknown = namesIn(directory[part]('')).filter(name => !isKnown(name))
  if (unknown.length > 0 && isMountPoint(directory[part](''))) {
    yield told(`something is mounted in the place of ${SERVICE}/${part}; what lies there is left alone`)
    return
  }
  for (const name of unknown) yield aside(directory, directory[part](name))
}

/** Whatever lies in a lock and is no owner keeps the key locked for ever. */
function* unknownOwners(directory: DatabaseDirectory, lock: string): Generator<Proposal> {
  const stats = statsOf(lock)
  if (stats === undefined) return
  if (!stats.isDirectory()) yield aside(directory, lock)
  for (const owner of namesIn(lock)) {
    if (isTokenLike(owner)) continue
    const path = `${lock}/${owner}`
    if (isStill(path)) yield aside(directory, path)
    else yield told(`${path.slice(directory.path.length + 1)} is unknown to this version, and may be in use`)
  }
}

/** A directory may be an owner of a newer version, who touches it for as long as he lives. */
function isStill(path: string): boolean {
  const stats = statsOf(path)
  return stats === undefined || !stats.isDirectory() || Date.now() - stats.mtimeMs > STILL_MS
}

/** Writers of the key put things here: it is moved under their lock, and only if it still is what it was. */
function* unknownAt(
  directory: DatabaseDirectory,
  foreseen: Foreseen,
  name: string,
  path: string,
  isKnown: (stats: Stats) => boolean,
): Generator<Proposal> {
  const isUnknown = (): boolean => {
    const stats = statsOf(path)
    if (stats === undefined || isKnown(stats)) return false
    // What a writer has moved on meanwhile was known.
    return statsOf(path)?.ino === stats.ino
  }
  if (!isUnknown()) return
  foreseen.expectFree(name)
  const proposal = aside(directory, path)
  const apply = async (signal?: AbortSignal): Promise<boolean | string> => {
    const lock = await acquireFileLock(directory, name, signal === undefined ? {} : { signal })
    try {
      makeTrash(directory)
      return isUnknown() && setAside(directory, path)
    } finally {
      lock.releaseSync()
    }
  }
  yield { ...proposal, apply }
}

/** Whether what lies at `path` may be the value of a key. */
export function isEntry(path: string, name: string): boolean {
  if (!isKeyName(name) || statsOf(path)?.isDirectory() !== true) return false
  return ['Loader.json', 'dirdict.json', 'db', 'db_state.json'].some(file => isThere(`${path}/${file}`))
}

function isDirectory(path: string): boolean {
  return statsOf(path)?.isDirectory() ?? true
}

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

function told(detail: string): Proposal {
  return { name: '', action: 'reported', detail }
}
