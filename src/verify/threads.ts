/**
 * Checksums of large files, taken by several threads at once: a file goes to them in parts, whose sums are combined. The
 * threads live as long as one walk; where none can be started, as in a bundle without worker.js, this thread does it.
 */
import { Worker } from 'node:worker_threads'
import { combineCrc32 } from '../entry/crc32.js'
import { checksum } from '../entry/raw-files.js'
import type { SumAnswer, SumJob } from './worker.js'

/** Long enough to cost nothing, short enough that all threads have something to do. */
const PART = 32 * 1024 * 1024
/** A file that is shorter is read here: threads take a while to start. */
export const LARGE: number = 4 * 1024 * 1024

interface Sum {
  readonly bytes: number
  readonly crc32: number
}

interface Task {
  readonly job: SumJob
  resolve(sum: Sum | undefined): void
  reject(error: unknown): void
}

interface Thread {
  readonly worker: Worker
  task: Task | undefined
}

export class SumThreads {
  readonly #most: number
  readonly #signal: AbortSignal
  readonly #stop = new Int32Array(new SharedArrayBuffer(4))
  readonly #threads = new Set<Thread>()
  readonly #waiting: Task[] = []
  readonly #onAbort = (): void => void Atomics.store(this.#stop, 0, 1)
  #usable = true

  constructor(most: number, signal: AbortSignal) {
    this.#most = most
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Length and CRC-32 of the first `size` bytes of an open file, less where it ends before. */
  async sum(fd: number, size: number, onBytes: (count: number) => void): Promise<Sum> {
    const parts: Promise<Sum | undefined>[] = []
    for (let position = 0; position < size && this.#usable; position += PART) {
      const length = Math.min(PART, size - position)
      parts.push(this.#assign({ fd, position, length, stop: this.#stop }, onBytes))
    }
    // The descriptor is the caller's again only when nobody reads from it.
    await Promise.allSettled(parts)
    this.#signal.throwIfAborted()
    const sums = await Promise.all(parts)
    if (this.#usable && !sums.includes(undefined)) return (sums as Sum[]).reduce(joined)
    return checksum(fd, this.#signal)
  }

  async end(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort)
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
  }

  #assign(job: SumJob, onBytes: (count: number) => void): Promise<Sum | undefined> {
    return new Promise((resolve, reject) => {
      const resolved = (sum: Sum | undefined): void => {
        if (sum !== undefined) onBytes(sum.bytes)
        resolve(sum)
      }
      this.#waiting.push({ job, resolve: resolved, reject })
      this.#dispatch()
    })
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const idle = [...this.#threads].find(({ task }) => task === undefined) ?? this.#start()
      if (idle === undefined) return
      idle.task = this.#waiting.shift()!
      idle.worker.postMessage(idle.task.job)
    }
  }

  #start(): Thread | undefined {
    if (this.#threads.size >= this.#most) return undefined
    // Flags of this process (loaders of TypeScript among them) are not for the worker.
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      execArgv: [],
      name: 'dirdict-verify',
    })
    const thread: Thread = { worker, task: undefined }
    this.#threads.add(thread)
    worker.on('message', (answer: SumAnswer) => {
      const { task } = thread
      thread.task = undefined
      if ('crc32' in answer) task?.resolve(answer)
      else task?.reject(Object.assign(new Error(answer.message), { code: answer.code }))
      this.#dispatch()
    })
    worker.on('error', () => this.#giveUp())
    return thread
  }

  /** A thread could not be started, or ended: whoever waits goes without. */
  #giveUp(): void {
    this.#usable = false
    Atomics.store(this.#stop, 0, 1)
    for (const { task } of this.#threads) task?.resolve(undefined)
    for (const task of this.#waiting.splice(0)) task.resolve(undefined)
  }
}

function joined(first: Sum, second: Sum): Sum {
  const crc32 = combineCrc32(first.crc32, second.crc32, second.bytes)
  return { bytes: first.bytes + second.bytes, crc32 }
}
