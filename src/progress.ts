/**
 * Progress of a walk through many keys: told at most ten times a second, and once at the end. A walk is stopped by its
 * signal, or by an error of whoever is told; one signal stands for both.
 */
import { wrongOption } from './options.js'

/** How far a walk through the keys of a database has come. */
export interface Progress {
  /** Keys that are done. */
  readonly done: number
  /** Keys that were found so far: it grows as nested databases are opened. */
  readonly total: number
  /** The key that was done last; empty before the first. */
  readonly key: string
  /** Bytes of data files that were read. */
  readonly bytes: number
}

/** What a walk takes from its caller. */
export interface WalkOptions {
  /** Aborts: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Told how far it has come, ten times a second and at the end. What it throws ends the walk. */
  readonly onProgress?: (progress: Progress) => void
}

export const WALK_OPTIONS: readonly string[] = ['signal', 'onProgress']

const LEAST_MS = 100

export function checkWalk({ signal, onProgress }: WalkOptions): void {
  if (signal !== undefined && !(typeof signal === 'object' && 'aborted' in signal)) {
    throw wrongOption('signal', 'an AbortSignal')
  }
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw wrongOption('onProgress', 'a function')
}

/** Counts what is done, tells it, and ends with {@link end}. */
export class Walk {
  readonly #options: WalkOptions
  readonly #stopped = new AbortController()
  readonly #onAbort = (): void => this.#stopped.abort(this.#options.signal?.reason)
  #state: Progress = { done: 0, total: 0, key: '', bytes: 0 }
  #told = performance.now()

  constructor(options: WalkOptions) {
    this.#options = options
    if (options.signal?.aborted) this.#onAbort()
    else options.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Aborted by the caller's signal, or by what `onProgress` threw. */
  get signal(): AbortSignal {
    return this.#stopped.signal
  }

  found(keys: number): void {
    this.#state = { ...this.#state, total: this.#state.total + keys }
  }

  read(bytes: number): void {
    this.#state = { ...this.#state, bytes: this.#state.bytes + bytes }
    this.#tellIfDue()
  }

  finished(key: string): void {
    this.#state = { ...this.#state, done: this.#state.done + 1, key }
    this.#tellIfDue()
  }

  /** Ends the walk with an error. */
  stop(error: unknown): void {
    this.#stopped.abort(error)
  }

  /** Throws what stopped the walk; else tells for the last time. */
  conclude(): void {
    this.signal.throwIfAborted()
    this.#tell()
    this.signal.throwIfAborted()
  }

  /** To be called however the walk ended. */
  end(): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }

  #tellIfDue(): void {
    if (this.#options.onProgress === undefined || this.signal.aborted) return
    if (performance.now() - this.#told >= LEAST_MS) this.#tell()
  }

  #tell(): void {
    this.#told = performance.now()
    try {
      this.#options.onProgress?.(this.#state)
    } catch (error) {
      this.#stopped.abort(error)
    }
  }
}
