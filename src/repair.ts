/**
 * repair: finishes what crashes have left half done, collects what the dead have left, restores records, and sets aside what
 * it does not understand. It takes the lock of a key before it touches it, so that it never disturbs a live writer.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DatabaseDirectory } from './entry/database-directory.js'
import { listKeys } from './entry/pin.js'
import { collectTrash, emptyTrash, removeEmptyLater, sweepStamps } from './entry/trash.js'
import { forgetIndex } from './find/index-file.js'
import { looking } from './looking.js'
import { checkNames, wrongOption } from './options.js'
import { checkWalk, WALK_OPTIONS, Walk, type WalkOptions } from './progress.js'
import { eachEntryRepair } from './repair/entries.js'
import { Foreseen } from './repair/foreseen.js'
import { namesIn } from './repair/left.js'
import { failureOf, keyIn, type Proposal, type Repair } from './repair/proposal.js'
import { serviceRepairs } from './repair/service.js'
import { isUsable } from './repair/unknown.js'
import { nestedPath, pauseIsDue, type Session } from './session.js'

export type { Repair } from './repair/proposal.js'

/** What `repair` takes. */
export interface RepairOptions extends WalkOptions {
  /** Tell what would be done, and change nothing. @default false */
  readonly dryRun?: boolean
}

const OPTIONS: readonly string[] = [...WALK_OPTIONS, 'dryRun']

/** Before a database is opened for it: a dry run writes nothing, so that a readonly handle may ask for one. */
export function checkRepair(options: RepairOptions): void {
  checkNames(options, OPTIONS, 'repair')
  checkWalk(options)
  if (options.dryRun !== undefined && typeof options.dryRun !== 'boolean')
    throw wrongOption('dryRun', 'a boolean')
}

/** Repairs a database and those nested in it; tells what was done. */
export async function repairDatabase(
  session: Session,
  root: DatabaseDirectory,
  options: RepairOptions,
): Promise<readonly Repair[]> {
  const walk = new Walk(options)
  try {
    const repairing = new Repairing(session, walk, options.dryRun ?? false)
    await repairing.database(root, '')
    walk.conclude()
    return repairing.done
  } finally {
    walk.end()
  }
}

class Repairing {
  readonly done: Repair[] = []
  readonly #session: Session
  readonly #walk: Walk
  readonly #dryRun: boolean

  constructor(session: Session, walk: Walk, dryRun: boolean) {
    this.#session = session
    this.#walk = walk
    this.#dryRun = dryRun
  }

  async database(directory: DatabaseDirectory, prefix: string): Promise<void> {
    const foreseen = new Foreseen(directory)
    await this.#unlessFailed('', prefix, () => this.#service(directory, prefix, foreseen))
    const names = foreseen.withNames(looking(directory, listKeys))
    this.#walk.found(names.length)
    for (const name of names) {
      if (pauseIsDue()) await nextTurn()
      this.#walk.signal.throwIfAborted()
      const entry = foreseen.entry(name)
      const take = (proposal: Proposal): Promise<void> => this.#carryOut(proposal, prefix)
      await eachEntryRepair(this.#session, directory, name, take, entry)
      await this.#unlessFailed(name, prefix, async () => {
        const nested = nestedPath(entry)
        if (nested !== undefined) await this.database(this.#session.directory(nested), `${prefix}${name}/`)
      })
      this.#walk.finished(prefix + name)
    }
    // What the locks of single keys have left.
    if (!this.#dryRun) await emptyTrash(directory)
  }

  async #service(directory: DatabaseDirectory, prefix: string, foreseen: Foreseen): Promise<void> {
    if (!directory.hasService() && isUsable(directory)) return
    const isChanging = !this.#dryRun && isUsable(directory)
    if (isChanging) forgetIndex(directory)
    for (const proposal of serviceRepairs(directory, foreseen)) await this.#carryOut(proposal, prefix)
    if (!isChanging) return
    directory.ensureService()
    for (const name of namesIn(directory.lock(''))) removeEmptyLater(directory.lock(name))
    for (const name of namesIn(directory.waiting(''))) removeEmptyLater(directory.waiting(name))
    sweepStamps(directory)
    for (const token of foreseen.trash()) await collectTrash(directory, directory.trash(token))
    await emptyTrash(directory)
  }

  async #carryOut(proposal: Proposal, prefix: string): Promise<void> {
    this.#walk.signal.throwIfAborted()
    await this.#unlessFailed(proposal.name, prefix, async () => {
      const isTold = proposal.apply === undefined || this.#dryRun
      const outcome = isTold || (await proposal.apply?.(this.#walk.signal))
      if (typeof outcome === 'string') this.#tell(proposal, prefix, { to: outcome })
      else if (outcome) this.#tell(proposal, prefix)
    })
  }

  #tell({ name, action, detail }: Proposal, prefix: string, where: { to?: string } = {}): void {
    this.done.push({ key: keyIn(prefix, name), action, detail, ...where })
  }

  /** What one thing fails with is told, and the others are repaired all the same. */
  async #unlessFailed(name: string, prefix: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#walk.signal.throwIfAborted()
      const failure = failureOf(name, error)
      if (failure !== undefined) this.#tell(failure, prefix)
    }
  }
}
