/**
 * A file of an entry that stays open after the call that opened it. Its descriptor is closed when no read is under way any
 * more: the number of a closed one belongs to whatever file is opened next.
 */
import { close, closeSync } from 'node:fs'
import type { RandomAccess, ReadRange } from '../dumper.js'
import { DirdictError } from '../errors.js'

/** Closes the files of handles that nothing refers to any more. There is nobody left who could be told of a failure. */
const forgotten = new FinalizationRegistry<number>(fd => close(fd, () => {}))

/** An open descriptor. STALE_HANDLE for reads after `close`. */
export class OpenFile implements RandomAccess {
  readonly size: number
  readonly #fd: number
  readonly #file: string
  readonly #readRange: (range: ReadRange) => Promise<Uint8Array>
  #underWay = 0
  #closed: Promise<void> | undefined
  #onIdle: (() => void) | undefined

  /** `readRange` must not refer to this object, or it is never forgotten. */
  constructor(fd: number, file: string, size: number, readRange: (range: ReadRange) => Promise<Uint8Array>) {
    this.size = size
    this.#fd = fd
    this.#file = file
    this.#readRange = readRange
    forgotten.register(this, fd, this)
  }

  async read(range: ReadRange = {}): Promise<Uint8Array> {
    if (this.#closed !== undefined) {
      throw new DirdictError('STALE_HANDLE', `The file ${JSON.stringify(this.#file)} was closed.`, {
        file: this.#file,
      })
    }
    this.#underWay++
    try {
      return await this.#readRange(range)
    } finally {
      // Being needed here also keeps this object, and with it the descriptor, to the end of the read.
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
