/**
 * What dead writers have left in the service directory: announcements, staged entries, trash.
 */
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { removeTree } from '../entry/remove-tree.js'
import { removeTrash } from '../entry/trash.js'
import { isLeft, namesIn } from './left.js'
import type { Proposal } from './proposal.js'

export function* leftovers(directory: DatabaseDirectory): Generator<Proposal> {
  for (const token of directory.announced()) {
    if (!isLeft(directory, token, directory.announcement(token))) continue
    yield collected(`the announcement of ${token}`, async () => directory.settleChange(token))
  }
  for (const name of namesIn(directory.work(''))) {
    if (!isLeft(directory, name, directory.work(name))) continue
    yield collected(`work/${name}`, () => removeTree(directory.work(name)))
  }
  for (const name of namesIn(directory.trash(''))) {
    if (!isLeft(directory, name, directory.trash(name))) continue
    yield collected(`trash/${name}`, () => removeTrash(directory.trash(name)))
  }
}

function collected(detail: string, collect: () => Promise<void>): Proposal {
  return { name: '', action: 'collected', detail, apply: () => collect().then(() => true) }
}
