/**
 * What one process did, a line for each call and each answer, written at once: a kill takes back nothing that was said.
 * Times are those of the clock that all processes of a machine share and nobody sets.
 */
import { openSync, writeSync } from 'node:fs'
import { isDirdictError } from '../../../dist/src/index.js'

/** A process tells its parent after so many operations. */
const TOLD_TOGETHER = 4

export class Recorder {
  #fd
  #next = 0
  #untold = 0

  constructor(path) {
    this.#fd = openSync(path, 'a', 0o666)
  }

  /**
   * An operation that may change something: its call is recorded before it begins. `work` gets a function by which it
   * records what it saw on the way, and gives the result. Codes of errors that may be are `allowed`; others are wrong.
   */
  async change(operation, work, allowed = []) {
    const n = this.#next++
    this.#line({ n, ...operation, start: now() })
    return this.#finish({ n }, work, allowed)
  }

  /** The same for one that changes nothing: killed ones need not be known. */
  async look(operation, work, allowed = []) {
    return this.#finish({ n: this.#next++, ...operation, start: now() }, work, allowed)
  }

  /** What no operation may ever give. */
  wrong(message) {
    this.#line({ wrong: message })
  }

  async #finish(known, work, allowed) {
    try {
      const result = await work(seen => this.#line({ n: known.n, at: now(), ...seen }))
      this.#line({ ...known, end: now(), result })
      return result
    } catch (error) {
      const code = isDirdictError(error) ? error.code : (error?.code ?? 'NO CODE')
      this.#line({ ...known, end: now(), failed: code })
      if (!allowed.includes(code)) this.wrong(`${JSON.stringify(known)}: ${error?.stack ?? error}`)
      return undefined
    } finally {
      if (++this.#untold >= TOLD_TOGETHER) this.tell()
    }
  }

  /** Tells the parent how many operations were done. */
  tell() {
    if (process.connected) process.send({ did: this.#untold })
    this.#untold = 0
  }

  #line(content) {
    writeSync(this.#fd, `${JSON.stringify(content)}\n`)
  }
}

/** Nanoseconds of CLOCK_MONOTONIC. */
export function now() {
  return Number(process.hrtime.bigint())
}
