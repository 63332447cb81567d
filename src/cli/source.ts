/**
 * What `set` reads: a file in pieces, so that a large array is not held twice; standard input and pipes whole.
 */
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { DirdictError, type RandomAccess, type ReadFolder, type ReadRange } from '../index.js'

/** So much is read at once: between two pieces an abort is noticed. */
const PIECE = 16 * 2 ** 20

/** Opens a file; `-` is standard input. */
export async function openSource(from: string, signal: AbortSignal): Promise<RandomAccess> {
  if (from === '-') return inMemory(await collect(process.stdin, signal))
  const stats = await stat(from)
  if (stats.isDirectory()) {
    throw new DirdictError('OPTION_INVALID', `${from} is a directory; a file is needed.`, { path: from })
  }
  if (!stats.isFile()) return inMemory(await collect(createReadStream(from), signal))
  return openFile(from, signal)
}

/** One file, as the folder of an entry: a dumper reads it with the checks that it has anyway. */
export class SourceFolder implements ReadFolder {
  readonly signal: AbortSignal
  readonly #source: RandomAccess

  constructor(source: RandomAccess, signal: AbortSignal) {
    this.#source = source
    this.signal = signal
  }

  /** Empty: whatever a dumper looks for beside its data is not there. */
  async names(): Promise<string[]> {
    return []
  }

  async size(): Promise<number> {
    return this.#source.size
  }

  async readJson<T>(): Promise<T> {
    return JSON.parse(Buffer.from(await this.#source.read()).toString('utf8')) as T
  }

  read(_file: string, range?: ReadRange): Promise<Uint8Array> {
    return this.#source.read(range)
  }

  async has(): Promise<boolean> {
    return false
  }

  async hold(): Promise<never> {
    throw new DirdictError('UNSUPPORTED_FORMAT', 'One file is no folder that could be held open.', {})
  }

  /** Closing it is left to whoever opened the source. */
  async open(): Promise<RandomAccess> {
    return { size: this.#source.size, read: range => this.#source.read(range), close: async () => {} }
  }
}

async function openFile(path: string, signal: AbortSignal): Promise<RandomAccess> {
  const handle = await open(path)
  const { size } = await handle.stat()
  return {
    size,
    async read({ offset = 0, length = Math.max(0, size - offset), out }: ReadRange = {}) {
      const target = out?.subarray(0, length) ?? new Uint8Array(length)
      for (let done = 0; done < length; ) {
        signal.throwIfAborted()
        const most = Math.min(PIECE, length - done)
        const { bytesRead } = await handle.read(target, done, most, offset + done)
        if (bytesRead === 0) throw tooShort(path, offset + done)
        done += bytesRead
      }
      return target
    },
    close: () => handle.close(),
  }
}

function inMemory(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.byteLength,
    async read({ offset = 0, length = Math.max(0, bytes.byteLength - offset), out }: ReadRange = {}) {
      if (offset + length > bytes.byteLength) throw tooShort('The input', bytes.byteLength)
      const part = bytes.subarray(offset, offset + length)
      if (out === undefined) return part
      out.set(part)
      return out.subarray(0, length)
    },
    close: async () => {},
  }
}

async function collect(stream: Readable, signal: AbortSignal): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of addAbortSignal(signal, stream)) pieces.push(piece)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
  return Buffer.concat(pieces)
}

function tooShort(what: string, bytes: number): DirdictError {
  return new DirdictError('CORRUPT_ENTRY', `${what} ends after ${bytes} bytes.`)
}
