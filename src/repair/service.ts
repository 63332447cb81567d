/**
 * What repair would do in the service directory of one database, in this order. A proposal may be carried out before the
 * next one is asked for.
 */
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { cutOffEntries } from './cut-off.js'
import { leftovers } from './leftovers.js'
import type { Proposal } from './proposal.js'
import { tornEntries, unfinishedSwaps } from './swaps.js'

export function* serviceRepairs(directory: DatabaseDirectory): Generator<Proposal> {
  yield* unfinishedSwaps(directory)
  yield* tornEntries(directory)
  yield* cutOffEntries(directory)
  yield* leftovers(directory)
}
