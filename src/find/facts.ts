/**
 * Facts: what a search may ask of an entry. It is less than its metadata, so that an index of many entries stays small.
 */
import type { Metadata } from '../metadata.js'

/** What most entries share with others: the code, the packages and the machine. */
export interface Origin {
  readonly git: {
    readonly commit: string
    readonly branch: string | null
    readonly dirty: boolean | null
  } | null
  readonly modules: Readonly<Record<string, string>>
  readonly host: { readonly name: string; readonly user: string | null } | null
}

export interface Facts {
  readonly dumper: string
  /** When it was written, in milliseconds since 1970. */
  readonly time: number
  /** Sum of the data files; null where nobody recorded them. */
  readonly bytes: number | null
  readonly origin: Origin
  readonly attributes: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
}

export function factsOf(metadata: Metadata): Facts {
  const { dumper, time, files, git, modules, host, attributes, tags } = metadata
  return {
    dumper,
    time: time.getTime(),
    bytes: files.length === 0 ? null : files.reduce((sum, file) => sum + file.bytes, 0),
    origin: {
      git: git && { commit: git.commit, branch: git.branch, dirty: git.dirty },
      modules,
      host: host && { name: host.name, user: host.user },
    },
    attributes,
    tags,
  }
}
