/**
 * What the dead have left in the service directory: announcements, names of those who shared a lock, staged entries, trash.
 */
import { lstatSync } from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { removeTree } from '../entry/remove-tree.js'
import { collectTrash, replacedKey } from '../entry/trash.js'
import { isShared } from '../locks/owners.js'
import { leaveShared } from '../locks/shared.js'
import { withdraw } from '../locks/waiting.js'
import type { Foreseen } from './foreseen.js'
import { isLeft, isTokenLike, namesIn } from './left.js'
import type { Proposal } from './proposal.js'
import { aside } from './unknown.js'

/** Stamps, indexes and errors of calculations on their way, and errors that were left for those who waited. */
const DRAFT = /\.(?:[sie]|error)$/

export function* leftovers(directory: DatabaseDirectory, foreseen: Foreseen): Generator<Proposal> {
  const owners = new Set(namesIn(directory.lock('')).flatMap(name => namesIn(directory.lock(name))))
  for (const token of directory.announced()) {
    // Whoever takes the lock of the dead settles this too.
    if (!isTokenLike(token) || owners.has(token)) continue
    const path = directory.announcement(token)
    const settle = async (): Promise<void> => directory.settleChange(token)
    yield* leftAt(directory, token, path, `the announcement of ${token}`, isEmptyDirectory(path), settle)
  }
  yield* namesAtLocks(directory)
  for (const name of namesIn(directory.work(''))) {
    const path = directory.work(name)
    const isOurs = DRAFT.test(name) ? typeOf(path)?.isFile() : typeOf(path)?.isDirectory()
    const remove = (): Promise<void> => removeTree(path)
    yield* leftAt(directory, name, path, `work/${name}`, isOurs, remove)
  }
  for (const name of namesIn(directory.trash(''))) {
    const path = directory.trash(name)
    if (foreseen.isOwnTrash(name)) continue
    if (namesIn(path).some(old => isAwaited(directory, foreseen, replacedKey(old)))) continue
    const remove = (): Promise<void> => collectTrash(directory, path)
    yield* leftAt(directory, name, path, `trash/${name}`, typeOf(path)?.isDirectory(), remove)
  }
}

/** What a swap that cannot be ended would have replaced may be the last whole value. */
function isAwaited(directory: DatabaseDirectory, foreseen: Foreseen, key: string | undefined): boolean {
  return key !== undefined && !foreseen.isExpected(key) && typeOf(directory.readyEntry(key)) !== undefined
}

/** Collects what is of the kind that its owner makes, and sets aside what only has the name of it. */
function* leftAt(
  directory: DatabaseDirectory,
  token: string,
  path: string,
  detail: string,
  isOurs: boolean | undefined,
  collect: () => Promise<void>,
): Generator<Proposal> {
  if (isOurs === undefined || !isTokenLike(token) || !isLeft(directory, token, path)) return
  if (isOurs) yield collected(detail, collect)
  else yield aside(directory, path)
}

function isEmptyDirectory(path: string): boolean | undefined {
  const stats = typeOf(path)
  return stats === undefined ? undefined : stats.isDirectory() && namesIn(path).length === 0
}

function typeOf(path: string): ReturnType<typeof lstatSync> | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** Of those who shared a lock with others that live, and of writers that waited for a lock. */
function* namesAtLocks(directory: DatabaseDirectory): Generator<Proposal> {
  for (const name of namesIn(directory.lock(''))) {
    const owners = namesIn(directory.lock(name)).filter(isTokenLike)
    const left = owners.filter(owner => isLeft(directory, owner, `${directory.lock(name)}/${owner}`))
    // A lock that nobody alive has is freed as a whole.
    if (left.length === owners.length) continue
    for (const owner of left.filter(isShared)) {
      yield collected(`locks/${name}/${owner}`, async () => void leaveShared(directory, name, owner))
    }
  }
  for (const name of namesIn(directory.waiting(''))) {
    for (const token of namesIn(directory.waiting(name)).filter(isTokenLike)) {
      if (!isLeft(directory, token, `${directory.waiting(name)}/${token}`)) continue
      yield collected(`waiting/${name}/${token}`, async () => withdraw(directory, name, token))
    }
  }
}

function collected(detail: string, collect: () => Promise<void>): Proposal {
  return { name: '', action: 'collected', detail, apply: () => collect().then(() => true) }
}
