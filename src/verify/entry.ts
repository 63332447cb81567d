/**
 * verify, for one entry: what its records say of each other and of the files that lie there, and every recorded file
 * against its length and CRC-32. It is read as `get` reads, pinned and without a lock.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AnyDumper } from '../dumper.js'
import { type ABSENT, readPinned } from '../entry/pin.js'
import type { ReadWitness } from '../entry/read-witness.js'
import { type EntryRecord, historyOf, parseRecord } from '../entry/record-files.js'
import { GONE, hasCode } from '../entry/system-errors.js'
import { DirdictError, isDirdictError } from '../errors.js'
import { assertCurrent, readKind } from '../reader.js'
import { lostFiles } from '../repair/records.js'
import { nestedPath, type Place, type Session } from '../session.js'
import { readId } from '../state.js'
import type { FileSums } from './files.js'
import { unrecordedFiles } from './unrecorded.js'

/** What was found in a sound entry; damage is thrown. */
export interface EntryFacts {
  /** Whether its files were recorded, so that they could be compared. */
  readonly checked: boolean
  /** Files that no record lists. */
  readonly unrecorded: readonly string[]
  /** Records that `repair` would make anew. */
  readonly lost: readonly string[]
}

/** ISF rewrites metadata.json in place: for a moment it is torn. */
const TORN_TURNS = 50

export async function verifyEntry(
  session: Session,
  place: Place,
  sums: FileSums,
): Promise<EntryFacts | typeof ABSENT> {
  return readPinned(place.directory, place.name, async (base, witness) => {
    const { record, dumper } = readKind(session, place, base, witness)
    if (dumper.name === 'subdb') assertDatabase(place, base, witness)
    if (record === undefined) {
      await assertReadableMetadata(base, place)
      return { checked: false, unrecorded: [], lost: [] }
    }
    historyOf(record.provenance.history, base, place.key)
    const lost = lostOf(record, dumper, base, witness, place)
    // Python recorded no sums, and annotate cannot make up for it.
    if (dumper.live || record.files.length === 0) return { checked: false, unrecorded: [], lost }
    await sums.compare(base, place.key, record.files, witness)
    return { checked: true, unrecorded: unrecordedFiles(base, record.files), lost }
  })
}

/** Of an entry that is just being removed nothing is lost. */
function lostOf(
  record: EntryRecord,
  dumper: AnyDumper,
  base: string,
  witness: ReadWitness,
  place: Place,
): readonly string[] {
  const lost = lostFiles(record, dumper, base)
  if (lost.length > 0) assertCurrent(witness, place)
  return lost
}

/** A nested database without its db_state.json is none, and its keys would be passed over. */
function assertDatabase(place: Place, base: string, witness: ReadWitness): void {
  const path = nestedPath(place.directory.entry(place.name))
  if (path !== undefined) {
    readId(path)
    return
  }
  assertCurrent(witness, place)
  throw new DirdictError(
    'NOT_A_DATABASE',
    `Key ${JSON.stringify(place.key)} is a nested database without its db_state.json: its keys are not found. ` +
      `restoreState(${JSON.stringify(`${place.directory.entry(place.name)}/db`)}) writes a new one.`,
    { key: place.key, path: base },
  )
}

/** What ISF tells of an entry of its own; that it is missing is no damage. */
async function assertReadableMetadata(base: string, place: Place): Promise<void> {
  for (let turn = 0; ; turn++) {
    try {
      parseRecord(base, place.key, 'metadata.json')
      return
    } catch (error) {
      if (hasCode(error, GONE)) return
      if (!isDirdictError(error) || turn === TORN_TURNS) throw error
    }
    await nextTurn()
  }
}
