/**
 * ReadFolder and WriteFolder: the only way by which a dumper touches the directory of an entry.
 * Reading checks every file against its record; writing takes the record on the way.
 */
import { constants } from 'node:buffer'
import { closeSync, fstatSync, lstatSync, openSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { HeldFolder, RandomAccess, ReadFolder, ReadRange } from '../dumper.js'
import { DirdictError } from '../errors.js'
import type { FileRecord } from '../metadata.js'
import { assertNoLinks, checkedName, listFiles } from './file-names.js'
import { holdDirectory } from './held-folder.js'
import { OpenFile } from './open-file.js'
import { READ_FLAGS, readFully, readFullySync, SMALL } from './raw-files.js'
import { type ReadWitness, unwatched } from './read-witness.js'
import { GONE, hasCode, NO_FILE, translate } from './system-errors.js'
import { readWhole } from './whole-file.js'

/** A range of so many bytes is read at once: the way through the thread pool and back takes longer. */
const SHORT_RANGE: number = 2 ** 20
/** A list that is searched from its beginning; a longer one gets an index. */
const FEW_FILES = 8

export class EntryReadFolder implements ReadFolder {
  readonly signal: AbortSignal | undefined
  readonly witness: ReadWitness
  readonly #base: string
  readonly #key: string
  readonly #records: readonly FileRecord[]
  #byName: ReadonlyMap<string, FileRecord> | undefined

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
    this.witness = options.witness ?? unwatched(base)
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
    const stats = lstatSync(this.#path(file), { throwIfNoEntry: false })
    if (stats === undefined) throw this.#absent(file)
    if (!stats.isFile()) throw this.#corrupt(file, 'is a link or no file; links are not followed')
    this.#compareLength(file, stats.size)
    return stats.size
  }

  async readJson<T>(file: string): Promise<T> {
    this.#refuseTooLong(file, this.#recordOf(file)?.bytes ?? 0)
    const { buffer, byteOffset, byteLength } = await this.read(file)
    this.#refuseTooLong(file, byteLength)
    try {
      return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8')) as T
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
      const { data, sum } = await readWhole(fd, this.#memory(file, size), known !== undefined, this.signal)
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
    return new OpenFile(fd, file, size, range => this.#readOpen(fd, file, size, range))
  }

  async has(file: string): Promise<boolean> {
    const stats = lstatSync(this.#path(file), { throwIfNoEntry: false })
    if (stats?.isFile()) return true
    if (stats !== undefined) throw this.#corrupt(file, 'is a link or no file; links are not followed')
    if (this.#recordOf(file) !== undefined) throw this.#absent(file)
    this.witness.listed = true
    return false
  }

  async hold(): Promise<HeldFolder> {
    this.#assertOpen()
    const files = this.#records
    return holdDirectory(this.#base, this.witness.path, this.#key, (base, witness) => {
      return new EntryReadFolder(base, this.#key, { files, witness })
    })
  }

  #open(file: string): number {
    this.signal?.throwIfAborted()
    try {
      return openSync(this.#path(file), READ_FLAGS)
    } catch (error) {
      throw this.#missing(error, file)
    }
  }

  /** Content and length are told by two reads, without a stat. */
  #readRecorded(fd: number, record: FileRecord): Uint8Array {
    const data = readFullySync(fd, new Uint8Array(record.bytes), 0)
    if (data.byteLength < record.bytes) this.#compareLength(record.name, data.byteLength)
    if (readFullySync(fd, new Uint8Array(1), record.bytes).byteLength > 0) {
      this.#compareLength(record.name, fstatSync(fd).size)
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
      length <= SHORT_RANGE
        ? readFullySync(fd, out, offset)
        : await readFully(fd, out, offset, this.#signalOfLoad())
    if (got.byteLength < length) throw this.#corrupt(file, `ends after ${offset + got.byteLength} bytes`)
    return got
  }

  /** A file that is open may be read when nobody pins its directory any more, who would tell the errors of the system. */
  async #readOpen(fd: number, file: string, size: number, range: ReadRange): Promise<Uint8Array> {
    try {
      return await this.#readRange(fd, file, size, range)
    } catch (error) {
      if (hasCode(error, GONE)) this.witness.vanished = true
      const what = `Reading ${JSON.stringify(file)} of ${JSON.stringify(this.#key)}`
      throw translate(error, what, { key: this.#key, file })
    }
  }

  /** The signal is that of one `get`: what is kept open is read later, after it may have aborted. */
  #signalOfLoad(): AbortSignal | undefined {
    return this.witness.ended ? undefined : this.signal
  }

  #recordOf(file: string): FileRecord | undefined {
    if (this.#records.length <= FEW_FILES) return this.#records.find(record => record.name === file)
    this.#byName ??= new Map(this.#records.map(record => [record.name, record]))
    return this.#byName.get(file)
  }

  #assertOpen(): void {
    if (!this.witness.ended) return
    throw new DirdictError(
      'STALE_HANDLE',
      'A folder is read while `load` runs; hold() it, or keep a file open(), to read it later.',
      { key: this.#key },
    )
  }

  #path(file: string): string {
    this.#assertOpen()
    const name = checkedName(file)
    if (name.includes('/')) assertNoLinks(this.#base, name)
    return `${this.#base}/${name}`
  }

  #compareLength(file: string, size: number): void {
    const record = this.#recordOf(file)
    if (record !== undefined && record.bytes !== size) {
      throw this.#corrupt(file, `has ${size} bytes; ${record.bytes} were written`)
    }
  }

  #missing(error: unknown, file: string): unknown {
    if (hasCode(error, NO_FILE))
      return this.#corrupt(file, 'is a link or no file; links are not followed', error)
    return hasCode(error, GONE) ? this.#absent(file) : error
  }

  #absent(file: string): DirdictError {
    this.witness.vanished = true
    return this.#corrupt(file, 'is missing')
  }

  /** Fresh memory. UNSUPPORTED_FORMAT where there is not enough for the whole file. */
  #memory(file: string, bytes: number): Uint8Array {
    try {
      return new Uint8Array(bytes)
    } catch (cause) {
      throw this.#tooLong(file, bytes, 'it could not be had as one piece of memory', cause)
    }
  }

  #refuseTooLong(file: string, bytes: number): void {
    const most = constants.MAX_STRING_LENGTH
    if (bytes > most)
      throw this.#tooLong(file, bytes, `JSON is read up to the ${most} of a string of JavaScript`)
  }

  #tooLong(file: string, bytes: number, why: string, cause?: unknown): DirdictError {
    const message = `${JSON.stringify(file)} has ${bytes} bytes; ${why}. Read the file in db.path(key) as a stream.`
    return new DirdictError('UNSUPPORTED_FORMAT', message, { key: this.#key, file, cause })
  }

  #corrupt(file: string, what: string, cause?: unknown): DirdictError {
    return new DirdictError(
      'CORRUPT_ENTRY',
      `Key ${JSON.stringify(this.#key)} is damaged: its file ${JSON.stringify(file)} ${what}.`,
      { key: this.#key, file, cause },
    )
  }
}
