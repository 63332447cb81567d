/**
 * Whether a power cut has torn an entry: the system had put the names on the disk, and not yet all that they stand for. A
 * file that is missing is no tear, and neither is anything in an entry without a record of ours.
 */
import { closeSync, fstatSync, lstatSync, openSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { assertNoLinks, checkedName } from '../entry/file-names.js'
import { READ_FLAGS, readFullySync, readTextSync } from '../entry/raw-files.js'
import { type EntryRecord, readRecord } from '../entry/record-files.js'
import { FORBIDDEN, GONE, hasCode, NO_FILE } from '../entry/system-errors.js'
import { isDirdictError } from '../errors.js'
import type { FileRecord } from '../metadata.js'

/** `damaged` is what no power cut explains; of what this user or this version cannot read, nothing is known. */
export type Condition = 'whole' | 'torn' | 'damaged' | 'unreadable'

/** What the system allocated and never wrote reads as zeros; so much of them is looked for at both ends of a file. */
const EDGE = 512
const CHUNK = 2 ** 20
/** No file that we wrote. */
const NONE: readonly string[] = [...GONE, ...NO_FILE]
/** Longer records are not ours. */
const LONGEST = 16 * 2 ** 20

export function conditionOf(entry: string): Condition {
  let record: EntryRecord | undefined
  try {
    record = readRecord(entry, '')
  } catch (error) {
    if (hasCode(error, FORBIDDEN) || isDirdictError(error, 'UNSUPPORTED_FORMAT')) return 'unreadable'
    if (hasCode(error, NONE)) return 'damaged'
    if (isDirdictError(error)) return isCutOff(`${entry}/dirdict.json`) ? 'torn' : 'damaged'
    throw error
  }
  const found = new Set(record?.files.map(file => fileCondition(entry, file)))
  const worst = (['unreadable', 'damaged', 'torn'] as const).find(condition => found.has(condition))
  return worst ?? 'whole'
}

/** The same, undefined where there is no entry, or another one now: read by path, a sound one that is replaced looks torn. */
export function steadyCondition(entry: string): Condition | undefined {
  const before = lstatSync(entry, { throwIfNoEntry: false })
  if (!before?.isDirectory()) return undefined
  const condition = conditionOf(entry)
  return lstatSync(entry, { throwIfNoEntry: false })?.ino === before.ino ? condition : undefined
}

function fileCondition(entry: string, { name, bytes, crc32: sum }: FileRecord): Condition {
  let fd: number
  try {
    assertNoLinks(entry, checkedName(name))
    fd = openSync(`${entry}/${name}`, READ_FLAGS)
  } catch (error) {
    if (hasCode(error, FORBIDDEN)) return 'unreadable'
    if (isDirdictError(error) || hasCode(error, NONE)) return 'damaged'
    throw error
  }
  try {
    const { size } = fstatSync(fd)
    if (size !== bytes) return size < bytes ? 'torn' : 'damaged'
    return mayBeUnwritten(fd, size) && checksumSync(fd, size) !== sum ? 'torn' : 'whole'
  } finally {
    closeSync(fd)
  }
}

function mayBeUnwritten(fd: number, size: number): boolean {
  const edges = [0, Math.max(0, size - EDGE)].map(at => readFullySync(fd, new Uint8Array(EDGE), at))
  return size > 0 && edges.some(bytes => bytes.every(byte => byte === 0))
}

function checksumSync(fd: number, size: number): number {
  const chunk = new Uint8Array(Math.min(CHUNK, size))
  let sum = 0
  for (let at = 0; at < size; at += chunk.length) sum = crc32(readFullySync(fd, chunk, at), sum)
  return sum
}

/** Whether a record is empty, ends in zeros, or ends before its outermost brace does. */
export function isCutOff(path: string): boolean {
  let text: string
  try {
    text = readTextSync(path, LONGEST)
  } catch (error) {
    if (error instanceof RangeError || hasCode(error, [...NONE, ...FORBIDDEN])) return false
    throw error
  }
  return text === '' || text.endsWith('\0') || (text.startsWith('{') && !endsOutside(text))
}

/** Whether as many braces are closed as are opened, those in strings aside. */
function endsOutside(text: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const mark = text[at]
    if (inString && mark === '\\') at++
    else if (mark === '"') inString = !inString
    else if (!inString && mark === '{') depth++
    else if (!inString && mark === '}') depth--
  }
  return depth <= 0 && !inString
}
