/**
 * doctor: what ails a database, by looks alone. It opens nothing for writing, so that it works on databases of other users
 * and on those that cannot be opened at all; values are left to `verify`.
 */
import { lstatSync, realpathSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Aside, asidesIn } from './doctor/asides.js'
import { type Census, Counting } from './doctor/census.js'
import { examineEntry } from './doctor/entry.js'
import { Bounded, type Finding, type Tell } from './doctor/findings.js'
import { examineListing, examineService, examineState, isOldStore } from './doctor/state.js'
import type { AnyDumper } from './dumper.js'
import { DumperTable } from './dumper-table.js'
import type { DatabaseDirectory } from './entry/database-directory.js'
import { listKeys } from './entry/pin.js'
import { GONE, hasCode, translate } from './entry/system-errors.js'
import { isDirdictError } from './errors.js'
import { checkNames } from './options.js'
import { eachEntryRepair } from './repair/entries.js'
import { Foreseen } from './repair/foreseen.js'
import { keyIn, type Proposal, type Repair } from './repair/proposal.js'
import { serviceRepairs } from './repair/service.js'
import { nestedPath, pauseIsDue, Session } from './session.js'
import { existingDatabase, readId } from './state.js'

export type { Aside } from './doctor/asides.js'
export type { Census } from './doctor/census.js'
export type { Finding, FindingKind } from './doctor/findings.js'

/** What `doctor` takes. */
export interface DoctorOptions {
  /** Further dumpers, as for `DataBase.open`: entries that they wrote are no unknown ones. @default none */
  readonly dumpers?: readonly AnyDumper[]
}

/** What `doctor` found. */
export interface Diagnosis {
  /** Absolute path of the database. */
  readonly path: string
  /** Its id; null where db_state.json does not tell one. */
  readonly id: string | null
  /** Nothing was found, and `repair` would do nothing. */
  readonly healthy: boolean
  /** Whose the directory is, and who may write into it: user, group, permission bits as `chmod` takes them. */
  readonly owner: { readonly user: number; readonly group: number; readonly mode: string }
  /** Whether dirdict has written here: its service directory is there. */
  readonly service: boolean
  /** Who wrote the entries. */
  readonly census: Census
  /** What is wrong; the first 100 of each kind. */
  readonly findings: readonly Finding[]
  /** What `db.repair()` would do; the first 100 of each kind. */
  readonly repairs: readonly Repair[]
  /** What repair has set aside, for its owner to look at; no illness. The first 100. */
  readonly asides: readonly Aside[]
  /** Findings and repairs beyond those that are listed. */
  readonly more: number
}

/**
 * Examines a database and those nested in it: who wrote it, what in it hurts dirdict or Python's ISF, and what
 * `db.repair()` would do. It writes nothing, follows no links, and holds the names of one directory at a time.
 * NOT_A_DATABASE where there is none, OPTION_INVALID.
 *
 * @example
 * ```ts
 * import { DataBase, doctor } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * const { healthy, findings } = await doctor(db.directory)
 * for (const { key, message } of findings) console.log(key, message)
 * console.log(healthy)
 * ```
 */
export async function doctor(directory: string, options: DoctorOptions = {}): Promise<Diagnosis> {
  checkNames(options, ['dumpers'], 'doctor')
  const dumpers = new DumperTable(options.dumpers)
  const session = new Session({ readonly: true, durability: 'relaxed', dumpers, locks: undefined })
  const path = isOldStore(directory) ? realpathSync(directory) : existingDatabase(directory)
  const visit = new Visit(session)
  const root = session.directory(path)
  await visit.database(root, '')
  const { uid, gid, mode } = lstatSync(path)
  const { findings, repairs } = visit
  return {
    path,
    id: idOf(path),
    healthy: findings.items.length === 0 && repairs.items.length === 0,
    owner: { user: uid, group: gid, mode: (mode & 0o7777).toString(8).padStart(4, '0') },
    service: root.hasService(),
    census: visit.counting.census(),
    findings: findings.items,
    repairs: repairs.items,
    asides: visit.asides.items,
    more: findings.more + repairs.more,
  }
}

/** One walk through a database and those nested in it. */
class Visit {
  readonly findings = new Bounded<Finding>()
  readonly repairs = new Bounded<Repair>()
  readonly asides = new Bounded<Aside>()
  readonly counting = new Counting()
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async database(directory: DatabaseDirectory, prefix: string): Promise<void> {
    this.counting.databases++
    const tell = this.#teller(prefix)
    const names = this.#readable(tell, '', () => listKeys(directory))
    if (names === undefined) return
    for (const examine of [examineState, examineListing, examineService]) {
      this.#readable(tell, '', () => examine(directory, tell))
    }
    const foreseen = new Foreseen(directory)
    this.#readable(tell, '', () => {
      directory.assertService()
      if (!directory.hasService()) return
      for (const { name, action, detail } of serviceRepairs(directory, foreseen)) {
        this.repairs.add(action, { key: keyIn(prefix, name), action, detail })
      }
    })
    this.#readable(tell, '', () => {
      for (const one of asidesIn(directory, keyIn(prefix, ''))) this.asides.add('aside', one)
    })
    for (const name of names) {
      if (pauseIsDue()) await nextTurn()
      await this.#entry(directory, name, prefix, tell, foreseen)
    }
  }

  async #entry(
    directory: DatabaseDirectory,
    name: string,
    prefix: string,
    tell: Tell,
    foreseen: Foreseen,
  ): Promise<void> {
    const path = directory.entry(name)
    let isTold = false
    const tellOfEntry: Tell = (...finding) => {
      isTold = true
      tell(...finding)
    }
    const nested = this.#readable(tellOfEntry, name, () => {
      examineEntry(this.#session, path, name, this.counting, tellOfEntry)
      return nestedPath(path)
    })
    const take = async ({ action, detail }: Proposal): Promise<void> => {
      if (action !== 'reported') this.repairs.add(action, { key: prefix + name, action, detail })
      // What repair only tells is among the findings, but for records that it alone looks into.
      else if (!isTold) tell('unreadable', name, `cannot be repaired: ${detail}`)
    }
    await eachEntryRepair(this.#session, directory, name, take, foreseen.entry(name))
    if (nested !== undefined) await this.database(this.#session.directory(nested), `${prefix}${name}/`)
  }

  #teller(prefix: string): Tell {
    return (kind, name, message) => {
      this.findings.add(kind, { kind, key: keyIn(prefix, name), message })
    }
  }

  /** What another process has removed meanwhile ails nobody; what may not be read is told. */
  #readable<T>(tell: Tell, name: string, look: () => T): T | undefined {
    try {
      return look()
    } catch (error) {
      if (hasCode(error, GONE)) return undefined
      const problem = translate(error, 'Looking at it', {})
      if (!isDirdictError(problem)) throw error
      tell('unreadable', name, `cannot be examined: ${problem.message}`)
      return undefined
    }
  }
}

function idOf(path: string): string | null {
  try {
    return readId(path)
  } catch (error) {
    if (isDirdictError(error)) return null
    throw error
  }
}
