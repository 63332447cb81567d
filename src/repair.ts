/**
 * repair: finishes what crashes have left half done, collects what the dead have left, restores records.
 * It takes the lock of a key before it touches it, so that it never disturbs a live writer.
 */
import type { DatabaseDirectory } from './entry/database-directory.js'
import { listKeys } from './entry/pin.js'
import { emptyTrash, removeEmptyLater, sweepStamps } from './entry/trash.js'
import { forgetIndex } from './find/index-file.js'
import { looking } from './looking.js'
import { namesIn } from './repair/left.js'
import { failureOf, keyIn, type Proposal, type Repair } from './repair/proposal.js'
import { eachLostRecord } from './repair/records.js'
import { serviceRepairs } from './repair/service.js'
import { nestedPath, type Session } from './session.js'

export type { Repair } from './repair/proposal.js'

/** Repairs a database and those nested in it; tells what was done. */
export async function repairDatabase(session: Session, root: DatabaseDirectory): Promise<readonly Repair[]> {
  const done: Repair[] = []
  await repairOne(session, root, '', done)
  return done
}

async function repairOne(
  session: Session,
  directory: DatabaseDirectory,
  prefix: string,
  done: Repair[],
): Promise<void> {
  const tell = ({ name, action, detail }: Proposal): void => {
    done.push({ key: keyIn(prefix, name), action, detail })
  }
  const carryOut = (proposal: Proposal): Promise<void> =>
    unlessFailed(proposal.name, tell, async () => {
      if (proposal.apply === undefined || (await proposal.apply())) tell(proposal)
    })
  await unlessFailed('', tell, () => repairService(directory, carryOut))
  for (const name of looking(directory, listKeys)) {
    await eachLostRecord(session, directory, name, carryOut)
    await unlessFailed(name, tell, async () => {
      const nested = nestedPath(directory.entry(name))
      if (nested !== undefined) await repairOne(session, session.directory(nested), `${prefix}${name}/`, done)
    })
  }
}

async function repairService(
  directory: DatabaseDirectory,
  carryOut: (proposal: Proposal) => Promise<void>,
): Promise<void> {
  if (!directory.hasService()) return
  directory.ensureService()
  forgetIndex(directory)
  for (const proposal of serviceRepairs(directory)) await carryOut(proposal)
  for (const name of namesIn(directory.lock(''))) removeEmptyLater(directory.lock(name))
  sweepStamps(directory)
  await emptyTrash(directory)
}

/** What one thing fails with is told, and the others are repaired all the same. */
async function unlessFailed(
  name: string,
  tell: (failure: Proposal) => void,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    const failure = failureOf(name, error)
    if (failure !== undefined) tell(failure)
  }
}
