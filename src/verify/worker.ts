/** The thread that takes checksums: each message names a part of a file that the main thread has open. */
import { readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { crc32 } from 'node:zlib'

/** A part of an open file; descriptors are those of the whole process. */
export interface SumJob {
  readonly fd: number
  readonly position: number
  readonly length: number
  /** Not 0: nobody wants the sum any more. */
  readonly stop: Int32Array
}

export type SumAnswer =
  | { readonly bytes: number; readonly crc32: number }
  | { readonly message: string; readonly code: string | undefined }

/** Short enough to lie in the processor's cache when its checksum is taken. */
const CHUNK = 512 * 1024
const buffer = new Uint8Array(CHUNK)

parentPort?.on('message', (job: SumJob) => parentPort?.postMessage(answerTo(job)))

function answerTo(job: SumJob): SumAnswer {
  try {
    return sumOf(job)
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return { message, code }
  }
}

function sumOf({ fd, position, length, stop }: SumJob): SumAnswer {
  let [bytes, sum] = [0, 0]
  while (bytes < length && Atomics.load(stop, 0) === 0) {
    const count = readSync(fd, buffer, 0, Math.min(CHUNK, length - bytes), position + bytes)
    if (count === 0) break
    sum = crc32(buffer.subarray(0, count), sum)
    bytes += count
  }
  return { bytes, crc32: sum }
}
