/**
 * batch: many sets that are acknowledged together, after one round of syncs. It is no transaction.
 */
import type { DatabaseDirectory } from './entry/database-directory.js'
import type { Draft } from './entry/publish.js'
import { translate } from './entry/system-errors.js'
import type { SetOptions } from './options.js'
import type { Place, Session } from './session.js'
import { type Content, explained, locateForWriting, publishDraft, publishOptions, stage } from './writer.js'

interface Staged {
  readonly place: Place
  readonly draft: Draft
  readonly options: SetOptions
}

/** Collects staged entries until all of them are published. */
export class BatchWriter {
  readonly #session: Session
  readonly #root: DatabaseDirectory
  readonly #staged: Staged[] = []
  #open = true

  constructor(session: Session, root: DatabaseDirectory) {
    this.#session = session
    this.#root = root
  }

  /** False once the batch has been published or given up. */
  get isOpen(): boolean {
    return this.#open
  }

  async add(parts: readonly string[], content: Content): Promise<void> {
    const place = await locateForWriting(this.#session, this.#root, parts)
    const draft = await explained(place, 'Writing', () => stage(this.#session, place, content))
    this.#staged.push({ place, draft, options: content.options })
  }

  /** Syncs all files, publishes key by key, syncs each directory once (PROTOCOL.md, "Batch"). */
  async publish(): Promise<void> {
    this.#open = false
    const directories = new Set<DatabaseDirectory>()
    try {
      await Promise.all(
        this.#staged.map(({ place, draft }) => explained(place, 'Writing', () => draft.folder.sync())),
      )
      for (let next = this.#staged[0]; next !== undefined; next = this.#staged[0]) {
        const { place, draft, options } = next
        const publishing = publishOptions(this.#session, options)
        await explained(place, 'Writing', () =>
          publishDraft(this.#session, place, draft, { ...publishing, syncNames: false }),
        )
        this.#staged.shift()
        if (publishing.durable) directories.add(place.directory)
      }
    } finally {
      this.discard()
      for (const directory of directories) await syncNames(directory)
    }
  }

  discard(): void {
    this.#open = false
    for (const { draft } of this.#staged.splice(0)) draft.discard()
  }
}

async function syncNames(directory: DatabaseDirectory): Promise<void> {
  try {
    await directory.sync()
  } catch (error) {
    const outcome = 'The keys that were published stand, but may not survive a power cut.'
    throw translate(error, `Writing a batch to ${directory.path}`, { path: directory.path }, outcome)
  }
}
