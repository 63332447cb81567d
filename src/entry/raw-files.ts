/**
 * Reading and writing whole files by descriptor: synchronously where they are tiny (16 times faster than promises),
 * in chunks through the thread pool where they are not, never through a symbolic link.
 */
import {
  closeSync,
  constants,
  fstatSync,
  open,
  openSync,
  read,
  readSync,
  write,
  writeSync,
  writev,
} from 'node:fs'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants
/** A FIFO in place of a file must not hang the process: O_NONBLOCK changes nothing for real files. */
export const READ_FLAGS: number = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
export const CREATE_FLAGS: number = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW

/** Up to this many bytes are read or written in one synchronous call. */
export const SMALL: number = 128 * 1024
/** Bytes per call beyond that: long enough to cost nothing, short enough to checksum in the cache's shadow. */
const CHUNK = 8 * 1024 * 1024

export const openAsync: (path: string, flags: number) => Promise<number> = promisify(open)
/** Bytes in one write: long enough to cost nothing, short enough for the checksum to run beside it from the start. */
const WRITTEN_AT_ONCE = 1024 * 1024
/** Writes under way at once: none waits for the main thread, which takes checksums, to come round. */
const IN_FLIGHT = 3
/** writev takes at most 1,024 pieces (IOV_MAX). */
const MOST_PIECES = 1024
const readAsync = promisify(read)
const writeAsync = promisify(write)
const writevAsync = promisify(writev)

const scratch = Buffer.allocUnsafeSlow(32 * 1024)

/** A small file as text. Records are read with it: they are a few hundred bytes. RangeError over `longest` bytes. */
export function readTextSync(path: string, longest: number = Number.POSITIVE_INFINITY): string {
  const fd = openSync(path, READ_FLAGS)
  try {
    const count = readSync(fd, scratch, 0, scratch.length, 0)
    if (count < scratch.length) return scratch.toString('utf8', 0, count)
    const { size } = fstatSync(fd)
    if (size > longest) throw new RangeError(`${path} has ${size} bytes`)
    return Buffer.from(readFullySync(fd, new Uint8Array(size), 0)).toString('utf8')
  } finally {
    closeSync(fd)
  }
}

/** Fills `out` from `position` on; shorter only where the file ends. */
export function readFullySync(fd: number, out: Uint8Array, position: number): Uint8Array {
  let done = 0
  while (done < out.byteLength) {
    const count = readSync(fd, out, done, out.byteLength - done, position + done)
    if (count === 0) break
    done += count
  }
  return out.subarray(0, done)
}

/** Fills `out` from `position` on; shorter only where the file ends. */
export async function readFully(
  fd: number,
  out: Uint8Array,
  position: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  let done = 0
  while (done < out.byteLength) {
    signal?.throwIfAborted()
    const length = Math.min(2 * CHUNK, out.byteLength - done)
    const { bytesRead } = await readAsync(fd, out, done, length, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return out.subarray(0, done)
}

/** Streams a file through CRC-32 in memory of a fixed size. */
export async function checksum(fd: number, signal?: AbortSignal): Promise<{ bytes: number; crc32: number }> {
  // No longer than the file: to clear 16 MiB takes longer than to read a small one.
  const length = Math.max(1, Math.min(CHUNK, fstatSync(fd).size))
  const buffers = [new Uint8Array(length), new Uint8Array(length)] as const
  let sum = 0
  let bytes = 0
  let ready: Uint8Array = buffers[0].subarray(0, 0)
  for (let turn = 0; ; turn++) {
    const next = readFully(fd, buffers[turn % 2 === 0 ? 0 : 1], bytes, signal)
    sum = crc32(ready, sum)
    ready = await next
    bytes += ready.byteLength
    if (ready.byteLength === 0) return { bytes, crc32: sum }
  }
}

interface Batch {
  readonly chunks: readonly Uint8Array[]
  readonly position: number
  readonly size: number
  readonly written: Promise<{ bytesWritten: number }>
}

/** Views on the memory of `pieces`, in order, gathered to about one MiB. */
function* batches(pieces: readonly ArrayBufferView[]): Generator<readonly Uint8Array[]> {
  let batch: Uint8Array[] = []
  let size = 0
  for (const piece of pieces) {
    for (let start = 0; start < piece.byteLength; ) {
      const length = Math.min(WRITTEN_AT_ONCE - size, piece.byteLength - start)
      batch.push(new Uint8Array(piece.buffer, piece.byteOffset + start, length))
      start += length
      size += length
      if (size < WRITTEN_AT_ONCE && batch.length < MOST_PIECES) continue
      yield batch
      batch = []
      size = 0
    }
  }
  if (size > 0) yield batch
}

/** Writes everything that `data` gives; the checksum of a chunk is taken while it is being written. */
export class FileWriter {
  readonly #fd: number
  readonly #onBytes: (count: number) => void
  readonly #signal: AbortSignal | undefined
  bytes = 0
  crc32 = 0
  #position: number

  constructor(fd: number, onBytes: (count: number) => void, signal: AbortSignal | undefined, start = 0) {
    this.#fd = fd
    this.#onBytes = onBytes
    this.#signal = signal
    this.#position = start
  }

  writeSmall(data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    for (let done = 0; done < bytes.byteLength; ) {
      done += writeSync(this.#fd, bytes, done, bytes.byteLength - done, this.#position + done)
    }
    this.#position += bytes.byteLength
    this.#count(bytes)
    this.#onBytes(bytes.byteLength)
  }

  /** Pieces in order, without a copy, several writes in flight. All is written when it resolves. */
  async writeAll(pieces: readonly ArrayBufferView[]): Promise<void> {
    if (pieces.reduce((sum, piece) => sum + piece.byteLength, 0) <= SMALL) {
      for (const piece of pieces) this.writeSmall(piece)
      return
    }
    const inFlight: Batch[] = []
    try {
      for (const chunks of batches(pieces)) {
        this.#signal?.throwIfAborted()
        inFlight.push(this.#start(chunks))
        for (const chunk of chunks) this.#count(chunk)
        if (inFlight.length === IN_FLIGHT) await this.#finish(inFlight.shift()!)
      }
      while (inFlight.length > 0) await this.#finish(inFlight.shift()!)
    } finally {
      // The memory and the descriptor are the caller's again only when nothing is under way.
      await Promise.allSettled(inFlight.map(batch => batch.written))
    }
  }

  #start(chunks: readonly Uint8Array[]): Batch {
    const position = this.#position
    const size = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
    this.#position += size
    const written = writevAsync(this.#fd, chunks as Uint8Array[], position)
    // A failure is met in its turn; until then nobody waits for this promise, and Node would end the process.
    written.catch(() => {})
    return { chunks, position, size, written }
  }

  async #finish({ chunks, position, size, written }: Batch): Promise<void> {
    let start = position
    const end = position + (await written).bytesWritten
    for (const chunk of chunks) {
      // A short write leaves a rest of this chunk, and all of those after it.
      for (let done = Math.min(chunk.byteLength, Math.max(0, end - start)); done < chunk.byteLength; ) {
        const rest = chunk.byteLength - done
        done += (await writeAsync(this.#fd, chunk, done, rest, start + done)).bytesWritten
      }
      start += chunk.byteLength
    }
    this.#onBytes(size)
  }

  #count(bytes: Uint8Array): void {
    this.crc32 = crc32(bytes, this.crc32)
    this.bytes += bytes.byteLength
  }
}
