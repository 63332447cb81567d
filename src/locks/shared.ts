/**
 * Taking a lock together with others: our name is put into `locks/K`, and counts where no exclusive owner is there
 * afterwards. Whoever takes the lock exclusively looks after he has put his name there, too: one of both sees the other.
 */
import { renameSync, rmdirSync } from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { GONE, succeeds } from '../entry/system-errors.js'
import { removeEmptyLater } from '../entry/trash.js'
import { isShared, ownersOf, SHARED_MARK, type Watch } from './owners.js'
import { newToken } from './token.js'
import { isAwaited } from './waiting.js'

export class SharedContest {
  readonly token: string = newToken() + SHARED_MARK
  /** Owners that were met on the way. */
  readonly waitedFor: Set<string> = new Set()
  readonly inherited = false
  readonly #directory: DatabaseDirectory
  readonly #name: string
  readonly #watch: Watch
  #placed = false

  constructor(directory: DatabaseDirectory, name: string, watch: Watch) {
    this.#directory = directory
    this.#name = name
    this.#watch = watch
  }

  /** Whether we hold the lock now. */
  attempt(): boolean {
    const [directory, name] = [this.#directory, this.#name]
    directory.ensureService()
    if (isAwaited(directory, name, this.#watch) || this.#isHeldByOne()) return false
    directory.makeWithin(directory.lock(name), this.token)
    this.#placed = true
    const owners = ownersOf(directory, name)
    if (owners.includes(this.token) && owners.every(isShared)) return true
    this.withdraw()
    return false
  }

  /** Leaves nothing behind of attempts that failed. */
  withdraw(): boolean {
    if (this.#placed) leaveShared(this.#directory, this.#name, this.token)
    this.#placed = false
    return false
  }

  #isHeldByOne(): boolean {
    const alone = ownersOf(this.#directory, this.#name).filter(owner => !isShared(owner))
    for (const owner of alone) {
      this.waitedFor.add(owner)
      if (this.#watch.isGone(owner, `${this.#directory.lock(this.#name)}/${owner}`)) this.#putAside(owner)
    }
    return alone.length > 0
  }

  /**
   * Of a dead writer the name goes, with all that he had moved aside, which `repair` collects: that may be the last whole
   * value until the swap that he has committed is finished, which only the next writer may do.
   */
  #putAside(owner: string): void {
    const directory = this.#directory
    // Before his name goes, by which others know that his key may have changed.
    directory.settleChange(owner)
    succeeds(GONE, () => renameSync(`${directory.lock(this.#name)}/${owner}`, directory.trash(owner)))
    removeEmptyLater(directory.trash(owner))
  }
}

/** Takes one name of those who share a lock away; false where it is gone. */
export function leaveShared(directory: DatabaseDirectory, name: string, token: string): boolean {
  const there = succeeds(GONE, () => rmdirSync(`${directory.lock(name)}/${token}`))
  removeEmptyLater(directory.lock(name))
  return there
}
