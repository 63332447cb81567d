/**
 * Metadata: what is known of where a value came from, in one shape whatever file it was read from.
 */

/** The state of the repository that holds the running code. */
export interface GitState {
  /** Full commit id. */
  readonly commit: string
  /** Branch, or null where HEAD is detached. */
  readonly branch: string | null
  /** Whether tracked files differed from the commit, or the running script was not tracked; null: not known. */
  readonly dirty: boolean | null
  /** URL of the remote, without user name and password. */
  readonly remote: string | null
  /** When `dirty` was found out. */
  readonly checkedAt: Date | null
}

/** The machine and the user. */
export interface Host {
  readonly name: string
  readonly platform: string | null
  readonly arch: string | null
  readonly user: string | null
}

/** What ran the code. */
export interface Runtime {
  /** `node`, `deno`, `python`, … */
  readonly name: string
  readonly version: string | null
  /** Version of this package; null where another program wrote the entry. */
  readonly dirdict: string | null
}

/** The script that the process was started with. */
export interface Script {
  readonly path: string
  /** Hash of its text, hexadecimal. */
  readonly sha256: string
}

/** A piece of code that ran: a script, or one cell of a notebook, or one input of a REPL. */
export interface CodeCell {
  /** Its number: the execution count of a notebook's cell, or its place in the order of running; null: not known. */
  readonly n: number | null
  /** Its text, with whatever looked like a secret masked. */
  readonly code: string
}

/** The code that ran before a value was stored, as far as it could be seen. */
export interface CodeHistory {
  readonly kind: 'script' | 'eval' | 'stdin' | 'repl' | 'notebook' | 'unknown'
  /** How it was seen; `isf`: by Python's ISF. */
  readonly source:
    | 'script'
    | 'eval'
    | 'stdin'
    | 'repl'
    | 'preload-hook'
    | 'hook'
    | 'iopub'
    | 'notebook-file'
    | 'isf'
  /**
   * Whether `cells` is all the code that was started or typed in this process before the value was stored, in full;
   * the files that this code imports are no part of it.
   */
  readonly complete: boolean
  /** In the order in which they ran. */
  readonly cells: readonly CodeCell[]
}

/** Where a process's values come from: everything that does not change from one `set` to the next. */
export interface Provenance {
  readonly git: GitState | null
  /** Why `git` is null. */
  readonly error: string | null
  /** Loaded packages with their versions. */
  readonly modules: Readonly<Record<string, string>>
  /** The lock file that lists all that is installed, as `name sha256:…`; empty where there is none. */
  readonly lockFile: string
  readonly host: Host
  readonly runtime: Runtime
  readonly script: Script | null
  readonly history: CodeHistory | null
}

/** One data file of an entry, as it was written. */
export interface FileRecord {
  /** Relative to the entry's directory. */
  readonly name: string
  readonly bytes: number
  readonly crc32: number
}

/** What is known of an entry. */
export interface Metadata {
  readonly key: string
  /** Our word for its format (`ndarray`); ISF's where we have none. */
  readonly dumper: string
  /** The module in Loader.json; null where that file is missing. */
  readonly loader: string | null
  /** When it was written. */
  readonly time: Date
  readonly git: GitState | null
  /** Loaded packages with their versions. */
  readonly modules: Readonly<Record<string, string>>
  readonly host: Host | null
  readonly runtime: Runtime | null
  readonly script: Script | null
  /** Code that ran before it was written; null where none was recorded. */
  readonly history: CodeHistory | null
  readonly attributes: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  readonly note: string | null
  /** When attributes, tags or note were last changed by `annotate`; null: they are those of the `set`. */
  readonly annotated: Date | null
  /** Data files with length and CRC-32; empty where nobody recorded them. */
  readonly files: readonly FileRecord[]
  /** True where no record was found, and all this was read off the files. */
  readonly inferred: boolean
}
