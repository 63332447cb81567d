/**
 * What repair would do to one entry: what a power cut has torn of it is set aside or made anew, and so are records that were
 * lost in other ways.
 */
import type { DatabaseDirectory } from '../entry/database-directory.js'
import type { Session } from '../session.js'
import { cutOffEntry, cutOffState } from './cut-off.js'
import { failureOf, type Proposal } from './proposal.js'
import { lostRecords } from './records.js'

/** Hands to `take` what is to be done with one entry, one after the other; what cannot be done is told. */
export async function eachEntryRepair(
  session: Session,
  directory: DatabaseDirectory,
  name: string,
  take: (proposal: Proposal) => Promise<void>,
  /** Where the entry lies, if an earlier repair has not yet put it into its place. */
  entry: string = directory.entry(name),
): Promise<void> {
  try {
    let isTorn = false
    for (const proposal of cutOffEntry(directory, name, entry)) {
      isTorn = true
      await take(proposal)
    }
    for (const proposal of cutOffState(directory, name, entry)) await take(proposal)
    if (isTorn) return
    for (const proposal of lostRecords(session, directory, name, entry)) await take(proposal)
  } catch (error) {
    const failure = failureOf(name, error)
    if (failure !== undefined) await take(failure)
  }
}
