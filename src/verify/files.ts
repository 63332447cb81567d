/**
 * The files of entries against their records: small ones by direct calls, large ones by threads, so many at once as the
 * caller allows.
 */
import { closeSync, fstatSync, openSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { assertNoLinks, checkedName } from '../entry/file-names.js'
import { checksum, READ_FLAGS, readFullySync, SMALL } from '../entry/raw-files.js'
import type { ReadWitness } from '../entry/read-witness.js'
import { GONE, hasCode, NO_FILE } from '../entry/system-errors.js'
import { DirdictError } from '../errors.js'
import type { FileRecord } from '../metadata.js'
import type { Walk } from '../progress.js'
import { pauseIsDue } from '../session.js'
import { LARGE, SumThreads } from './threads.js'
import { Turns } from './turns.js'

export class FileSums {
  readonly #walk: Walk
  readonly #threads: SumThreads
  readonly #turns: Turns
  readonly #small = new Uint8Array(SMALL)
  readonly #onBytes = (count: number): void => this.#walk.read(count)

  constructor(walk: Walk, concurrency: number) {
    this.#walk = walk
    this.#threads = new SumThreads(concurrency, walk.signal)
    this.#turns = new Turns(concurrency)
  }

  /** Throws CORRUPT_ENTRY for the first file that is not what was written. */
  async compare(
    base: string,
    key: string,
    files: readonly FileRecord[],
    witness: ReadWitness,
  ): Promise<void> {
    const failures = new Map<FileRecord, unknown>()
    const check = async (file: FileRecord): Promise<void> => {
      try {
        await this.#compareLarge(base, key, file, witness)
      } catch (error) {
        failures.set(file, error)
      }
    }
    const underWay = new Set<Promise<void>>()
    for (const file of files) {
      if (failures.size > 0 || this.#walk.signal.aborted) break
      if (file.bytes <= SMALL) {
        if (pauseIsDue()) await nextTurn()
        this.#compareSmall(base, key, file, witness)
        continue
      }
      await this.#turns.take()
      const task = check(file).finally(() => {
        this.#turns.giveBack()
        underWay.delete(task)
      })
      underWay.add(task)
    }
    await Promise.all(underWay)
    this.#walk.signal.throwIfAborted()
    const first = files.find(file => failures.has(file))
    if (first !== undefined) throw failures.get(first)
  }

  async end(): Promise<void> {
    await this.#threads.end()
  }

  #compareSmall(base: string, key: string, file: FileRecord, witness: ReadWitness): void {
    const fd = opened(base, key, file, witness)
    try {
      assertLength(fd, key, file)
      const data = readFullySync(fd, this.#small.subarray(0, file.bytes), 0)
      this.#walk.read(data.length)
      assertEqual({ bytes: data.length, crc32: crc32(data) }, key, file)
    } finally {
      closeSync(fd)
    }
  }

  async #compareLarge(base: string, key: string, file: FileRecord, witness: ReadWitness): Promise<void> {
    const fd = opened(base, key, file, witness)
    try {
      assertLength(fd, key, file)
      assertEqual(await this.#sum(fd, file.bytes), key, file)
    } finally {
      closeSync(fd)
    }
  }

  async #sum(fd: number, size: number): Promise<{ bytes: number; crc32: number }> {
    if (size >= LARGE) return this.#threads.sum(fd, size, this.#onBytes)
    const sum = await checksum(fd, this.#walk.signal)
    this.#onBytes(sum.bytes)
    return sum
  }
}

function opened(base: string, key: string, file: FileRecord, witness: ReadWitness): number {
  try {
    assertNoLinks(base, checkedName(file.name))
    return openSync(`${base}/${file.name}`, READ_FLAGS)
  } catch (error) {
    if (hasCode(error, NO_FILE)) throw damaged(key, file.name, 'is a link or no file')
    if (!hasCode(error, GONE)) throw error
    witness.vanished = true
    throw damaged(key, file.name, 'is missing')
  }
}

function assertLength(fd: number, key: string, file: FileRecord): void {
  const stats = fstatSync(fd)
  if (!stats.isFile()) throw damaged(key, file.name, 'is a link or no file')
  if (stats.size !== file.bytes) throw damaged(key, file.name, lengths(stats.size, file.bytes))
}

function assertEqual(found: { bytes: number; crc32: number }, key: string, file: FileRecord): void {
  if (found.bytes !== file.bytes) throw damaged(key, file.name, lengths(found.bytes, file.bytes))
  if (found.crc32 !== file.crc32) throw damaged(key, file.name, 'is not what was written: its CRC-32 differs')
}

function lengths(found: number, written: number): string {
  return `has ${found} bytes; ${written} were written`
}

function damaged(key: string, file: string, what: string): DirdictError {
  const message = `Key ${JSON.stringify(key)} is damaged: its file ${JSON.stringify(file)} ${what}.`
  return new DirdictError('CORRUPT_ENTRY', message, { key, file })
}
