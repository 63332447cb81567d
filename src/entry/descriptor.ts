/**
 * A descriptor that outlives the call that opened it. It is closed when nothing uses it any more: the number of a closed
 * one belongs to whatever file is opened next.
 */
import { close, closeSync } from 'node:fs'
import type { DirdictError } from '../errors.js'

/** Closes those of handles that nothing refers to any more. There is nobody left who could be told of a failure. */
const forgotten = new FinalizationRegistry<number>(fd => close(fd, () => {}))

export class Descriptor {
  readonly #fd: number
  readonly #whenClosed: () => DirdictError
  #underWay = 0
  #closed: Promise<void> | undefined
  #onIdle: (() => void) | undefined

  /** `whenClosed` makes the error of every use after `close`. */
  constructor(fd: number, whenClosed: () => DirdictError) {
    this.#fd = fd
    this.#whenClosed = whenClosed
    forgotten.register(this, fd, this)
  }

  /** `work` must not refer to this object where it is kept, or the descriptor is never forgotten. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw this.#whenClosed()
    this.#underWay++
    try {
      return await work()
    } finally {
      // Being needed here also keeps this object, and with it the descriptor, to the end of the work.
      this.#underWay--
      if (this.#underWay === 0) this.#onIdle?.()
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    forgotten.unregister(this)
    if (this.#underWay > 0) {
      await new Promise<void>(resolve => {
        this.#onIdle = resolve
      })
    }
    closeSync(this.#fd)
  }
}
