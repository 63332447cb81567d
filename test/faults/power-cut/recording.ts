/**
 * What an operation did to a journalling file system: which names each call changed, which bytes a file had when, and
 * what an fsync had forced to the disk by the time it returned.
 */

/** An inode. */
export type Node = number
export type Directories = ReadonlyMap<Node, ReadonlyMap<string, Node>>

/** One change of one name; without a node, it is gone. */
export interface Change {
  readonly directory: Node
  readonly name: string
  readonly node: Node | undefined
}

/** What the journal holds together: all of it is on the disk, or nothing. */
export interface Transaction {
  readonly ended: number
  readonly changes: readonly Change[]
}

export interface Version {
  readonly ended: number
  readonly bytes: Buffer
  /** Of the last change, in seconds. */
  readonly modified: number
}

export interface Sync {
  readonly node: Node
  readonly begun: number
  readonly ended: number
}

export interface Recording {
  readonly root: Node
  /** What lay there at the start, all of it on the disk. */
  readonly initial: Directories
  readonly transactions: readonly Transaction[]
  /** Contents of each file; the first is on the disk. */
  readonly versions: ReadonlyMap<Node, readonly Version[]>
  readonly syncs: readonly Sync[]
  /** When something was acknowledged. */
  readonly acknowledgements: readonly number[]
  /** Every call that changed or synced something below the root: after each the power may go. */
  readonly cuts: readonly { readonly ended: number; readonly text: string }[]
  isDirectory(node: Node): boolean
}

/** Changes a name. */
export function applyChange(directories: Map<Node, Map<string, Node>>, change: Change): void {
  const names = directories.get(change.directory) ?? new Map<string, Node>()
  directories.set(change.directory, names)
  if (change.node === undefined) names.delete(change.name)
  else names.set(change.name, change.node)
}
