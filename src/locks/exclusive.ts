/**
 * Taking a lock for one owner alone: by a rename onto `locks/K`, which succeeds where that is absent or empty, or by a
 * rename of a dead owner's name to ours.
 */
import { renameSync, rmdirSync, statSync, unlinkSync } from 'node:fs'
import { type DatabaseDirectory, isDirectory } from '../entry/database-directory.js'
import { GONE, OCCUPIED, succeeds } from '../entry/system-errors.js'
import { removeTreeLater } from '../entry/trash.js'
import { systemCode } from '../errors.js'
import { HEARTBEAT_MS, isShared, ownersOf, touch, type Watch } from './owners.js'
import { newToken } from './token.js'
import { Announcement } from './waiting.js'

export class ExclusiveContest {
  readonly token: string = newToken()
  /** Owners that were met on the way. */
  readonly waitedFor: Set<string> = new Set()
  readonly #directory: DatabaseDirectory
  readonly #name: string
  readonly #watch: Watch
  readonly #announcement: Announcement
  /** The lock was a dead owner's, and what he had moved aside lies in ours. */
  inherited = false
  /** `work/T/T` was made. */
  #staged = false
  /** A dead owner's name has become ours: nobody else can take the lock, but some who share it may still be there. */
  #placed = false
  #touchDue = 0

  constructor(directory: DatabaseDirectory, name: string, watch: Watch) {
    this.#directory = directory
    this.#name = name
    this.#watch = watch
    this.#announcement = new Announcement(directory, name, this.token)
  }

  /** Whether we hold the lock now. */
  attempt(): boolean {
    if (!this.#placed && this.#take()) return this.#won()
    for (const owner of ownersOf(this.#directory, this.#name)) if (owner !== this.token) this.#meet(owner)
    if (!this.#placed) return false
    const owners = ownersOf(this.#directory, this.#name)
    // Robbed while we waited, by a host that did not see us live: from the beginning.
    if (!owners.includes(this.token)) this.#staged = this.#placed = false
    if (!this.#placed) return false
    if (owners.length === 1) return this.#won()
    this.#showLife()
    return false
  }

  /** Leaves nothing behind of attempts that failed; true where the lock itself was taken in part, and is to be given back. */
  withdraw(): boolean {
    // By name, not by listing: that needs a descriptor, and there may be none.
    succeeds(GONE, () => rmdirSync(`${this.#directory.work(this.token)}/${this.token}`))
    succeeds(GONE, () => rmdirSync(this.#directory.work(this.token)))
    this.#announcement.end()
    return this.#placed
  }

  #won(): true {
    this.#announcement.end()
    return true
  }

  #meet(owner: string): void {
    this.waitedFor.add(owner)
    const path = `${this.#directory.lock(this.#name)}/${owner}`
    const gone = this.#watch.isGone(owner, path)
    if (isShared(owner)) {
      // A name of those who share is only removed: renamed to ours, it would let us in beside the others.
      if (gone) succeeds(GONE, () => rmdirSync(path))
      else this.#announcement.renew()
    } else if (gone && !this.#placed) this.#placed = this.#takeOver(owner)
  }

  /** One rename: succeeds only where `locks/K` is absent or empty. */
  #take(): boolean {
    const [directory, token] = [this.#directory, this.token]
    const lock = directory.lock(this.#name)
    if (!this.#staged) directory.makeWork(token, token)
    this.#staged = true
    // ENOENT: an NFS client repeated a rename whose first reply was lost. Whether it took the lock, a stat tells.
    // ENOTDIR: a file or a link stands there, which `ownersOf` refuses.
    if (!succeeds([...OCCUPIED, ...GONE, 'ENOTDIR'], () => renameSync(directory.work(token), lock))) {
      if (statSync(directory.work(token), { throwIfNoEntry: false }) !== undefined) return false
      this.#staged = false
    }
    return statSync(`${lock}/${token}`, { throwIfNoEntry: false }) !== undefined
  }

  /** A compare-and-swap on the owner's name: of many takers exactly one finds it. */
  #takeOver(owner: string): boolean {
    const [directory, token] = [this.#directory, this.token]
    const lock = directory.lock(this.#name)
    if (!succeeds(GONE, () => renameSync(`${lock}/${owner}`, `${lock}/${token}`))) return false
    if (!isDirectory(`${lock}/${token}`)) {
      // No owner of ours is a link; what is replaced would be moved to where it leads.
      unlinkSync(`${lock}/${token}`)
      return false
    }
    try {
      directory.settleChange(owner)
    } catch (error) {
      // The lock of the dead says that his key may have changed; ours would stay for as long as this process lives.
      renameSync(`${lock}/${token}`, `${lock}/${owner}`)
      throw error
    }
    this.inherited = true
    const unused = directory.work(token)
    try {
      rmdirSync(`${unused}/${token}`)
      rmdirSync(unused)
    } catch (error) {
      if (systemCode(error) === undefined) throw error
      // The lock is ours all the same, and must not be kept because of what is left over.
      removeTreeLater(unused)
    }
    return true
  }

  /** While we wait for the last who share the lock, other hosts have to see that its new owner lives. */
  #showLife(): void {
    if (performance.now() < this.#touchDue) return
    this.#touchDue = performance.now() + HEARTBEAT_MS
    touch(`${this.#directory.lock(this.#name)}/${this.token}`)
  }
}
