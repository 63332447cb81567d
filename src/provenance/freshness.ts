/**
 * How long an answer stands that takes time to find. In the second half of its time it is asked for anew while the old
 * one is still given, so that nobody waits in a steady loop; only one that is too old is waited for.
 */

/** An answer is asked for again at the earliest after this many times what asking took: one percent of all time. */
const COST_FACTOR = 100

/** `aging`: still good, but to be asked for again in the background. */
export type Age = 'fresh' | 'aging' | 'old'

export class Freshness {
  readonly #least: number
  #start = Number.NEGATIVE_INFINITY
  #lasts = 0
  #cost = Number.POSITIVE_INFINITY

  /** `least`: milliseconds that an answer stands, however fast it was found. */
  constructor(least: number) {
    this.#least = least
  }

  /** Of the last answer; `old` before the first. */
  age(): Age {
    const age = performance.now() - this.#start
    return age >= this.#lasts ? 'old' : age >= this.#lasts / 2 ? 'aging' : 'fresh'
  }

  /** The question that was asked at `start`, on the clock of `performance.now()`, is answered: it stands from then on. */
  renew(start: number): void {
    const cost = performance.now() - start
    // Of two, for whoever keeps the event loop busy makes one question seem long.
    this.#lasts = Math.max(this.#least, COST_FACTOR * Math.min(cost, this.#cost))
    this.#cost = cost
    this.#start = start
  }

  /** The question that was asked at `start` was given up: not again for long. */
  postpone(start: number): void {
    const now = performance.now()
    this.#lasts = Math.max(this.#least, COST_FACTOR * (now - start))
    this.#start = now
  }
}
