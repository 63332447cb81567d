/**
 * What dead writers have left in the service directory: announcements, staged entries, trash.
 */
import { lstatSync } from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { removeTree } from '../entry/remove-tree.js'
import { removeTrash } from '../entry/trash.js'
import type { Foreseen } from './foreseen.js'
import { isLeft, isTokenLike, namesIn } from './left.js'
import type { Proposal } from './proposal.js'
import { aside } from './unknown.js'

/** Stamps and indexes on their way. */
const DRAFT = /\.[si]$/

export function* leftovers(directory: DatabaseDirectory, foreseen: Foreseen): Generator<Proposal> {
  const owners = new Set(namesIn(directory.lock('')).flatMap(name => namesIn(directory.lock(name))))
  for (const token of directory.announced()) {
    // Whoever takes the lock of the dead settles this too.
    if (!isTokenLike(token) || owners.has(token)) continue
    const path = directory.announcement(token)
    const settle = async (): Promise<void> => directory.settleChange(token)
    yield* leftAt(directory, token, path, `the announcement of ${token}`, isEmptyDirectory(path), settle)
  }
  for (const name of namesIn(directory.work(''))) {
    const path = directory.work(name)
    const isOurs = DRAFT.test(name) ? typeOf(path)?.isFile() : typeOf(path)?.isDirectory()
    const remove = (): Promise<void> => removeTree(path)
    yield* leftAt(directory, name, path, `work/${name}`, isOurs, remove)
  }
  for (const name of namesIn(directory.trash(''))) {
    const path = directory.trash(name)
    if (foreseen.isOwnTrash(name)) continue
    const remove = (): Promise<void> => removeTrash(path)
    yield* leftAt(directory, name, path, `trash/${name}`, typeOf(path)?.isDirectory(), remove)
  }
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
  if (isOurs) yield { name: '', action: 'collected', detail, apply: () => collect().then(() => true) }
  else yield aside(directory, path)
}

function isEmptyDirectory(path: string): boolean | undefined {
  const stats = typeOf(path)
  return stats === undefined ? undefined : stats.isDirectory() && namesIn(path).length === 0
}

function typeOf(path: string): ReturnType<typeof lstatSync> | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}
