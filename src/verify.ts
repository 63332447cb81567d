/**
 * verify: every recorded file is read again and compared with its length and CRC-32. Changes nothing.
 */
import { closeSync, openSync } from 'node:fs'
import type { DatabaseDirectory } from './entry/database-directory.js'
import { assertNoLinks, checkedName } from './entry/file-names.js'
import { type ABSENT, listKeys, readPinned } from './entry/pin.js'
import { checksum, READ_FLAGS } from './entry/raw-files.js'
import { historyOf } from './entry/record-files.js'
import { GONE, hasCode, NO_FILE, translate } from './entry/system-errors.js'
import { DirdictError, type ErrorCode, isDirdictError } from './errors.js'
import { looking } from './looking.js'
import { readKind } from './reader.js'
import { nestedPath, type Place, type Session } from './session.js'

/** Something wrong with one key. */
export interface Problem {
  readonly key: string
  readonly code: ErrorCode
  readonly message: string
}

export interface VerifyReport {
  /** Keys whose files all agree with their record. */
  readonly checked: number
  /** Keys whose files nobody recorded: live entries, and what Python wrote. */
  readonly unchecked: readonly string[]
  readonly problems: readonly Problem[]
}

/** Checks every key of a database and of those nested in it. */
export async function verifyDatabase(session: Session, root: DatabaseDirectory): Promise<VerifyReport> {
  const report = { checked: 0, unchecked: [] as string[], problems: [] as Problem[] }
  await visit(session, root, '', report)
  return report
}

async function visit(
  session: Session,
  directory: DatabaseDirectory,
  prefix: string,
  report: { checked: number; unchecked: string[]; problems: Problem[] },
): Promise<void> {
  for (const name of looking(directory, listKeys)) {
    const key = prefix + name
    const found = await problemOf(key, async () => {
      const outcome = await verifyEntry(session, { directory, name, key })
      if (outcome === 'checked') report.checked++
      else if (outcome === 'unchecked') report.unchecked.push(key)
    })
    if (found !== undefined) report.problems.push(found)
    const below = await problemOf(key, async () => {
      const nested = nestedPath(directory.entry(name))
      if (nested !== undefined) await visit(session, session.directory(nested), `${key}/`, report)
    })
    if (found === undefined && below !== undefined) report.problems.push(below)
  }
}

/** What keeps `look` from its end, if it is a problem of the key; a nested database that was deleted meanwhile has none. */
async function problemOf(key: string, look: () => Promise<void>): Promise<Problem | undefined> {
  try {
    await look()
    return undefined
  } catch (error) {
    if (hasCode(error, GONE)) return undefined
    const problem = translate(error, `Reading ${JSON.stringify(key)}`, { key })
    if (!isDirdictError(problem)) throw error
    return { key, code: problem.code, message: problem.message }
  }
}

async function verifyEntry(session: Session, place: Place): Promise<'checked' | 'unchecked' | typeof ABSENT> {
  return readPinned(place.directory, place.name, async (base, witness) => {
    const { record, dumper } = readKind(session, place, base, witness)
    if (record === undefined) return 'unchecked'
    historyOf(record.provenance.history, base, place.key)
    // Python recorded no sums, and annotate cannot make up for it.
    if (dumper.live || record.files.length === 0) return 'unchecked'
    for (const file of record.files) {
      let fd: number
      try {
        assertNoLinks(base, checkedName(file.name))
        fd = openSync(`${base}/${file.name}`, READ_FLAGS)
      } catch (error) {
        if (hasCode(error, NO_FILE)) throw damaged(place.key, file.name, 'is a link or no file')
        if (!hasCode(error, GONE)) throw error
        witness.vanished = true
        throw damaged(place.key, file.name, 'is missing')
      }
      try {
        const found = await checksum(fd)
        if (found.bytes !== file.bytes) {
          throw damaged(place.key, file.name, `has ${found.bytes} bytes; ${file.bytes} were written`)
        }
        if (found.crc32 !== file.crc32)
          throw damaged(place.key, file.name, 'is not what was written: its CRC-32 differs')
      } finally {
        closeSync(fd)
      }
    }
    return 'checked'
  })
}

function damaged(key: string, file: string, what: string): DirdictError {
  return new DirdictError(
    'CORRUPT_ENTRY',
    `Key ${JSON.stringify(key)} is damaged: its file ${JSON.stringify(file)} ${what}.`,
    {
      key,
      file,
    },
  )
}
