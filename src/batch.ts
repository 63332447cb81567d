/**
 * batch: many sets that are acknowledged together, after one round of syncs. It is no transaction.
 */
import type { AnyDumper, InputOf, SetOptionsOf } from './dumper.js'
import type { DatabaseDirectory } from './entry/database-directory.js'
import type { Draft } from './entry/publish.js'
import { translate } from './entry/system-errors.js'
import { DirdictError } from './errors.js'
import { explained } from './key-lock.js'
import type { Key } from './keys.js'
import type { SetOptions } from './options.js'
import type { Place, Session } from './session.js'
import { type Content, locateForWriting, publishDraft, publishOptions, stage } from './writer.js'

/** Sets of a batch: staged by `set`, published together when the batch's function has returned. */
export interface Batch {
  set<K extends Key>(key: K, value: unknown, options?: SetOptions): Promise<void>
  set<D extends AnyDumper>(
    key: Key,
    value: InputOf<D>,
    dumper: D,
    options?: SetOptions & SetOptionsOf<D>,
  ): Promise<void>
}

/** Entries whose files are synced side by side: a few open files each. */
const SYNCED_TOGETHER = 8

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
  /** Sets that are still being staged: the caller may have forgotten to await them. */
  readonly #pending = new Set<Promise<void>>()
  #open = true

  constructor(session: Session, root: DatabaseDirectory) {
    this.#session = session
    this.#root = root
  }

  /** False once the batch has been published or given up. */
  get isOpen(): boolean {
    return this.#open
  }

  /** Counts a set in until it is settled; its failure fails the batch. */
  track(set: Promise<void>): Promise<void> {
    this.#pending.add(set)
    return set
  }

  async add(parts: readonly string[], content: Content): Promise<void> {
    const place = await locateForWriting(this.#session, this.#root, parts)
    const draft = await explained(place, 'Writing', () => stage(this.#session, place, content))
    if (!this.#open) {
      draft.discard()
      throw new DirdictError('CLOSED', 'The batch ended before this set was staged.', { key: place.key })
    }
    this.#staged.push({ place, draft, options: content.options })
  }

  /** Syncs all files, publishes key by key, syncs each directory once (PROTOCOL.md, "Batch"). */
  async publish(): Promise<void> {
    while (this.#pending.size > 0) await this.#settle()
    this.#open = false
    const directories = new Set<DatabaseDirectory>()
    try {
      await this.#syncFiles()
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
      await this.discard()
      for (const directory of directories) await syncNames(directory)
    }
  }

  async discard(): Promise<void> {
    this.#open = false
    await Promise.allSettled(this.#pending)
    for (const { draft } of this.#staged.splice(0)) draft.discard()
  }

  async #settle(): Promise<void> {
    const pending = [...this.#pending]
    const outcomes = await Promise.allSettled(pending)
    for (const set of pending) this.#pending.delete(set)
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  async #syncFiles(): Promise<void> {
    for (let i = 0; i < this.#staged.length; i += SYNCED_TOGETHER) {
      const together = this.#staged.slice(i, i + SYNCED_TOGETHER)
      const syncs = together.map(({ place, draft }) => explained(place, 'Writing', () => draft.folder.sync()))
      const outcomes = await Promise.allSettled(syncs)
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    }
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
