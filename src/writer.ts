/**
 * The way of a value in: choose the dumper, stage its files and records, publish. Also what else changes a key.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AnyDumper } from './dumper.js'
import type { DatabaseDirectory } from './entry/database-directory.js'
import { listKeys, readPinned } from './entry/pin.js'
import { Draft, type PublishOptions } from './entry/publish.js'
import { isObject, writeRecords } from './entry/record-files.js'
import type { Annotations } from './entry/record-text.js'
import { DirdictError, isDirdictError } from './errors.js'
import { besideServer, explained, isDurable, movedAway } from './key-lock.js'
import type { FileLock } from './locks/file.js'
import type { Provenance } from './metadata.js'
import type { SetOptions } from './options.js'
import { currentProvenance } from './provenance/provenance.js'
import type { Place, Session } from './session.js'
import { nestedPath, pauseIsDue } from './session.js'
import { newState } from './state.js'

/** What `set` is about to store: everything but the place. */
export interface Content {
  readonly value: unknown
  readonly dumper: AnyDumper
  readonly options: SetOptions
  readonly dumperOptions: object
}

/** Writes an entry without publishing or syncing it. The draft is the caller's to publish or discard. */
export async function stage(session: Session, place: Place, content: Content): Promise<Draft> {
  const { options, dumper } = content
  checkAnnotations(session, options)
  let provenance: Provenance | Promise<Provenance> = currentProvenance(session.source)
  if (provenance instanceof Promise) provenance = await provenance
  // Listing what is loaded may have taken long, and the dumper may too.
  if (pauseIsDue()) await nextTurn()
  const draft = new Draft(place.directory, place.name, place.key, {
    durable: isDurable(session, options),
    signal: options.signal,
    onProgress: options.onProgress,
  })
  try {
    const args = await dumper.dump(content.value, draft.folder, content.dumperOptions)
    options.signal?.throwIfAborted()
    // What changes in place has no fixed length or checksum.
    const files = dumper.live ? [] : draft.folder.files
    const annotations = { history: session.history, ...options }
    writeRecords(draft.folder, dumper, args ?? {}, files, provenance, annotations, new Date())
    return draft
  } catch (error) {
    draft.discard()
    throw error
  }
}

/** `set`: stage, then publish under the key's lock. */
export async function writeValue(session: Session, place: Place, content: Content): Promise<void> {
  if (pauseIsDue()) await nextTurn()
  await explained(place, 'Writing', async () => {
    const draft = await stage(session, place, content)
    await publishDraft(session, place, draft, publishOptions(session, content.options))
  })
}

/** Publishes a staged entry, or removes it where that fails. */
export async function publishDraft(
  session: Session,
  place: Place,
  draft: Draft,
  options: PublishOptions,
): Promise<void> {
  try {
    await draft.folder.sync()
    await besideServer(session, [place], options, () => draft.publish(options))
  } catch (error) {
    draft.discard()
    throw error
  }
}

export function publishOptions(session: Session, options: SetOptions): PublishOptions {
  const durable = isDurable(session, options)
  return {
    durable,
    syncNames: durable,
    overwrite: options.overwrite ?? true,
    timeout: options.timeout,
    signal: options.signal,
  }
}

/** Stages and publishes under a lock that is held. */
export async function publishHeld(
  session: Session,
  place: Place,
  lock: FileLock,
  content: Content,
): Promise<void> {
  const draft = await stage(session, place, content)
  try {
    await draft.folder.sync()
    await draft.publishUnder(lock, publishOptions(session, content.options))
  } catch (error) {
    draft.discard()
    throw error
  }
}

/** Where a key lies, its missing ancestors made as nested databases. */
export async function locateForWriting(
  session: Session,
  root: DatabaseDirectory,
  parts: readonly string[],
): Promise<Place> {
  for (;;) {
    const found = session.locate(root, parts)
    if (!('missing' in found)) {
      refuseOtherCase(session, root, parts)
      return found
    }
    await makeDatabase(session, root, found.missing)
  }
}

/** On a disk where `A` and `a` are one name, a key that differs only in case would be the same entry. */
function refuseOtherCase(session: Session, root: DatabaseDirectory, parts: readonly string[]): void {
  if (!root.foldsCase()) return
  for (let i = 1; i <= parts.length; i++) {
    const place = session.locate(root, parts.slice(0, i))
    if ('missing' in place) return
    const folded = place.name.toLowerCase()
    const other = listKeys(place.directory).find(name => name !== place.name && name.toLowerCase() === folded)
    if (other === undefined) continue
    throw new DirdictError(
      'KEY_EXISTS',
      `${JSON.stringify(place.key)} differs from the key ${JSON.stringify(other)} only in case, and this disk takes them for one.`,
      { key: place.key },
    )
  }
}

/** Makes one nested database; nothing happens where somebody else has just made it. KEY_EXISTS where data lies. */
async function makeDatabase(
  session: Session,
  root: DatabaseDirectory,
  parts: readonly string[],
): Promise<void> {
  const place = session.locate(root, parts)
  if ('missing' in place) throw movedAway(parts.join('/'))
  const { directory, name } = place
  const content: Content = {
    value: `${directory.entry(name)}/db`,
    dumper: databaseMaker(session),
    options: { overwrite: false },
    dumperOptions: {},
  }
  try {
    await writeValue(session, place, content)
  } catch (error) {
    if (!isDirdictError(error, 'KEY_EXISTS')) throw error
    if (await holdsData(place)) {
      throw new DirdictError(
        'KEY_EXISTS',
        `${JSON.stringify(place.key)} holds data, and a database never overwrites data. Delete it, or choose another key.`,
        { key: place.key, cause: error },
      )
    }
  }
}

/** Whether something other than a database lies there. One that was deleted since it was found there is no data. */
async function holdsData({ directory, name }: Place): Promise<boolean> {
  // `/.`: the path of a descriptor is a link.
  const isData = await readPinned(directory, name, (base, witness) => {
    return nestedPath(`${base}/.`) === undefined && witness.isCurrent()
  })
  return isData === true
}

/** subdb, with the one file that makes a directory a database. */
function databaseMaker(session: Session): AnyDumper {
  return {
    ...session.dumpers.forName('subdb')!,
    async dump(path, folder) {
      await folder.write('db/db_state.json', Buffer.from(newState(String(path))))
      return undefined
    },
  }
}

/** Characters of attributes, tags and note together: every search reads them, and a record has an end. */
const LONGEST_ANNOTATIONS = 2 ** 20

/** VALUE_REJECTED where attributes are no plain JSON, and for more than a record should hold. */
export function checkAnnotations(
  session: Session,
  { attributes, tags, note }: Pick<Annotations, 'attributes' | 'tags'> & { readonly note?: unknown },
): void {
  if (attributes === undefined && tags === undefined && note === undefined) return
  const json = session.dumpers.forName('json')
  if (attributes !== undefined && (!isObject(attributes) || !json?.check(attributes))) {
    throw new DirdictError('VALUE_REJECTED', 'attributes have to be an object of plain JSON values.')
  }
  const { length } = JSON.stringify([attributes, tags, note])
  if (length > LONGEST_ANNOTATIONS) {
    throw new DirdictError(
      'VALUE_REJECTED',
      `attributes, tags and note have ${length} characters together; the most is ${LONGEST_ANNOTATIONS}. Store what is longer as a value.`,
    )
  }
}
