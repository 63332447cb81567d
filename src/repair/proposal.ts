/**
 * What repair may do, found by looks alone: whoever wants it done applies it, under the lock of the key.
 */
import { GONE, hasCode, translate } from '../entry/system-errors.js'
import { isDirdictError } from '../errors.js'

/** One thing that repair did, or found and left alone. */
export interface Repair {
  /** The key, or that of the nested database that it concerns as a whole; empty for the database itself. */
  readonly key: string
  readonly action:
    | 'finished'
    | 'unlocked'
    | 'collected'
    | 'restored'
    | 'taken back'
    | 'set aside'
    | 'reported'
  readonly detail: string
  /** Where that lies now which was set aside, relative to the directory of the database that it lay in. */
  readonly to?: string
}

/** A repair that was not done yet. */
export interface Proposal {
  /** The name of the key in its database directory; empty for what concerns no single key. */
  readonly name: string
  readonly action: Repair['action']
  readonly detail: string
  /**
   * Does it; false where somebody else had done it already, and where it went what was set aside. Absent: it is only told.
   * Aborted while it waits for a lock, it has changed nothing.
   */
  apply?(signal?: AbortSignal): Promise<boolean | string>
}

/** The key of a name in a database directory; of the empty one, that of the database, which ends `prefix`. */
export function keyIn(prefix: string, name: string): string {
  return name === '' ? prefix.slice(0, -1) : prefix + name
}

/** What keeps one repair from being done, to be told; undefined where another process has done it. Throws what is a mistake of ours. */
export function failureOf(name: string, error: unknown): Proposal | undefined {
  if (hasCode(error, GONE) || (isDirdictError(error, 'IO_FAILED') && hasCode(error.cause, GONE)))
    return undefined
  const what = name === '' ? 'Repairing the database' : `Repairing ${JSON.stringify(name)}`
  const problem = translate(error, what, { key: name })
  if (!isDirdictError(problem)) throw error
  return { name, action: 'reported', detail: problem.message }
}
