/**
 * A file of an entry that stays open after the call that opened it.
 */
import type { RandomAccess, ReadRange } from '../dumper.js'
import { DirdictError } from '../errors.js'
import { Descriptor } from './descriptor.js'

/** An open descriptor. STALE_HANDLE for reads after `close`. */
export class OpenFile implements RandomAccess {
  readonly size: number
  readonly #descriptor: Descriptor
  readonly #readRange: (range: ReadRange) => Promise<Uint8Array>

  /** `readRange` must not refer to this object, or it is never forgotten. */
  constructor(fd: number, file: string, size: number, readRange: (range: ReadRange) => Promise<Uint8Array>) {
    this.size = size
    this.#readRange = readRange
    this.#descriptor = new Descriptor(fd, () => {
      return new DirdictError('STALE_HANDLE', `The file ${JSON.stringify(file)} was closed.`, { file })
    })
  }

  read(range: ReadRange = {}): Promise<Uint8Array> {
    return this.#descriptor.use(() => this.#readRange(range))
  }

  close(): Promise<void> {
    return this.#descriptor.close()
  }
}
