/**
 * copy: an entry with its records into another database, a nested database with all its keys.
 */
import { lstatSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { copyTree } from './entry/copy-tree.js'
import { SERVICE } from './entry/database-directory.js'
import { listFiles, RECORDS } from './entry/file-names.js'
import { ABSENT, listKeys, readPinned } from './entry/pin.js'
import { Draft } from './entry/publish.js'
import { explained } from './key-lock.js'
import type { CopyOptions } from './options.js'
import { keyNotFound } from './reader.js'
import { nestedPath, type Place, type Session } from './session.js'
import { newState, STATE_FILE } from './state.js'
import { publishDraft, publishOptions } from './writer.js'

/** Copies `from` to the free or replaceable key `to`. The copy keeps the record of where the value came from. */
export async function copyEntry(
  from: { session: Session; place: Place },
  to: { session: Session; place: Place },
  options: CopyOptions,
): Promise<void> {
  await explained(to.place, 'Copying', async () => {
    const publishing = publishOptions(to.session, options)
    const draft = new Draft(to.place.directory, to.place.name, to.place.key, {
      durable: publishing.durable,
      signal: options.signal,
    })
    try {
      const path = to.place.directory.entry(to.place.name)
      if (!(await copyInto(from.session, from.place, draft.path, path))) throw keyNotFound(from.place)
      options.signal?.throwIfAborted()
      for (const file of everyFile(draft.path)) draft.folder.adopt(file)
    } catch (error) {
      draft.discard()
      throw error
    }
    await publishDraft(to.session, to.place, draft, publishing)
  })
}

async function copyInto(session: Session, place: Place, target: string, finalPath: string): Promise<boolean> {
  const { default: fsExtra } = await import('fs-extra')
  const outcome = await readPinned(place.directory, place.name, async (base, witness) => {
    witness.listed = true
    // A second try starts from nothing: the entry was replaced while the first one ran.
    fsExtra.emptyDirSync(target)
    const nested = nestedPath(place.directory.entry(place.name))
    const inner = nested?.endsWith('/db') ? 'db' : undefined
    await copyTree(base, target, name => name === inner || name === SERVICE)
    if (nested !== undefined) await copyKeys(session, nested, `${target}/db`, `${finalPath}/db`, place.key)
  })
  return outcome !== ABSENT
}

async function copyKeys(
  session: Session,
  source: string,
  target: string,
  finalPath: string,
  key: string,
): Promise<void> {
  const directory = session.directory(source)
  mkdirSync(target)
  writeFileSync(`${target}/${STATE_FILE}`, newState(finalPath))
  for (const name of listKeys(directory)) {
    mkdirSync(`${target}/${name}`)
    const place = { directory, name, key: `${key}/${name}` }
    const copied = await copyInto(session, place, `${target}/${name}`, `${finalPath}/${name}`)
    // Deleted since it was listed: then the copy is of the moment after.
    if (!copied) rmdirSync(`${target}/${name}`)
  }
}

function everyFile(path: string): readonly string[] {
  return [
    ...listFiles(path),
    ...RECORDS.filter(name => lstatSync(`${path}/${name}`, { throwIfNoEntry: false })),
  ]
}
