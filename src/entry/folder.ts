/**
 * ReadFolder and WriteFolder: the only way by which a dumper touches the directory of an entry.
 * Reading checks every file against its record; writing takes the record on the way.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { RandomAccess, ReadFolder, ReadRange, WriteData, WriteFolder } from '../dumper.js'
import { DirdictError } from '../errors.js'
import type { FileRecord } from '../metadata.js'
import { syncPath } from './database-directory.js'
import {
  CREATE_FLAGS,
  closeAsync,
  FileWriter,
  openAsync,
  READ_FLAGS,
  readChecked,
  readFully,
  readFullySync,
  SMALL,
} from './raw-files.js'
import { GONE, hasCode } from './system-errors.js'

/** The three files of an entry that are ours and not the dumper's. */
export const RECORDS: readonly string[] = ['Loader.json', 'metadata.json', 'dirdict.json']
/** Files that are open at once while an entry is being synced. */
const SYNCED_TOGETHER = 32

/** What reading tells the pinned read around it: what it has to check before it may trust the result. */
export interface ReadWitness {
  /** A file or directory was not there. */
  vanished: boolean
  /** The absence of a file had a meaning: the directory was listed. */
  listed: boolean
}

export class EntryReadFolder implements ReadFolder {
  readonly signal: AbortSignal | undefined
  readonly witness: ReadWitness
  readonly #base: string
  readonly #key: string
  readonly #records: readonly FileRecord[]

  constructor(
    base: string,
    key: string,
    options: {
      /** The files as they were written; empty where nobody recorded them, or where they may change. */
      files?: readonly FileRecord[] | undefined
      signal?: AbortSignal | undefined
      witness?: ReadWitness | undefined
    } = {},
  ) {
    this.#base = base
    this.#key = key
    this.#records = options.files ?? []
    this.signal = options.signal
    this.witness = options.witness ?? { vanished: false, listed: false }
  }

  async names(): Promise<string[]> {
    this.witness.listed = true
    try {
      return listFiles(this.#base)
    } catch (error) {
      throw this.#missing(error, '')
    }
  }

  async size(file: string): Promise<number> {
    const stats = statSync(this.#path(file), { throwIfNoEntry: false })
    if (stats === undefined) throw this.#absent(file)
    this.#compareLength(file, stats.size)
    return stats.size
  }

  async readJson<T>(file: string): Promise<T> {
    const text = Buffer.from(await this.read(file)).toString('utf8')
    try {
      return JSON.parse(text) as T
    } catch (cause) {
      throw this.#corrupt(file, 'is not JSON', cause)
    }
  }

  async read(file: string, range?: ReadRange): Promise<Uint8Array> {
    const fd = this.#open(file)
    try {
      const record = range === undefined ? this.#recordOf(file) : undefined
      if (record !== undefined && record.bytes <= SMALL) return this.#readRecorded(fd, record)
      const { size } = fstatSync(fd)
      this.#compareLength(file, size)
      if (range !== undefined) return await this.#readRange(fd, file, size, range)
      const known = record?.crc32
      const { data, sum } = await readWhole(fd, size, known !== undefined, this.signal)
      if (data.byteLength < size) throw this.#corrupt(file, `ends after ${data.byteLength} of ${size} bytes`)
      if (known !== undefined && sum !== known) {
        throw this.#changed(file)
      }
      return data
    } finally {
      closeSync(fd)
    }
  }

  async open(file: string): Promise<RandomAccess> {
    const fd = this.#open(file)
    let size: number
    try {
      size = fstatSync(fd).size
      this.#compareLength(file, size)
    } catch (error) {
      closeSync(fd)
      throw error
    }
    let closed = false
    return {
      size,
      read: range => this.#readRange(fd, file, size, range ?? {}),
      close: async () => {
        if (closed) return
        closed = true
        await closeAsync(fd)
      },
    }
  }

  #open(file: string): number {
    this.signal?.throwIfAborted()
    try {
      return openSync(this.#path(file), READ_FLAGS)
    } catch (error) {
      throw this.#missing(error, file)
    }
  }

  /** One read tells content and length: a byte more than was written is asked for. */
  #readRecorded(fd: number, record: FileRecord): Uint8Array {
    const data = readFullySync(fd, new Uint8Array(record.bytes + 1), 0)
    if (data.byteLength !== record.bytes) {
      // Of a longer file only the first byte too many was read.
      this.#compareLength(record.name, data.byteLength > record.bytes ? fstatSync(fd).size : data.byteLength)
    }
    if (crc32(data) !== record.crc32) throw this.#changed(record.name)
    return data
  }

  #changed(file: string): DirdictError {
    return this.#corrupt(file, 'is not what was written: its CRC-32 differs from the record')
  }

  async #readRange(fd: number, file: string, size: number, range: ReadRange): Promise<Uint8Array> {
    const offset = range.offset ?? 0
    const length = range.length ?? Math.max(0, size - offset)
    if (offset + length > size) {
      throw this.#corrupt(file, `has ${size} bytes; bytes ${offset} to ${offset + length} were asked for`)
    }
    const out = range.out?.subarray(0, length) ?? new Uint8Array(length)
    const got =
      length <= SMALL ? readFullySync(fd, out, offset) : await readFully(fd, out, offset, this.signal)
    if (got.byteLength < length) throw this.#corrupt(file, `ends after ${offset + got.byteLength} bytes`)
    return got
  }

  #recordOf(file: string): FileRecord | undefined {
    return this.#records.find(record => record.name === file)
  }

  #path(file: string): string {
    return `${this.#base}/${checkedName(file)}`
  }

  #compareLength(file: string, size: number): void {
    const record = this.#recordOf(file)
    if (record !== undefined && record.bytes !== size) {
      throw this.#corrupt(file, `has ${size} bytes; ${record.bytes} were written`)
    }
  }

  #missing(error: unknown, file: string): unknown {
    return hasCode(error, GONE) ? this.#absent(file) : error
  }

  #absent(file: string): DirdictError {
    this.witness.vanished = true
    return this.#corrupt(file, 'is missing')
  }

  #corrupt(file: string, what: string, cause?: unknown): DirdictError {
    return new DirdictError(
      'CORRUPT_ENTRY',
      `Key ${JSON.stringify(this.#key)} is damaged: its file ${JSON.stringify(file)} ${what}.`,
      { key: this.#key, file, cause },
    )
  }
}

/** Writes into a directory that nobody sees yet, and keeps the record of what it wrote. */
export class EntryWriteFolder extends EntryReadFolder implements WriteFolder {
  readonly files: FileRecord[] = []
  readonly #directory: string
  readonly #onProgress: ((bytes: number) => void) | undefined
  /** With durability full: what is written but not yet synced. Undefined with relaxed. */
  #unsynced: string[] | undefined
  readonly #subdirectories = new Set<string>()
  #total = 0

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
    this.#unsynced = options.durable ? [] : undefined
  }

  async write(file: string, data: WriteData): Promise<void> {
    const name = checkedName(file)
    if (RECORDS.includes(name)) {
      throw new DirdictError('VALUE_REJECTED', `${name} is the name of a record; data must have another.`, {
        file: name,
      })
    }
    this.signal?.throwIfAborted()
    this.#makeParents(name)
    const { bytes, crc32: sum } = await this.#create(name, data)
    this.files.push({ name, bytes, crc32: sum })
  }

  async writeJson(file: string, value: unknown): Promise<void> {
    await this.write(file, Buffer.from(JSON.stringify(value)))
  }

  progress(bytes: number): void {
    this.#total += bytes
    this.#onProgress?.(this.#total)
  }

  /** Writes one of the three records, which are no data and are not listed in `files`. */
  writeRecord(name: string, text: string): void {
    const fd = openSync(`${this.#directory}/${name}`, CREATE_FLAGS)
    try {
      new FileWriter(fd, () => {}, undefined).writeSmall(Buffer.from(text))
    } finally {
      closeSync(fd)
    }
    this.#unsynced?.push(name)
  }

  /** Takes in a file that was copied into the directory. */
  adopt(file: string): void {
    const name = checkedName(file)
    for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
      this.#subdirectories.add(name.slice(0, slash))
    }
    this.#unsynced?.push(name)
  }

  /** Syncs every file, then every directory bottom-up, the entry's own last. Does nothing with relaxed. */
  async sync(): Promise<void> {
    if (this.#unsynced === undefined) return
    const names = this.#unsynced.splice(0)
    for (let i = 0; i < names.length; i += SYNCED_TOGETHER) {
      // Side by side: one commit of the file system's journal serves them all.
      const together = names.slice(i, i + SYNCED_TOGETHER)
      await Promise.all(together.map(name => syncPath(`${this.#directory}/${name}`)))
    }
    const deepestFirst = [...this.#subdirectories].sort((a, b) => b.length - a.length)
    for (const name of deepestFirst) await syncPath(`${this.#directory}/${name}`)
    await syncPath(this.#directory)
  }

  async #create(name: string, data: WriteData): Promise<{ bytes: number; crc32: number }> {
    const path = `${this.#directory}/${name}`
    const small = ArrayBuffer.isView(data) && data.byteLength <= SMALL
    const fd = small ? openSync(path, CREATE_FLAGS) : await openAsync(path, CREATE_FLAGS)
    try {
      const writer = new FileWriter(fd, count => this.progress(count), this.signal)
      if (small) writer.writeSmall(data)
      else if (ArrayBuffer.isView(data)) await writer.writeAll([data])
      else if (isArrayOfViews(data)) await writer.writeAll(data)
      else for await (const piece of data) await writer.writeAll([piece])
      return { bytes: writer.bytes, crc32: writer.crc32 }
    } finally {
      closeSync(fd)
      this.#unsynced?.push(name)
    }
  }

  #makeParents(name: string): void {
    const slash = name.lastIndexOf('/')
    if (slash < 0) return
    const parent = name.slice(0, slash)
    if (this.#subdirectories.has(parent)) return
    this.#makeParents(parent)
    mkdirSync(`${this.#directory}/${parent}`, { recursive: true })
    this.#subdirectories.add(parent)
  }
}

function isArrayOfViews(data: WriteData): data is readonly ArrayBufferView[] {
  return Array.isArray(data)
}

async function readWhole(
  fd: number,
  size: number,
  checked: boolean,
  signal: AbortSignal | undefined,
): Promise<{ data: Uint8Array; sum: number }> {
  if (size <= SMALL) {
    const data = readFullySync(fd, new Uint8Array(size), 0)
    return { data, sum: checked ? crc32(data) : 0 }
  }
  if (!checked) return { data: await readFully(fd, new Uint8Array(size), 0, signal), sum: 0 }
  const { data, crc32: sum } = await readChecked(fd, size, signal)
  return { data, sum }
}

/** Every data file below `base`, relative, sorted. Links are not followed and not listed. */
export function listFiles(base: string): string[] {
  const found: string[] = []
  const visit = (prefix: string): void => {
    for (const item of readdirSync(`${base}/${prefix}`, { withFileTypes: true })) {
      const name = prefix + item.name
      if (item.isDirectory()) visit(`${name}/`)
      else if (item.isFile() && !RECORDS.includes(name)) found.push(name)
    }
  }
  visit('')
  return found.sort()
}

/** A relative path that stays inside. */
export function checkedName(file: string): string {
  const parts = file.split('/')
  if (file.includes('\0') || parts.some(part => part === '' || part === '.' || part === '..')) {
    throw new DirdictError('OPTION_INVALID', `${JSON.stringify(file)} is no file name inside an entry.`, {
      file,
    })
  }
  return file
}
