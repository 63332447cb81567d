/**
 * What repair would do in the service directory of one database, in this order. A proposal may be carried out before the
 * next one is asked for.
 */
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { Foreseen } from './foreseen.js'
import { leftovers } from './leftovers.js'
import type { Proposal } from './proposal.js'
import { tornEntries, unfinishedSwaps } from './swaps.js'
import { isUsable, unknownThings, unusable } from './unknown.js'

/** `foreseen` is told where the entries will lie that these repairs put into their places. */
export function* serviceRepairs(
  directory: DatabaseDirectory,
  foreseen: Foreseen = new Foreseen(directory),
): Generator<Proposal> {
  yield* unusable(directory)
  if (!isUsable(directory)) return
  yield* unknownThings(directory, foreseen)
  yield* unfinishedSwaps(directory, foreseen)
  yield* tornEntries(directory, foreseen)
  yield* leftovers(directory, foreseen)
}
