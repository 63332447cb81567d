/**
 * The search through one database directory and those nested in it, in the order of keys: by the index where it can
 * answer, by reading the records where it cannot. A long search leaves an index behind for the next one.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { soundMetadata } from '../entry-handle.js'
import { keysIfThere, nestedIfPermitted, type Place, pauseIsDue, type Session } from '../session.js'
import { type Facts, factsOf, type Origin } from './facts.js'
import {
  answersAlone,
  lockedKeys,
  type Moment,
  momentOf,
  oldBefore,
  readIndex,
  sameStamp,
  stampOf,
  writeIndex,
} from './index-file.js'
import type { Stamp } from './index-shape.js'
import type { Index, IndexRow } from './index-text.js'
import type { Matcher } from './query.js'

/** Fewer keys than this are read faster than their index is kept. */
const KEYS_WORTH_AN_INDEX = 1_000
/** Of the keys that were read anew, one in so many makes a new index worth while though it could not answer alone. */
const MUCH = 10

/** An entry that answers the query. */
export interface Hit {
  readonly place: Place
  readonly facts: Facts
}

/** How a search is done, but for the query. */
export interface Manner {
  readonly session: Session
  /** False: every record is read. @default true */
  readonly byIndex?: boolean
  /** How old a change has to be, in milliseconds, to be told from a later one. @default 2000 */
  readonly margin?: number
}

/** One key on the way: with its facts where the index knows them, with its stamp where an index is to be written. */
interface Row {
  readonly name: string
  readonly facts?: Facts | undefined
  readonly stamp?: Stamp | undefined
}

export async function* search(
  manner: Manner,
  directory: DatabaseDirectory,
  query: Matcher,
  prefix: string = '',
): AsyncGenerator<Hit> {
  const { session } = manner
  const { rows, record } = await listing(manner, directory, prefix !== '', query.asksWhatIsSaid)
  for (const row of rows) {
    if (pauseIsDue()) await nextTurn()
    const place: Place = { directory, name: row.name, key: prefix + row.name }
    const facts = row.facts ?? (await readFacts(session, place))
    record?.keep(row, facts)
    if (facts !== undefined && query.matches(place.key, facts)) yield { place, facts }
    const mayNest = query.recurse && (row.facts === undefined ? !place.leaf : facts?.dumper === 'subdb')
    const nested =
      mayNest && query.mayMatchBelow(place.key) ? nestedIfPermitted(directory.entry(row.name)) : undefined
    if (nested !== undefined) yield* search(manner, session.directory(nested), query, `${place.key}/`)
  }
  await record?.write()
}

interface Listing {
  readonly rows: Iterable<Row>
  /** Gathers what will be the next index, where there is to be one. */
  readonly record: Recorder | undefined
}

async function listing(
  manner: Manner,
  directory: DatabaseDirectory,
  nested: boolean,
  withSaid: boolean,
): Promise<Listing> {
  const index = manner.byIndex === false || !directory.hasService() ? undefined : await readIndex(directory)
  const locked = index === undefined ? new Set<string>() : lockedKeys(directory)
  // After the locks: whoever has taken one since then has not changed anything yet, or has changed the directory.
  const moment = momentOf(directory)
  if (index !== undefined && answersAlone(index, moment) && (!withSaid || (await index.readSaid()))) {
    return { rows: rowsAlone(index, locked), record: undefined }
  }
  const names = keysIfThere(directory, nested)
  const record =
    moment === undefined ? undefined : recorderFor(manner, directory, moment, names.length, index)
  const stamps = (await index?.readSaid()) ? await index?.stamps() : undefined
  if (index === undefined || stamps === undefined) return { rows: rowsRead(directory, names, record), record }
  return { rows: rowsRefreshed(directory, names, index, stamps, locked), record }
}

/** The keys of the index, which are all there are. */
function* rowsAlone(index: Index, locked: ReadonlySet<string>): Generator<Row> {
  let next = 0
  for (const [row, name] of index.names.entries()) {
    for (; next < index.others.length && index.others[next]! < name; next++)
      yield { name: index.others[next]! }
    yield locked.has(name) ? { name } : { name, facts: index.facts(row) }
  }
  for (; next < index.others.length; next++) yield { name: index.others[next]! }
}

/** The keys that are there now, with facts where their records are still the files that the index knew. */
function* rowsRefreshed(
  directory: DatabaseDirectory,
  names: readonly string[],
  index: Index,
  stamps: readonly (Stamp | null)[],
  locked: ReadonlySet<string>,
): Generator<Row> {
  let row = 0
  for (const name of names) {
    while (row < index.names.length && index.names[row]! < name) row++
    const stamp = stampOf(directory, name)
    const isKnown = index.names[row] === name && !locked.has(name) && sameStamp(stamps[row], stamp)
    yield { name, stamp, facts: isKnown ? index.facts(row) : undefined }
  }
}

function* rowsRead(
  directory: DatabaseDirectory,
  names: readonly string[],
  record: Recorder | undefined,
): Generator<Row> {
  for (const name of names) yield { name, stamp: record === undefined ? undefined : stampOf(directory, name) }
}

async function readFacts(session: Session, place: Place): Promise<Facts | undefined> {
  const metadata = await soundMetadata(session, place)
  return metadata && factsOf(metadata)
}

function recorderFor(
  { session, byIndex, margin }: Manner,
  directory: DatabaseDirectory,
  moment: Moment,
  count: number,
  before: Index | undefined,
): Recorder | undefined {
  if (byIndex === false || session.readonly !== false || count <= KEYS_WORTH_AN_INDEX) return undefined
  if (!directory.hasService('work')) return undefined
  const old = oldBefore(directory, moment, margin)
  return old === undefined ? undefined : new Recorder(directory, moment, old, before !== undefined)
}

/** What a search has seen of one directory, to be its next index. */
class Recorder {
  readonly #directory: DatabaseDirectory
  readonly #moment: Moment
  readonly #old: number
  readonly #hasIndex: boolean
  readonly #rows: IndexRow[] = []
  readonly #others: string[] = []
  readonly #origins = new Map<string, Origin>()
  #read = 0

  constructor(directory: DatabaseDirectory, moment: Moment, old: number, hasIndex: boolean) {
    this.#directory = directory
    this.#moment = moment
    this.#old = old
    this.#hasIndex = hasIndex
  }

  /** Keys without a sound record of ours are read each time: ISF rewrites its own in place. */
  keep({ name, facts: known, stamp }: Row, facts: Facts | undefined): void {
    if (facts === undefined || stamp === undefined) this.#others.push(name)
    else if (known !== undefined) this.#rows.push({ name, facts, stamp })
    else {
      this.#read++
      this.#rows.push({ name, facts: { ...facts, origin: this.#shared(facts.origin) }, stamp })
    }
  }

  /** Hundreds of thousands of entries have a few origins among them. */
  #shared(origin: Origin): Origin {
    const text = JSON.stringify(origin)
    const known = this.#origins.get(text)
    if (known === undefined) this.#origins.set(text, origin)
    return known ?? origin
  }

  /** Writes the index where that helps the next search. */
  async write(): Promise<void> {
    const answersAlone = this.#moment.changedMs < this.#old
    const isWorthIt = !this.#hasIndex || answersAlone || this.#read * MUCH > this.#rows.length
    if (!isWorthIt || this.#rows.length <= KEYS_WORTH_AN_INDEX) return
    await writeIndex(this.#directory, this.#moment, this.#old, this.#rows, this.#others)
  }
}
