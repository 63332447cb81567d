/**
 * Where jobs run: those of a small table in the calling thread, which is sooner done than a worker is started, those
 * of a large one in workers, so that the event loop goes on.
 */
import { setImmediate } from 'node:timers/promises'
import { CodecError, type Job, type ParquetWasm, runJob } from './codec.js'
import { MOST_WORKERS, runInWorker } from './pool.js'

export interface Runner {
  /** Jobs that may be under way together. */
  readonly atOnce: number
  /** Whether the memory of `job.bytes` is given away, and gone afterwards. */
  readonly takesBytes: boolean
  /**
   * Rejects with a CodecError for what parquet-wasm refuses, and with the
   * reason of the signal soon after it aborts.
   */
  run(job: Job): Promise<Uint8Array>
}

const MIB = 2 ** 20
/** Bytes of values up to which no worker is used. */
const INLINE = 16 * MIB
/** The memory of WebAssembly never shrinks: from here on only workers are used. */
const LARGEST_HEAP = 512 * MIB
/**
 * A panic leaves the stack of WebAssembly as deep as it was, and there is no way to take the module anew: calls after it
 * would run out of stack, and intact files seem damaged. In a worker that panicked nothing is run again.
 */
let hasPanicked = false

/** For jobs of `size` bytes of values together. */
export function runnerFor(wasm: ParquetWasm, size: number, signal: AbortSignal | undefined): Runner {
  const inline = !hasPanicked && size <= INLINE && wasm.wasmMemory().buffer.byteLength <= LARGEST_HEAP
  return inline ? inThisThread(wasm, signal) : inWorkers(signal)
}

function inThisThread(wasm: ParquetWasm, signal: AbortSignal | undefined): Runner {
  let first = true
  return {
    atOnce: 1,
    takesBytes: false,
    async run(job) {
      if (!first) await setImmediate()
      first = false
      signal?.throwIfAborted()
      try {
        return runJob(wasm, job)
      } catch (error) {
        const failure = CodecError.of(error)
        if (failure.panic) hasPanicked = true
        throw failure
      }
    },
  }
}

function inWorkers(signal: AbortSignal | undefined): Runner {
  return { atOnce: MOST_WORKERS + 1, takesBytes: true, run: job => runInWorker(job, signal) }
}
