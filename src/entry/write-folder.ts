/**
 * WriteFolder: how a dumper writes into the directory of an entry that nobody sees yet. The record of every file, its
 * length and CRC-32, is taken on the way.
 */
import { chmodSync, closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import type { LateHead, WriteData, WriteFolder } from '../dumper.js'
import { DirdictError } from '../errors.js'
import type { FileRecord } from '../metadata.js'
import { combineCrc32 } from './crc32.js'
import { syncPath } from './database-directory.js'
import { checkedName, RECORDS } from './file-names.js'
import { EntryReadFolder } from './folder.js'
import { CREATE_FLAGS, FileWriter, openAsync, SMALL } from './raw-files.js'
import { writing } from './slots.js'

/** Files that are open at once while an entry is being synced. */
const SYNCED_TOGETHER = 32

/** Writes into a directory that nobody sees yet, and keeps the record of what it wrote. */
export class EntryWriteFolder extends EntryReadFolder implements WriteFolder {
  readonly files: FileRecord[] = []
  readonly #directory: string
  readonly #onProgress: ((bytes: number) => void) | undefined
  /** With durability full: what is written but not yet synced. Undefined with relaxed. */
  #unsynced: Set<string> | undefined
  /** Where the record of each file is in `files`. */
  readonly #places = new Map<string, number>()
  readonly #subdirectories = new Set<string>()
  #total = 0
  #mode: number | undefined

  constructor(
    directory: string,
    key: string,
    options: {
      durable: boolean
      signal?: AbortSignal | undefined
      onProgress?: ((bytes: number) => void) | undefined
    },
  ) {
    super(directory, key, { signal: options.signal })
    this.#directory = directory
    this.#onProgress = options.onProgress
    this.#unsynced = options.durable ? new Set() : undefined
  }

  async write(file: string, data: WriteData, head?: LateHead): Promise<void> {
    const name = dataName(file)
    this.signal?.throwIfAborted()
    this.#makeParents(name)
    const { bytes, crc32: sum } = await this.#inTurn(name, data, head)
    this.#places.set(name, this.files.length)
    this.files.push({ name, bytes, crc32: sum })
  }

  async rename(from: string, to: string): Promise<void> {
    const name = dataName(to)
    const place = this.#places.get(from)
    if (place === undefined || this.#places.has(name)) {
      const why = place === undefined ? `no ${from} was written` : `there is a ${name} already`
      throw new DirdictError('OPTION_INVALID', `${from} cannot become ${name}: ${why}.`, { file: from })
    }
    this.#makeParents(name)
    renameSync(`${this.#directory}/${from}`, `${this.#directory}/${name}`)
    this.files[place] = { ...this.files[place]!, name }
    this.#places.delete(from)
    this.#places.set(name, place)
    if (this.#unsynced?.delete(from)) this.#unsynced.add(name)
  }

  async writeJson(file: string, value: unknown): Promise<void> {
    await this.write(file, Buffer.from(stringified(file, value)))
  }

  progress(bytes: number): void {
    this.#total += bytes
    this.#onProgress?.(this.#total)
  }

  /** Writes one of the three records, which are no data and are not listed in `files`. */
  writeRecord(name: string, ...pieces: readonly (string | Buffer)[]): void {
    const fd = openSync(`${this.#directory}/${name}`, CREATE_FLAGS)
    try {
      const writer = new FileWriter(fd, () => {}, undefined)
      for (const piece of pieces) writer.writeSmall(typeof piece === 'string' ? Buffer.from(piece) : piece)
    } finally {
      closeSync(fd)
    }
    this.#unsynced?.add(name)
  }

  /** Takes in a file that was copied into the directory. */
  adopt(file: string): void {
    const name = checkedName(file)
    for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
      this.#subdirectories.add(name.slice(0, slash))
    }
    this.#unsynced?.add(name)
  }

  /** Syncs every file, then every directory bottom-up, the entry's own last. Does nothing with relaxed. */
  async sync(): Promise<void> {
    if (this.#unsynced === undefined) return
    const names = [...this.#unsynced]
    this.#unsynced.clear()
    for (let i = 0; i < names.length; i += SYNCED_TOGETHER) {
      // Side by side: one commit of the file system's journal serves them all.
      const together = names.slice(i, i + SYNCED_TOGETHER)
      await Promise.all(together.map(name => syncPath(`${this.#directory}/${name}`)))
    }
    const deepestFirst = [...this.#subdirectories].sort((a, b) => b.length - a.length)
    for (const name of deepestFirst) await syncPath(`${this.#directory}/${name}`)
    await syncPath(this.#directory)
  }

  /** What an iterable gives may wait for other writes: that file has no turn. */
  #inTurn(
    name: string,
    data: WriteData,
    head: LateHead | undefined,
  ): Promise<{ bytes: number; crc32: number }> {
    const write = (): Promise<{ bytes: number; crc32: number }> => this.#create(name, data, head)
    const isAtHand = ArrayBuffer.isView(data) ? data.byteLength > SMALL : isArrayOfViews(data)
    return isAtHand ? writing(write) : write()
  }

  async #create(
    name: string,
    data: WriteData,
    head: LateHead | undefined,
  ): Promise<{ bytes: number; crc32: number }> {
    const path = `${this.#directory}/${name}`
    const small = ArrayBuffer.isView(data) && data.byteLength <= SMALL
    const length = ArrayBuffer.isView(data) ? data.byteLength : isArrayOfViews(data) ? lengthOf(data) : 0
    const fd = small ? openSync(path, CREATE_FLAGS) : await openAsync(path, CREATE_FLAGS)
    try {
      const writer = new FileWriter(fd, count => this.progress(count), this.signal, head?.length)
      if (small) writer.writeSmall(data)
      else if (ArrayBuffer.isView(data)) await writeKept(writer, [data], length)
      else if (isArrayOfViews(data)) await writeKept(writer, data, length)
      else for await (const piece of data) await writeKept(writer, [piece], piece.byteLength)
      return head === undefined
        ? { bytes: writer.bytes, crc32: writer.crc32 }
        : this.#writeHead(fd, head, writer)
    } finally {
      closeSync(fd)
      this.#unsynced?.add(name)
    }
  }

  #writeHead(fd: number, head: LateHead, rest: FileWriter): { bytes: number; crc32: number } {
    const bytes = head.bytes()
    if (bytes.byteLength !== head.length) {
      throw new RangeError(`the head has ${bytes.byteLength} bytes; ${head.length} were left free`)
    }
    const writer = new FileWriter(fd, count => this.progress(count), undefined)
    writer.writeSmall(bytes)
    return {
      bytes: head.length + rest.bytes,
      crc32: combineCrc32(writer.crc32, rest.crc32, rest.bytes),
    }
  }

  #makeParents(name: string): void {
    const slash = name.lastIndexOf('/')
    if (slash < 0) return
    const parent = name.slice(0, slash)
    if (this.#subdirectories.has(parent)) return
    this.#makeParents(parent)
    const path = `${this.#directory}/${parent}`
    mkdirSync(path)
    // As open to the group as the entry itself: a nested database is shared as its parent is.
    this.#mode ??= statSync(this.#directory).mode & 0o7777
    if ((statSync(path).mode & 0o7777) !== this.#mode) chmodSync(path, this.#mode)
    this.#subdirectories.add(parent)
  }
}

/** VALUE_REJECTED for the name of a record. */
function dataName(file: string): string {
  const name = checkedName(file)
  if (!RECORDS.includes(name)) return name
  throw new DirdictError('VALUE_REJECTED', `${name} is the name of a record; data must have another.`, {
    file: name,
  })
}

/** VALUE_REJECTED for what is longer as JSON than a string may be. */
function stringified(file: string, value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new DirdictError(
      'VALUE_REJECTED',
      `As JSON the value would be longer than a string of JavaScript may be; clone, or several keys, hold it.`,
      { file, cause },
    )
  }
}

/**
 * Writes `pieces`, which had `length` bytes. VALUE_REJECTED where their memory went away meanwhile: the views are empty
 * then, and the file would be too short, though its record fits.
 */
export async function writeKept(
  writer: FileWriter,
  pieces: readonly ArrayBufferView[],
  length: number,
): Promise<void> {
  const before = writer.bytes
  await writer.writeAll(pieces)
  const written = writer.bytes - before
  if (written === length && lengthOf(pieces) === length) return
  throw new DirdictError(
    'VALUE_REJECTED',
    `The memory of the value went away (transferred, or WebAssembly's, which grew) before all its ${length} bytes were written. Wait for set, or give it a copy.`,
  )
}

function lengthOf(pieces: readonly ArrayBufferView[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
}

function isArrayOfViews(data: WriteData): data is readonly ArrayBufferView[] {
  return Array.isArray(data)
}
