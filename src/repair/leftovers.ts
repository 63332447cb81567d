/**
 * What the dead have left in the service directory: announcements, names of those who shared a lock, staged entries, trash.
 */
import { rmSync } from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { removeTrash } from '../entry/trash.js'
import { isShared, namesWithin, ownersOf } from '../locks/owners.js'
import { leaveShared } from '../locks/shared.js'
import { withdraw } from '../locks/waiting.js'
import { isLeft, namesIn } from './left.js'
import type { Proposal } from './proposal.js'

export function* leftovers(directory: DatabaseDirectory): Generator<Proposal> {
  for (const token of directory.announced()) {
    if (!isLeft(directory, token, directory.announcement(token))) continue
    yield collected(`the announcement of ${token}`, async () => directory.settleChange(token))
  }
  yield* namesAtLocks(directory)
  for (const name of namesIn(directory.work(''))) {
    if (!isLeft(directory, name, directory.work(name))) continue
    yield collected(`work/${name}`, async () => {
      rmSync(directory.work(name), { recursive: true, force: true })
    })
  }
  for (const name of namesIn(directory.trash(''))) {
    if (!isLeft(directory, name, directory.trash(name))) continue
    yield collected(`trash/${name}`, () => removeTrash(directory.trash(name)))
  }
}

/** Of those who shared a lock with others that live, and of writers that waited for a lock. */
function* namesAtLocks(directory: DatabaseDirectory): Generator<Proposal> {
  for (const name of namesIn(directory.lock(''))) {
    for (const owner of ownersOf(directory, name).filter(isShared)) {
      if (!isLeft(directory, owner, `${directory.lock(name)}/${owner}`)) continue
      yield collected(`locks/${name}/${owner}`, async () => void leaveShared(directory, name, owner))
    }
  }
  for (const name of namesIn(directory.waiting(''))) {
    for (const token of namesWithin(directory.waiting(name))) {
      if (!isLeft(directory, token, `${directory.waiting(name)}/${token}`)) continue
      yield collected(`waiting/${name}/${token}`, async () => withdraw(directory, name, token))
    }
  }
}

function collected(detail: string, collect: () => Promise<void>): Proposal {
  return { name: '', action: 'collected', detail, apply: () => collect().then(() => true) }
}
