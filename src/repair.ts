/**
 * repair: finishes what crashes have left half done, collects what the dead have left, restores records.
 * It takes the lock of a key before it touches it, so that it never disturbs a live writer.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import type { DatabaseDirectory } from './entry/database-directory.js'
import { listFiles } from './entry/file-names.js'
import { listKeys } from './entry/pin.js'
import { finishUnfinished, releaseAndCollect } from './entry/publish.js'
import { readTextSync } from './entry/raw-files.js'
import { isfMetadataOf, isObject, loaderModule, readRecord } from './entry/record-files.js'
import { GONE, hasCode, translate } from './entry/system-errors.js'
import { emptyTrash, removeEmptyLater, removeTrash, sweepStamps } from './entry/trash.js'
import { isDirdictError } from './errors.js'
import { forgetIndex } from './find/index-file.js'
import { acquireFileLock, ownersOf } from './locks/file.js'
import { isDead, isOfAnotherBoot, newToken } from './locks/token.js'
import { nestedPath, type Session } from './session.js'

/** ext4, XFS, Btrfs, F2FS, ZFS, tmpfs: statfs(2)'s types of file systems that one machine mounts at a time. */
const LOCAL_DISKS: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994,
])
/** User's files of these names in a managed folder make ISF take it for something else. */
const CONFUSING: readonly string[] = [
  'db',
  'db_state.json',
  'sqlitedict.db',
  'object_meta.json',
  'Loader.pickle',
]

/** One thing that repair did, or found and left alone. */
export interface Repair {
  readonly key: string
  readonly action: 'finished' | 'unlocked' | 'collected' | 'restored' | 'taken back' | 'reported'
  readonly detail: string
}

/** Repairs a database and those nested in it; tells what was done. */
export async function repairDatabase(session: Session, root: DatabaseDirectory): Promise<readonly Repair[]> {
  const done: Repair[] = []
  await visit(session, root, '', done)
  return done
}

async function visit(
  session: Session,
  directory: DatabaseDirectory,
  prefix: string,
  done: Repair[],
): Promise<void> {
  const report = (name: string, action: Repair['action'], detail: string): void => {
    done.push({ key: prefix + name, action, detail })
  }
  if (directory.hasService()) {
    directory.ensureService()
    await finishSwaps(directory, report)
    await takeBack(directory, report)
    await collect(directory, report)
    sweepStamps(directory)
    await emptyTrash(directory)
  }
  for (const name of listKeys(directory)) {
    await restoreRecords(session, directory, name, report)
    const nested = nestedPath(directory.entry(name))
    if (nested !== undefined) await visit(session, session.directory(nested), `${prefix}${name}/`, done)
  }
}

type Report = (name: string, action: Repair['action'], detail: string) => void

async function finishSwaps(directory: DatabaseDirectory, report: Report): Promise<void> {
  for (const name of new Set([...namesIn(directory.readyEntry('')), ...namesIn(directory.lock(''))])) {
    const ready = namesIn(directory.readyEntry('')).includes(name)
    const owners = ownersOf(directory, name)
    if (!ready && owners.length === 0) {
      removeEmptyLater(directory.lock(name))
      continue
    }
    if (!ready && !owners.every(owner => isDead(owner) || isAbandoned(directory, owner))) continue
    const lock = await acquireFileLock(directory, name)
    try {
      if (isTornSwap(directory, name)) renameSync(directory.readyEntry(name), `${lock.holder}/torn`)
      else finishUnfinished(directory, name, lock)
    } finally {
      releaseAndCollect(lock, false)
    }
    report(
      name,
      ready ? 'finished' : 'unlocked',
      ready ? 'an interrupted replacement' : 'the lock of a process that ended',
    )
  }
}

/** A power cut left the names of a swap, but not all of what the new entry should hold; the old one is whole. */
function isTornSwap(directory: DatabaseDirectory, name: string): boolean {
  const [ready, entry] = [directory.readyEntry(name), directory.entry(name)]
  return existsSync(ready) && !isWhole(ready) && existsSync(entry) && isWhole(entry)
}

/** A power cut may have torn an entry whose predecessor still lies in the trash: the predecessor comes back. */
async function takeBack(directory: DatabaseDirectory, report: Report): Promise<void> {
  for (const token of namesIn(directory.trash(''))) {
    // Whoever it belongs to: a torn entry under its own lock is proof enough.
    for (const old of namesIn(directory.trash(token))) {
      const match = /^old-[0-9a-f]+\.(.+)$/.exec(old)
      const name = match?.[1]
      if (
        name === undefined ||
        isWhole(directory.entry(name)) ||
        !isWhole(`${directory.trash(token)}/${old}`)
      )
        continue
      const lock = await acquireFileLock(directory, name)
      try {
        finishUnfinished(directory, name, lock)
        if (
          isWhole(directory.entry(name)) ||
          statSync(directory.entry(name), { throwIfNoEntry: false }) === undefined
        )
          continue
        renameSync(directory.entry(name), `${lock.holder}/torn`)
        renameSync(`${directory.trash(token)}/${old}`, directory.entry(name))
        report(name, 'taken back', 'the last whole value; its successor was cut off by a power failure')
      } finally {
        releaseAndCollect(lock, true)
      }
    }
  }
}

/** Whether every recorded file is there in its full length. */
function isWhole(entry: string): boolean {
  try {
    const record = readRecord(entry, '')
    return (
      record?.files.every(
        file => statSync(`${entry}/${file.name}`, { throwIfNoEntry: false })?.size === file.bytes,
      ) ?? true
    )
  } catch (error) {
    if (isDirdictError(error) || hasCode(error, GONE)) return false
    throw error
  }
}

async function collect(directory: DatabaseDirectory, report: Report): Promise<void> {
  forgetIndex(directory)
  for (const token of directory.announced()) {
    if (!isDead(token) && !isAbandoned(directory, token)) continue
    directory.settleChange(token)
    report('', 'collected', `the announcement of ${token}`)
  }
  for (const name of namesIn(directory.work(''))) {
    if (!isDead(name) && !isAbandoned(directory, name)) continue
    rmSync(directory.work(name), { recursive: true, force: true })
    report('', 'collected', `work/${name}`)
  }
  for (const name of namesIn(directory.trash(''))) {
    if (!isDead(name) && !isAbandoned(directory, name)) continue
    await removeTrash(directory.trash(name))
    report('', 'collected', `trash/${name}`)
  }
}

/** Loader.json and metadata.json can be made anew from dirdict.json. */
async function restoreRecords(
  session: Session,
  directory: DatabaseDirectory,
  name: string,
  report: Report,
): Promise<void> {
  const entry = directory.entry(name)
  try {
    const record = readRecord(entry, name)
    if (record === undefined) return
    const dumper = session.dumpers.forName(record.dumper)
    if (dumper === undefined)
      return report(name, 'reported', `its dumper ${JSON.stringify(record.dumper)} is not registered`)
    const wanted: [file: string, text: string, good: (content: Record<string, unknown>) => boolean][] = [
      [
        'Loader.json',
        `{"Loader": ${JSON.stringify(loaderModule(dumper))}}`,
        content => typeof content.Loader === 'string',
      ],
      [
        'metadata.json',
        isfMetadataOf(record, dumper, entry, name),
        // What was inferred from the start is no loss.
        content => content.metadata_creation_time !== 'post_hoc' || record.provenance.inferred === true,
      ],
    ]
    for (const [file, text, good] of wanted) {
      if (isJsonObject(`${entry}/${file}`, good)) continue
      const isStill = (): boolean =>
        JSON.stringify(readRecord(entry, name)) === JSON.stringify(record) &&
        !isJsonObject(`${entry}/${file}`, good)
      if (await replaceRecord(directory, name, file, text, isStill)) report(name, 'restored', file)
    }
    if (dumper.name === 'folder') {
      const confusing = listFiles(entry).filter(file => CONFUSING.includes(file.split('/')[0] ?? ''))
      for (const file of confusing)
        report(name, 'reported', `its file ${JSON.stringify(file)} confuses Python's ISF`)
    }
  } catch (error) {
    if (hasCode(error, GONE)) return
    const problem = translate(error, `Repairing ${JSON.stringify(name)}`, { key: name })
    if (!isDirdictError(problem)) throw error
    report(name, 'reported', problem.message)
  }
}

function isJsonObject(path: string, good: (content: Record<string, unknown>) => boolean): boolean {
  try {
    const content: unknown = JSON.parse(readTextSync(path))
    return isObject(content) && good(content)
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, GONE)) return false
    throw error
  }
}

async function replaceRecord(
  directory: DatabaseDirectory,
  name: string,
  file: string,
  text: string,
  isStill: () => boolean,
): Promise<boolean> {
  directory.ensureService()
  const lock = await acquireFileLock(directory, name)
  const token = newToken()
  try {
    finishUnfinished(directory, name, lock)
    // The record was read without the lock; a writer may have put another entry there since.
    if (!isStill()) return false
    const draft = directory.work(token)
    mkdirSync(draft)
    writeFileSync(`${draft}/record`, text, { flush: true })
    renameSync(`${draft}/record`, `${directory.entry(name)}/${file}`)
    return true
  } finally {
    rmSync(directory.work(token), { recursive: true, force: true })
    releaseAndCollect(lock, true)
  }
}

/** Left by this machine before it was started anew: nobody else can have mounted a local disk. */
function isAbandoned(directory: DatabaseDirectory, token: string): boolean {
  return isOfAnotherBoot(token) && LOCAL_DISKS.has(statfsSync(directory.path).type)
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if (hasCode(error, GONE)) return []
    throw error
  }
}
