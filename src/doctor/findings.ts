/**
 * What `doctor` finds: each illness with what it means for the user, and what to do. Of one kind the first are kept and the
 * rest are counted, so that a database with a million of them is told of in bounded memory.
 */

/** What is wrong, in one word. */
export type FindingKind =
  | 'stray-file'
  | 'link'
  | 'old-store'
  | 'state'
  | 'registered-dumpers'
  | 'pickled-loader'
  | 'no-loader'
  | 'damaged-record'
  | 'loader-members'
  | 'unknown-loader'
  | 'unknown-dumper'
  | 'reserved-name'
  | 'case'
  | 'key-name'
  | 'service-mode'
  | 'unreadable'

/** One thing that is wrong, or will be. */
export interface Finding {
  readonly kind: FindingKind
  /** The key, or the database that holds it; empty for the database itself. */
  readonly key: string
  /** What it means, and what to do. */
  readonly message: string
}

/** Takes one finding: of which name in a database directory, the empty one being itself, and what it means. */
export type Tell = (kind: FindingKind, name: string, message: string) => void

/** Of one kind, so many are listed. */
const MOST_LISTED = 100

/** A list of which only the first items are kept. */
export class Bounded<T> {
  readonly items: T[] = []
  readonly #counts = new Map<string, number>()
  #more = 0

  /** Items beyond those that were kept. */
  get more(): number {
    return this.#more
  }

  add(kind: string, item: T): void {
    const count = this.#counts.get(kind) ?? 0
    this.#counts.set(kind, count + 1)
    if (count < MOST_LISTED) this.items.push(item)
    else this.#more++
  }
}
