/**
 * What the results of a memo depend on besides its arguments: nothing, the commit of the running code, the text of the
 * function, or a version that its author gives it.
 */
import { DirdictError } from '../errors.js'
import type { GitState } from '../metadata.js'
import { wrongOption } from '../options.js'
import { currentProvenance } from '../provenance/provenance.js'
import type { VersionStamp } from './hash.js'

/** What an author may ask for; see `MemoOptions`. */
export type Version = string | number | undefined

/** How the stamp of each call is found; OPTION_INVALID for a version that is none, and a function without a text. */
export function stampOf(
  version: Version,
  fn: (...args: never[]) => unknown,
  source: string | undefined,
): () => Promise<VersionStamp> {
  if (version === 'commit') return async () => ['commit', cleanCommit(await currentProvenance(source))]
  const stamp = fixedStamp(version, fn)
  return async () => stamp
}

function fixedStamp(version: Version, fn: (...args: never[]) => unknown): VersionStamp {
  if (version === undefined) return undefined
  if (version === 'text') return ['text', textOf(fn)]
  if (typeof version === 'string' || Number.isFinite(version)) return ['version', version]
  throw wrongOption('version', "'commit', 'text', or a string or number of your own")
}

function textOf(fn: (...args: never[]) => unknown): string {
  const text = Function.prototype.toString.call(fn)
  if (!/\{\s*\[native code\]\s*\}$/.test(text)) return text
  throw new DirdictError(
    'OPTION_INVALID',
    "The function has no text, because it is native or was bound: give version: 'text' with the function itself, or a version of your own.",
    { option: 'version' },
  )
}

/** Results of uncommitted code would be taken, later, for those of the commit. */
function cleanCommit({ git, error }: { git: GitState | null; error: string | null }): string {
  if (git !== null && git.dirty === false) return git.commit
  const why =
    git === null
      ? `The running code has no commit (${error ?? 'it lies in no git repository'}).`
      : git.dirty
        ? `The running code differs from commit ${git.commit.slice(0, 12)}: commit it first.`
        : `Whether the running code is that of commit ${git.commit.slice(0, 12)} is not known.`
  throw new DirdictError(
    'OPTION_INVALID',
    `${why} version: 'text' goes by the text of the function, and a version of your own by that.`,
    { option: 'version' },
  )
}
