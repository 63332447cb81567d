/**
 * What the disk may look like when the power went after a given call: some prefix of the journal that holds all that an
 * fsync has forced, and of each file that was not synced all bytes, those of its last fsync, some, or zeros.
 */
import { createHash } from 'node:crypto'
import { applyChange, type Node, type Recording, type Transaction, type Version } from './recording.js'

/**
 * `prefix`: names reach the disk in order, and the fsync of a directory forces what came before its own last change; that
 * of a file forces its data, not its name. `scattered`: changes in different directories are not even in order, unless
 * one rename ties them together.
 */
export type Journal = 'prefix' | 'scattered'

/** What became of the data of a file that was written and not synced. */
type Fate = (typeof FATES)[number]
const FATES = ['whole', 'lost', 'cut', 'zeros'] as const
/** Mixes of fates for each journal, beside those where one file differs from all. */
const MIXES = 3

/** Bytes and time of one file; the same content is the same object. */
export interface Content {
  readonly id: string
  readonly bytes: Buffer
  readonly modified: number
}

/** A directory, by name what lies in it. */
export interface Tree extends ReadonlyMap<string, Tree | Content> {}

export interface CrashState {
  /** The index of the last call before the cut. */
  readonly cut: number
  /** How often the operation has said that something was acknowledged. */
  readonly acknowledged: number
  readonly tree: Tree
  /** Where this state comes from, for messages. */
  readonly origin: string
}

type Random = () => number

/** All different states after all calls. States that look the same are one where the same was acknowledged. */
export function* crashStates(recording: Recording, journal: Journal, random: Random): Generator<CrashState> {
  const seen = new Set<string>()
  const contents = new Contents(recording)
  for (const [cut, { ended }] of recording.cuts.entries()) {
    const acknowledged = recording.acknowledgements.filter(at => at < ended).length
    const all = [...journals(recording, ended, journal, random)]
    for (const [index, { kept, name }] of all.entries()) {
      const directories = namesAfter(recording, kept)
      const closely = index === 0 || index === all.length - 1
      for (const fates of fatesOf(contents.unsynced(directories, ended), closely, random)) {
        const content = (node: Node): Content => contents.at(node, ended, fates.get(node) ?? 'whole')
        const tree = treeOf(recording, directories, recording.root, content)
        const id = `${acknowledged} ${idOf(tree)}`
        if (seen.has(id)) continue
        seen.add(id)
        const lost = [...fates].map(([node, fate]) => `${contents.nameOf(directories, node)} ${fate}`)
        yield { cut, acknowledged, tree, origin: `${name}; ${lost.join(', ') || 'all data'}` }
      }
    }
  }
}

/** What may be left of the journal. */
function* journals(
  recording: Recording,
  cut: number,
  journal: Journal,
  random: Random,
): Generator<{ kept: readonly Transaction[]; name: string }> {
  const issued = recording.transactions.filter(({ ended }) => ended <= cut)
  if (journal === 'scattered') {
    for (let turn = 0; turn < MIXES; turn++) {
      const kept = scattered(recording, issued, cut, random)
      yield { kept, name: `${kept.length} scattered of ${issued.length} changes of names` }
    }
    return
  }
  const first = Math.max(0, ...forced(recording, issued, cut).map(index => index + 1))
  for (let length = first; length <= issued.length; length++) {
    yield { kept: issued.slice(0, length), name: `${length} of ${issued.length} changes of names` }
  }
}

/** The last change of each directory that was synced since. */
function forced(recording: Recording, issued: readonly Transaction[], cut: number): readonly number[] {
  const syncs = recording.syncs.filter(({ ended }) => ended <= cut)
  return syncs.map(({ node, begun }) =>
    issued.findLastIndex(
      ({ ended, changes }) => ended < begun && changes.some(({ directory }) => directory === node),
    ),
  )
}

/** Those that were forced, some of the others, and of each directory all that came before these. */
function scattered(
  recording: Recording,
  issued: readonly Transaction[],
  cut: number,
  random: Random,
): readonly Transaction[] {
  const kept = new Set(forced(recording, issued, cut))
  const likelihood = random()
  for (const index of issued.keys()) if (random() < likelihood) kept.add(index)
  const touched = new Set<Node>()
  for (let index = issued.length - 1; index >= 0; index--) {
    const { changes } = issued[index]!
    if (!kept.has(index) && !changes.some(({ directory }) => touched.has(directory))) continue
    kept.add(index)
    for (const { directory } of changes) touched.add(directory)
  }
  return issued.filter((_, index) => kept.has(index))
}

function namesAfter(recording: Recording, kept: readonly Transaction[]): Map<Node, Map<string, Node>> {
  const directories = new Map([...recording.initial].map(([node, names]) => [node, new Map(names)]))
  for (const { changes } of kept) for (const change of changes) applyChange(directories, change)
  return directories
}

/**
 * All whole, all lost, all torn in one way, and a few mixes; one torn alone only `closely`, at the shortest and the longest
 * journal: those between are the longest one of an earlier cut.
 */
function* fatesOf(
  unsynced: readonly Node[],
  closely: boolean,
  random: Random,
): Generator<ReadonlyMap<Node, Fate>> {
  yield new Map()
  if (unsynced.length === 0) return
  for (const fate of FATES.slice(1)) {
    yield new Map(unsynced.map(node => [node, fate]))
    if (closely && unsynced.length > 1) for (const node of unsynced) yield new Map([[node, fate]])
  }
  for (let turn = 0; turn < MIXES && unsynced.length > 1; turn++) {
    yield new Map(unsynced.map(node => [node, FATES[Math.floor(random() * FATES.length)]!]))
  }
}

/** The bytes of files at a cut, and after what a cut may make of them. */
class Contents {
  readonly #recording: Recording
  readonly #made = new Map<string, Content>()

  constructor(recording: Recording) {
    this.#recording = recording
  }

  /** Files that are there and whose last bytes were not synced. */
  unsynced(directories: ReadonlyMap<Node, ReadonlyMap<string, Node>>, cut: number): readonly Node[] {
    const found = new Set<Node>()
    const visit = (directory: Node): void => {
      for (const node of directories.get(directory)?.values() ?? []) {
        if (this.#recording.isDirectory(node)) visit(node)
        else if (this.#now(node, cut) !== this.#synced(node, cut)) found.add(node)
      }
    }
    visit(this.#recording.root)
    return [...found]
  }

  at(node: Node, cut: number, fate: Fate): Content {
    const [now, synced] = [this.#now(node, cut), this.#synced(node, cut)]
    const id = `${node} ${now.ended} ${fate === 'whole' ? 'whole' : `${synced.ended} ${fate}`}`
    let made = this.#made.get(id)
    if (made === undefined) {
      const bytes = torn(synced.bytes, now.bytes, fate)
      const sum = createHash('sha1').update(bytes).digest('base64')
      made = { id: `${sum} ${now.modified}`, bytes, modified: now.modified }
      this.#made.set(id, made)
    }
    return made
  }

  nameOf(directories: ReadonlyMap<Node, ReadonlyMap<string, Node>>, wanted: Node): string {
    for (const [, names] of directories) for (const [name, node] of names) if (node === wanted) return name
    return String(wanted)
  }

  #now(node: Node, cut: number): Version {
    const versions = this.#recording.versions.get(node)!
    return versions.findLast(({ ended }) => ended <= cut) ?? versions[0]!
  }

  #synced(node: Node, cut: number): Version {
    const syncs = this.#recording.syncs.filter(sync => sync.node === node && sync.ended <= cut)
    const until = Math.max(-1, ...syncs.map(({ begun }) => begun))
    const versions = this.#recording.versions.get(node)!
    return versions.findLast(({ ended }) => ended <= until) ?? versions[0]!
  }
}

function torn(synced: Buffer, now: Buffer, fate: Fate): Buffer {
  if (fate === 'whole') return now
  if (fate === 'lost') return synced
  const half = Math.floor((Math.min(synced.length, now.length) + now.length) / 2)
  if (fate === 'cut') return now.subarray(0, half)
  const zeros = Buffer.alloc(now.length)
  for (let i = 0; i < Math.min(synced.length, now.length) && synced[i] === now[i]; i++) zeros[i] = now[i]!
  return zeros
}

function treeOf(
  recording: Recording,
  directories: ReadonlyMap<Node, ReadonlyMap<string, Node>>,
  directory: Node,
  content: (node: Node) => Content,
): Tree {
  const tree = new Map<string, Tree | Content>()
  for (const [name, node] of directories.get(directory) ?? []) {
    const isDirectory = recording.isDirectory(node)
    tree.set(name, isDirectory ? treeOf(recording, directories, node, content) : content(node))
  }
  return tree
}

function idOf(tree: Tree): string {
  const names = [...tree].map(
    ([name, item]) => `${name}:${item instanceof Map ? idOf(item) : (item as Content).id}`,
  )
  return `{${names.sort().join(',')}}`
}
