/**
 * The file lock: a directory `locks/K` that holds one directory named by its owner's token, or those of several owners
 * who share it (docs/locks.md). It is taken, taken over and given back by single renames, so a crash never leaves it
 * without an owner.
 */
import { renameSync, statSync } from 'node:fs'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { removeTreeSync } from '../entry/remove-tree.js'
import { GONE, succeeds } from '../entry/system-errors.js'
import { removeEmptyLater, removeLater } from '../entry/trash.js'
import { DirdictError, systemCode } from '../errors.js'
import { ExclusiveContest } from './exclusive.js'
import type { AcquireOptions, LockHandle } from './lock.js'
import { HEARTBEAT_MS, isShared, namesWithin, ownersOf, touch, Watch } from './owners.js'
import { leaveShared, SharedContest } from './shared.js'
import { describeOwner } from './token.js'
import { enter } from './turnstile.js'

const FIRST_WAIT_MS = 0.2
const LONGEST_WAIT_MS = 8
/** Timers of Node.js count up to 2^31 - 1 ms, which is 24 days: longer is for ever. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * The lock of one key in one database directory. Renames into or out of `holder` fail once it was taken away; of a lock
 * that is shared, nothing lies in there.
 */
export class FileLock implements LockHandle {
  readonly token: string
  /** `locks/K/T`: what is renamed through here carries the proof that we still hold the lock. */
  readonly holder: string
  readonly directory: DatabaseDirectory
  readonly name: string
  /** Owners that held the lock while we waited. */
  readonly waitedFor: ReadonlySet<string>
  /** What the dead have done to the key was found or finished under this lock, and may not be on disk yet. */
  inherited: boolean
  #leave: () => void
  #lost: AbortController | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #released = false

  constructor(
    directory: DatabaseDirectory,
    name: string,
    token: string,
    leave: () => void,
    { waitedFor, inherited }: ExclusiveContest | SharedContest,
  ) {
    this.directory = directory
    this.name = name
    this.token = token
    this.holder = `${directory.lock(name)}/${token}`
    this.waitedFor = waitedFor
    this.inherited = inherited
    this.#leave = leave
  }

  get lost(): AbortSignal {
    this.#lost ??= new AbortController()
    return this.#lost.signal
  }

  /** LOCK_LOST where the lock was taken away. For what is changed in place, and cannot be renamed through `holder`. */
  assertHeld(): void {
    if (statSync(this.holder, { throwIfNoEntry: false }) === undefined) throw lockLost(this.name)
  }

  /** Shows observers on other hosts that we are alive, for as long as the lock is held. */
  keepAlive(): void {
    if (this.#heartbeat !== undefined) return
    this.#heartbeat = setInterval(() => {
      try {
        if (touch(this.holder)) return
      } catch (error) {
        // The file system's failure, which passes or is met by the next write.
        if (systemCode(error) === undefined) throw error
        return
      }
      clearInterval(this.#heartbeat)
      this.#lost ??= new AbortController()
      this.#lost.abort(lockLost(this.name))
    }, HEARTBEAT_MS)
    this.#heartbeat.unref()
  }

  /** Gives the lock back. What lies in `holder` goes to the trash; the result names where, if anything did. */
  releaseSync(): string | undefined {
    if (this.#released) return undefined
    this.#released = true
    clearInterval(this.#heartbeat)
    try {
      if (!isShared(this.token)) return giveBack(this.directory, this.name, this.token)
      if (!leaveShared(this.directory, this.name, this.token)) throw lockLost(this.name)
      return undefined
    } finally {
      this.#leave()
    }
  }

  async release(): Promise<void> {
    const trash = this.releaseSync()
    if (trash === undefined) return
    if (namesWithin(trash).length === 0) removeEmptyLater(trash)
    else removeLater(this.directory, trash, this.name)
  }
}

export function lockLost(name: string): DirdictError {
  return new DirdictError(
    'LOCK_LOST',
    `The lock of ${JSON.stringify(name)} was taken away by another process while it was held; ` +
      'that process may have published its own value. Read it and try again.',
    { key: name },
  )
}

/**
 * Takes the lock of `name`, waiting for its owner, or with `shared` for one who holds it alone; LOCKED after `timeout`.
 * `watch` decides when owners are gone.
 */
export async function acquireFileLock(
  directory: DatabaseDirectory,
  name: string,
  options: AcquireOptions = {},
  watch: Watch = new Watch(),
): Promise<FileLock> {
  options.signal?.throwIfAborted()
  const deadline = performance.now() + (options.timeout ?? Number.POSITIVE_INFINITY)
  const shared = options.shared === true
  const leave = await enter(directory.lock(name), shared, combined(options)).catch(error => {
    throw options.signal?.aborted || error?.name !== 'TimeoutError' ? error : locked(directory, name, options)
  })
  const contest = new (shared ? SharedContest : ExclusiveContest)(directory, name, watch)
  try {
    await contend(
      () => contest.attempt(),
      deadline,
      options.signal,
      () => locked(directory, name, options),
    )
    const lock = new FileLock(directory, name, contest.token, leave, contest)
    lock.keepAlive()
    return lock
  } catch (error) {
    try {
      if (contest.withdraw()) removeLater(directory, giveBack(directory, name, contest.token), name)
    } finally {
      leave()
    }
    throw error
  }
}

/** Attempts until one succeeds, with pauses that grow. */
async function contend(
  attempt: () => boolean,
  deadline: number,
  signal: AbortSignal | undefined,
  refusal: () => DirdictError,
): Promise<void> {
  for (let wait = FIRST_WAIT_MS; !attempt(); wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    if (performance.now() >= deadline) throw refusal()
    signal?.throwIfAborted()
    const jittered = wait * (0.5 + Math.random())
    // A timer sleeps for at least a millisecond; the first rounds only yield, for locks that are held that briefly.
    await (jittered < 1 ? nextTurn() : pause(Math.min(jittered, Math.max(1, deadline - performance.now()))))
  }
}

/** Gives `locks/K` back; the holder's directory, with all that was replaced, moves to the trash path returned. */
export function giveBack(directory: DatabaseDirectory, name: string, token: string): string {
  const trash = directory.trash(token)
  const holder = `${directory.lock(name)}/${token}`
  try {
    if (!succeeds(GONE, () => renameSync(holder, trash))) {
      if (statSync(holder, { throwIfNoEntry: false }) === undefined) throw lockLost(name)
      // Somebody has removed `trash` itself.
      removeTreeSync(holder)
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    // Kept, the lock would be held for as long as this process lives.
    removeTreeSync(holder)
  }
  removeEmptyLater(directory.lock(name))
  return trash
}

function combined(options: AcquireOptions): AbortSignal | undefined {
  if (options.timeout === undefined || options.timeout > LONGEST_TIMER_MS) return options.signal
  const timer = AbortSignal.timeout(Math.min(Math.ceil(options.timeout), LONGEST_TIMER_MS))
  return options.signal === undefined ? timer : AbortSignal.any([options.signal, timer])
}

function locked(directory: DatabaseDirectory, name: string, options: AcquireOptions): DirdictError {
  const [first] = ownersOf(directory, name)
  const use = first !== undefined && isShared(first) ? 'read' : 'written'
  const owner = first === undefined ? 'another call of this process' : describeOwner(first)
  return new DirdictError(
    'LOCKED',
    `${JSON.stringify(name)} is being ${use} by ${owner}; ` +
      `waited ${options.timeout} ms. Try again, or give a longer timeout.`,
    { key: name, path: directory.lock(name) },
  )
}
