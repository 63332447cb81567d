/**
 * The lock of a key, and that of a server beside it, around what changes the key; and what its errors say.
 */
import type { PublishOptions } from './entry/publish.js'
import { finishUnfinished, releaseAndCollect } from './entry/publish.js'
import { GONE, hasCode, translate } from './entry/system-errors.js'
import { DirdictError } from './errors.js'
import { acquireFileLock, type FileLock, lockLost } from './locks/file.js'
import type { LockHandle } from './locks/lock.js'
import { assertNotHeld, holding } from './locks/turnstile.js'
import type { SetOptions, WaitOptions } from './options.js'
import type { Place, Session } from './session.js'
import { readId } from './state.js'

/** Runs `action` while this caller alone may write the key; what it publishes goes through `publishHeld`. */
export async function whileLocked<T>(
  session: Session,
  place: Place,
  options: SetOptions,
  action: (lock: FileLock) => Promise<T>,
): Promise<T> {
  assertNotHeld(place.directory.lock(place.name))
  return explained(place, 'Writing', () =>
    besideServer(session, [place], options, async () => {
      const lock = await acquireFileLock(place.directory, place.name, options)
      try {
        finishUnfinished(place.directory, place.name, lock)
        return await holding(place.directory.lock(place.name), () => action(lock))
      } finally {
        releaseAndCollect(lock, isDurable(session, options))
      }
    }),
  )
}

/** Runs `action` under the locks of a server too, where the database was opened with one; in order, lest two wait for each other. */
export async function besideServer<T>(
  session: Session,
  places: readonly Place[],
  options: WaitOptions | PublishOptions,
  action: () => Promise<T>,
): Promise<T> {
  if (session.locks === undefined) return action()
  const names = places.map(place => `${readId(place.directory.path)}/${place.name}`).sort()
  const handles: LockHandle[] = []
  try {
    for (const name of names) {
      handles.push(await session.locks.acquire(name, { timeout: options.timeout, signal: options.signal }))
    }
    const result = await action()
    if (handles.some(handle => handle.lost.aborted)) throw lockLost(places[0]?.key ?? '')
    return result
  } finally {
    for (const handle of handles.reverse()) await handle.release()
  }
}

/** Whether what is acknowledged has to survive a power cut. */
export function isDurable(session: Session, options: SetOptions): boolean {
  return (options.durability ?? session.durability) === 'full'
}

/** Carries an error of the user's function out, past the explanations of our own. */
export class FunctionFailed extends Error {}

/** Lets errors of the system speak of the key, and tells a vanished database from a missing file. */
export async function explained<T>(place: Place, doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof FunctionFailed) throw error.cause
    if (isOfVanished(error, place)) throw movedAway(place.key, error)
    throw translate(error, `${doing} ${JSON.stringify(place.key)}`, { key: place.key })
  }
}

/** What we have staged goes only with its database, in whose place another may lie by now. */
function isOfVanished(error: unknown, { directory }: Place): boolean {
  if (!hasCode(error, GONE)) return false
  const { path } = error as NodeJS.ErrnoException
  return path?.startsWith(`${directory.service}/`) || directory.identify() === undefined
}

export function movedAway(key: string, cause?: unknown): DirdictError {
  return new DirdictError(
    'STALE_HANDLE',
    `The database that holds ${JSON.stringify(key)} was deleted or renamed meanwhile; nothing was written.`,
    { key, cause },
  )
}
