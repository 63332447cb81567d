/**
 * Writers that wait for those who share a lock: `waiting/K/T`. While one is announced, nobody else joins those who share
 * it, so that they become fewer and the writer has his turn.
 */
import { lstatSync, rmdirSync } from 'node:fs'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { GONE, OCCUPIED, succeeds } from '../entry/system-errors.js'
import { removeEmptyLater } from '../entry/trash.js'
import { HEARTBEAT_MS, namesWithin, touch, type Watch } from './owners.js'

/** What one waiting writer has announced, if anything yet. */
export class Announcement {
  readonly #directory: DatabaseDirectory
  readonly #name: string
  readonly #token: string
  #made = false
  #due = 0

  constructor(directory: DatabaseDirectory, name: string, token: string) {
    this.#directory = directory
    this.#name = name
    this.#token = token
  }

  /** Makes the announcement, and touches it from time to time, which shows other hosts that the writer lives. */
  renew(): void {
    if (performance.now() < this.#due) return
    const outer = this.#directory.waiting(this.#name)
    this.#made &&= touch(`${outer}/${this.#token}`)
    if (!this.#made) this.#directory.makeWithin(outer, this.#token)
    this.#made = true
    this.#due = performance.now() + HEARTBEAT_MS
  }

  /** The wait is over, whatever came of it. */
  end(): void {
    if (!this.#made) return
    this.#made = false
    withdraw(this.#directory, this.#name, this.#token)
  }
}

/** Whether a writer who lives waits for those who share the lock. What the dead have announced is taken away. */
export function isAwaited(directory: DatabaseDirectory, name: string, watch: Watch): boolean {
  const outer = directory.waiting(name)
  if (lstatSync(outer, { throwIfNoEntry: false }) === undefined) return false
  const alive = namesWithin(outer).filter(token => {
    if (!watch.isGone(token, `${outer}/${token}`)) return true
    withdraw(directory, name, token)
    return false
  })
  if (alive.length === 0) removeEmptyLater(outer)
  return alive.length > 0
}

/** Takes one announcement away; nothing happens where it is gone. */
export function withdraw(directory: DatabaseDirectory, name: string, token: string): void {
  const outer = directory.waiting(name)
  succeeds([...GONE, ...OCCUPIED], () => rmdirSync(`${outer}/${token}`))
  removeEmptyLater(outer)
}
