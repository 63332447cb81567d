/**
 * The directory of a zip archive: which members it has, and where. What it says is checked against the length of the
 * file before anything is allocated: members neither overlap nor leave the file, nor would they inflate to more than
 * deflate can.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Entry, RandomAccessReader, ZipFile } from 'yauzl'
import type { RandomAccess } from '../../src/dumper.js'
import { DirdictError, isDirdictError } from '../../src/errors.js'
import { importPackage } from '../_packages.js'
import { corrupt } from './damage.js'
import { MOST_MEMBERS } from './records.js'

type Yauzl = typeof import('yauzl')

/** A member, as the directory describes it. */
export interface Member {
  readonly name: string
  /** The name of the archive and that of the member, for messages. */
  readonly path: string
  /** The name as it stands in the archive. */
  readonly rawName: Uint8Array
  /** How it is compressed: 0 stored, 8 deflated. */
  readonly method: number
  readonly encrypted: boolean
  readonly crc32: number
  /** Bytes in the archive. */
  readonly compressed: number
  /** Bytes when it is inflated. */
  readonly size: number
  /** Where its local header begins. */
  readonly offset: number
  /** Where the next member begins, or the directory. */
  readonly end: number
}

/** Members that are listed before others get their turn. */
const TURN = 256
/** Deflate turns two bits into 258 bytes at best. */
const MOST_INFLATED = 1032
const HEADER = 30
/** What follows the last member of a directory: its end, narrow or wide, or a digital signature. */
const ENDS: readonly number[] = [0x06054b50, 0x06064b50, 0x05054b50]
const UTF_8 = 0x0800

/**
 * The members of the archive `file`, in the order of its directory. CORRUPT_ENTRY for what is no zip archive, or a
 * damaged one; UNSUPPORTED_FORMAT for archives of several files, and for more than a million members;
 * MISSING_PACKAGE where yauzl is not installed.
 */
export async function readDirectory(
  source: RandomAccess,
  file: string,
  signal?: AbortSignal,
): Promise<readonly Member[]> {
  const yauzl = await importPackage('yauzl', () => import('yauzl'))
  const failure: { error?: unknown } = {}
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(readerOf(yauzl, source, failure), source.size, {
      // Names and sizes are checked here, so that a message can say which member it is about.
      decodeStrings: false,
      validateEntrySizes: false,
      autoClose: false,
    })
    // The types call this number a boolean.
    const end = Number(zip.readEntryCursor)
    const members = await listMembers(yauzl, zip, file, signal)
    await checkEnd(source, Number(zip.readEntryCursor), file)
    return checkLayout(members, end)
  } catch (error) {
    // An error of the disk is no damage of the archive, though yauzl hands on both.
    if ('error' in failure) throw failure.error
    signal?.throwIfAborted()
    throw isDirdictError(error) ? error : notRead(file, error)
  }
}

/** Bytes of `source`, in the form in which yauzl asks for them. What fails is left in `failure` as it is. */
function readerOf(yauzl: Yauzl, source: RandomAccess, failure: { error?: unknown }): RandomAccessReader {
  class Reader extends yauzl.RandomAccessReader {
    override read(
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
      done: (error: Error | null) => void,
    ): void {
      if (!(position + length <= source.size)) {
        done(new Error(`it has ${source.size} bytes; ${length} bytes at ${position} were expected`))
        return
      }
      source
        .read({ offset: position, length, out: buffer.subarray(offset, offset + length) })
        .then(() => done(null))
        .catch((error: unknown) => {
          failure.error ??= error
          done(new Error('the archive cannot be read'))
        })
    }
    override close(done: (error: Error | null) => void): void {
      done(null)
    }
  }
  return new Reader()
}

async function listMembers(
  yauzl: Yauzl,
  zip: ZipFile,
  file: string,
  signal: AbortSignal | undefined,
): Promise<Omit<Member, 'end'>[]> {
  if (zip.entryCount > MOST_MEMBERS) {
    const message = `'${file}' should have ${zip.entryCount} members; at most ${MOST_MEMBERS} are read`
    throw new DirdictError('UNSUPPORTED_FORMAT', message, { file })
  }
  const members: Omit<Member, 'end'>[] = []
  for await (const entry of zip.eachEntry()) {
    members.push(memberOf(yauzl, entry, file))
    if (members.length % TURN > 0) continue
    await nextTurn()
    signal?.throwIfAborted()
  }
  return members
}

/** CORRUPT_ENTRY where the directory goes on after as many members as its end counts: the others would be missing unsaid. */
async function checkEnd(source: RandomAccess, at: number, file: string): Promise<void> {
  const { buffer, byteOffset } = await source.read({ offset: at, length: 4 })
  if (ENDS.includes(new DataView(buffer, byteOffset).getUint32(0, true))) return
  throw corrupt(file, 'has a directory that does not end after as many members as it counts')
}

function memberOf(yauzl: Yauzl, entry: Entry, file: string): Omit<Member, 'end'> {
  const rawName = entry.fileNameRaw
  const name = nameOf(yauzl, entry, file)
  return {
    name,
    path: `${file}/${name}`,
    rawName,
    method: entry.compressionMethod,
    encrypted: entry.isEncrypted(),
    crc32: entry.crc32,
    compressed: entry.compressedSize,
    size: entry.uncompressedSize,
    offset: entry.relativeOffsetOfLocalHeader,
  }
}

/** The name as Python's zipfile reads it: in UTF-8 where the member says so, else in the character set of DOS. */
function nameOf(yauzl: Yauzl, { fileNameRaw, generalPurposeBitFlag }: Entry, file: string): string {
  // yauzl would make pictures of control characters, as DOS showed them.
  const dos = (byte: number): string =>
    byte < 0x80 ? String.fromCharCode(byte) : yauzl.getFileNameLowLevel(0, Buffer.of(byte), [], true)
  if ((generalPurposeBitFlag & UTF_8) === 0) return Array.from(fileNameRaw, dos).join('')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fileNameRaw)
  } catch (cause) {
    throw corrupt(file, 'has a member whose name is not the UTF-8 that it says to be', cause)
  }
}

/** The same members, each with its end. CORRUPT_ENTRY where two share a name or bytes, or where their sizes cannot be. */
function checkLayout(listed: readonly Omit<Member, 'end'>[], end: number): readonly Member[] {
  const places = listed.map((_, i) => i).sort((a, b) => listed[a]!.offset - listed[b]!.offset)
  const ends = new Map(places.map((place, i) => [place, listed[places[i + 1] ?? -1]?.offset ?? end]))
  const names = new Set<string>()
  return listed.map((one, place) => {
    const member: Member = { ...one, end: ends.get(place) ?? end }
    if (names.has(member.name)) throw corrupt(member.path, 'is in the archive twice')
    names.add(member.name)
    checkPlace(member, end)
    checkSizes(member)
    return member
  })
}

function checkPlace({ path, offset, rawName, compressed, end }: Member, directory: number): void {
  if (offset + HEADER + rawName.length + compressed <= end && end <= directory) return
  throw corrupt(
    path,
    `should have ${compressed} bytes at ${offset}; something else begins at ${Math.min(end, directory)}`,
  )
}

function checkSizes({ path, method, encrypted, compressed, size }: Member): void {
  const most = method === 8 ? compressed * MOST_INFLATED : compressed
  const fits = method === 8 ? size <= most : size === most
  // What is not read as it is may have other sizes: it will be refused for what it is.
  if (fits || encrypted || (method !== 0 && method !== 8)) return
  throw corrupt(path, `has ${compressed} bytes in the archive, which cannot become ${size}`)
}

/** yauzl has no codes. */
function notRead(file: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (!/not supported/.test(error.message))
    return corrupt(file, `is no zip archive, or a damaged one: ${error.message}`, error)
  return new DirdictError('UNSUPPORTED_FORMAT', `'${file}' cannot be read: ${error.message}`, {
    file,
    cause: error,
  })
}
