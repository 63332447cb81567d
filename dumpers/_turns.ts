/**
 * Lets the event loop have its turn in long rows of small steps, none of which waits for anything.
 */

/** Milliseconds after which others have their turn. */
const LONGEST = 8

/** The turns of one row of steps, or of several at the same time: they pause together. */
export class Turns {
  #since = performance.now()
  #pause: Promise<void> | undefined

  /** What is to be waited for before the next step, if anything. */
  pause(): Promise<void> | undefined {
    if (this.#pause === undefined && performance.now() - this.#since > LONGEST) {
      this.#pause = new Promise<void>(resolve => setImmediate(resolve)).then(() => {
        this.#since = performance.now()
        this.#pause = undefined
      })
    }
    return this.#pause
  }
}
