/**
 * One reading of one pickle: its file, for messages, and how much memory the stream may still ask for beyond its own
 * length. Few bytes can name the same thing thousands of times; what each time makes a copy is counted here.
 */
import { DirdictError } from '../../src/errors.js'
import { Turns } from '../_turns.js'

/** Bytes that copies may take for each byte of the pickle, and what every pickle may take. */
const PER_BYTE = 16
const FREE: number = 16 * 2 ** 20
/** Smaller memory is copied: to look after it would cost more. */
const KEPT: number = 64 * 2 ** 10

export class Reading {
  /** The name of the file. */
  readonly file: string
  readonly #bytes: number
  readonly #most: number
  readonly #signal: AbortSignal | undefined
  readonly #turns = new Turns()
  #spent = 0

  /** `bytes`: those of the whole pickle. */
  constructor(file: string, bytes: number, signal?: AbortSignal) {
    this.file = file
    this.#bytes = bytes
    this.#most = FREE + PER_BYTE * bytes
    this.#signal = signal
  }

  /** To be called after a few thousand steps: what is to be waited for, if anything. Throws the reason of an abort. */
  pause(): Promise<void> | undefined {
    this.#signal?.throwIfAborted()
    return this.#turns.pause()
  }

  /** Whether `bytes` are so large a part of the pickle that its memory may live on in them. */
  isMost(bytes: number): boolean {
    return bytes >= KEPT && bytes > this.#bytes / 2
  }

  /** UNSUPPORTED_FORMAT where `make` asks for a string or a bigint longer than JavaScript's may be. */
  sized<T>(make: () => T): T {
    try {
      return make()
    } catch (cause) {
      throw this.unsupported('a text or a number longer than JavaScript holds', cause)
    }
  }

  /** To be called before memory is taken that the stream does not hold byte by byte. CORRUPT_ENTRY beyond the bound. */
  spend(bytes: number): void {
    this.#spent += bytes
    if (this.#spent <= this.#most) return
    throw this.corrupt(`asks for more than ${this.#most} bytes of memory, far beyond its own length`)
  }

  /** CORRUPT_ENTRY: nothing that Python writes. `what` follows the name of the file: `ends within an opcode`. */
  corrupt(what: string, cause?: unknown): DirdictError {
    return new DirdictError('CORRUPT_ENTRY', `'${this.file}' ${what}`, { file: this.file, cause })
  }

  /** UNSUPPORTED_FORMAT: `what` is named after "holds": `a pandas.core.sparse.SparseArray`. */
  unsupported(what: string, cause?: unknown): DirdictError {
    const message = `'${this.file}' holds ${what}, which has no form here and is never run; db.path(key) leads to the file, for Python`
    return new DirdictError('UNSUPPORTED_FORMAT', message, { file: this.file, cause })
  }
}
