/**
 * repair: finishes what crashes have left half done, collects what the dead have left, restores records.
 * It takes the lock of a key before it touches it, so that it never disturbs a live writer.
 */
import type { DatabaseDirectory } from './entry/database-directory.js'
import { GONE, hasCode, translate } from './entry/system-errors.js'
import { emptyTrash, removeEmptyLater, sweepStamps } from './entry/trash.js'
import { isDirdictError } from './errors.js'
import { forgetIndex } from './find/index-file.js'
import { namesIn } from './repair/left.js'
import type { Proposal, Repair } from './repair/proposal.js'
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
  const carryOut = async ({ name, action, detail, apply }: Proposal): Promise<void> => {
    if (apply === undefined || (await apply())) done.push({ key: prefix + name, action, detail })
  }
  if (directory.hasService()) {
    directory.ensureService()
    forgetIndex(directory)
    for (const proposal of serviceRepairs(directory)) await carryOut(proposal)
    for (const name of namesIn(directory.lock(''))) removeEmptyLater(directory.lock(name))
    sweepStamps(directory)
    await emptyTrash(directory)
  }
  for (const name of listKeys(directory)) {
    await eachLostRecord(session, directory, name, carryOut)
    const nested = nestedPath(directory.entry(name))
    if (nested !== undefined) await repairOne(session, session.directory(nested), `${prefix}${name}/`, done)
  }
}
