/**
 * Who wrote a database: entries counted by their records, versions that those tell, owners of what lies on the disk.
 */

/** What the entries of a database, and of those nested in it, say of their writers. */
export interface Census {
  /** Databases, this one among them. */
  readonly databases: number
  readonly keys: number
  /** Entries with a record of ours: dirdict.json. */
  readonly byDirdict: number
  /** Entries with a Loader.json and no record of ours: those of Python's ISF. */
  readonly byIsf: number
  /** Entries by the module path that their Loader.json begins with: versions of ISF differ in it. */
  readonly loaderPaths: Readonly<Record<string, number>>
  /** Entries of ISF by the version that their metadata.json tells. */
  readonly isfVersions: Readonly<Record<string, number>>
  /** Entries of ours by the version of dirdict that wrote them. */
  readonly dirdictVersions: Readonly<Record<string, number>>
  /** Entries by the user id that owns them. */
  readonly owners: Readonly<Record<string, number>>
}

/** Names that are counted apart; what comes after is counted together. */
const MOST_NAMES = 50
const OTHERS = 'others'

export class Counting {
  databases = 0
  keys = 0
  byDirdict = 0
  byIsf = 0
  readonly loaderPaths: Tally = new Tally()
  readonly isfVersions: Tally = new Tally()
  readonly dirdictVersions: Tally = new Tally()
  readonly owners: Tally = new Tally()

  census(): Census {
    const { databases, keys, byDirdict, byIsf } = this
    return {
      databases,
      keys,
      byDirdict,
      byIsf,
      loaderPaths: this.loaderPaths.counts(),
      isfVersions: this.isfVersions.counts(),
      dirdictVersions: this.dirdictVersions.counts(),
      owners: this.owners.counts(),
    }
  }
}

class Tally {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    const counted = this.#counts.has(name) || this.#counts.size < MOST_NAMES ? name : OTHERS
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1)
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}
