/**
 * The file lock: a directory `locks/K` that holds one directory named by its owner's token (PROTOCOL.md, "Lock of
 * key K"). It is taken, taken over and given back by single renames, so a crash never leaves it without an owner.
 */
import { readdirSync, renameSync, rmdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { GONE, hasCode, OCCUPIED, succeeds } from '../entry/system-errors.js'
import { removeEmptyLater, removeTreeLater } from '../entry/trash.js'
import { DirdictError, systemCode } from '../errors.js'
import type { AcquireOptions, LockHandle } from './lock.js'
import { describeOwner, isDead, isLocal, newToken } from './token.js'
import { enter } from './turnstile.js'

const FIRST_WAIT_MS = 0.2
const LONGEST_WAIT_MS = 8
const HEARTBEAT_MS = 5_000
const SILENCE_MS = 60_000
/** Timers of Node.js count up to 2^31 - 1 ms, which is 24 days: longer is for ever. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The lock of one key in one database directory. Renames into or out of `holder` fail once it was taken away. */
export class FileLock implements LockHandle {
  readonly token: string
  /** `locks/K/T`: what is renamed through here carries the proof that we still hold the lock. */
  readonly holder: string
  readonly directory: DatabaseDirectory
  readonly name: string
  /** Owners that held the lock while we waited. */
  readonly waitedFor: ReadonlySet<string>
  #leave: () => void
  #lost: AbortController | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #released = false

  constructor(
    directory: DatabaseDirectory,
    name: string,
    token: string,
    leave: () => void,
    waitedFor: ReadonlySet<string>,
  ) {
    this.directory = directory
    this.name = name
    this.token = token
    this.holder = `${directory.lock(name)}/${token}`
    this.waitedFor = waitedFor
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
      const now = new Date()
      try {
        utimesSync(this.holder, now, now)
      } catch (error) {
        // Any other failure is the file system's, and passes or is met by the next write.
        if (!hasCode(error, GONE)) return
        clearInterval(this.#heartbeat)
        this.#lost ??= new AbortController()
        this.#lost.abort(lockLost(this.name))
      }
    }, HEARTBEAT_MS)
    this.#heartbeat.unref()
  }

  /** Gives the lock back. What lies in `holder` goes to the trash; the result names where, if anything did. */
  releaseSync(): string | undefined {
    if (this.#released) return undefined
    this.#released = true
    clearInterval(this.#heartbeat)
    try {
      return giveBack(this.directory, this.name, this.token)
    } finally {
      this.#leave()
    }
  }

  async release(): Promise<void> {
    this.releaseSync()
  }
}

export function lockLost(name: string): DirdictError {
  return new DirdictError(
    'LOCK_LOST',
    `The lock of ${JSON.stringify(name)} was taken away by another process while it was being written; ` +
      'that process has published its own value. Read it and try again.',
    { key: name },
  )
}

/** Takes the lock of `name`, waiting for its owner; LOCKED after `timeout`. */
export async function acquireFileLock(
  directory: DatabaseDirectory,
  name: string,
  options: AcquireOptions = {},
): Promise<FileLock> {
  options.signal?.throwIfAborted()
  const deadline = performance.now() + (options.timeout ?? Number.POSITIVE_INFINITY)
  const giveUp = combined(options)
  const leave = await enter(directory.lock(name), giveUp).catch(error => {
    throw options.signal?.aborted || error?.name !== 'TimeoutError' ? error : locked(directory, name, options)
  })
  const token = newToken()
  try {
    directory.makeWork(token, token)
    const waitedFor = await contend(directory, name, token, deadline, options)
    const lock = new FileLock(directory, name, token, leave, waitedFor)
    lock.keepAlive()
    return lock
  } catch (error) {
    try {
      // By name, not by listing: that needs a descriptor, and there may be none.
      succeeds(GONE, () => rmdirSync(`${directory.work(token)}/${token}`))
      succeeds(GONE, () => rmdirSync(directory.work(token)))
    } finally {
      leave()
    }
    throw error
  }
}

async function contend(
  directory: DatabaseDirectory,
  name: string,
  token: string,
  deadline: number,
  options: AcquireOptions,
): Promise<ReadonlySet<string>> {
  const waitedFor = new Set<string>()
  const silence = new Silence()
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    if (tryTake(directory, name, token)) return waitedFor
    for (const owner of ownersOf(directory, name)) {
      waitedFor.add(owner)
      if (!isDead(owner) && !silence.proves(owner, `${directory.lock(name)}/${owner}`)) continue
      if (takeOver(directory, name, owner, token)) return waitedFor
    }
    if (performance.now() >= deadline) throw locked(directory, name, options)
    options.signal?.throwIfAborted()
    const jittered = wait * (0.5 + Math.random())
    // A timer sleeps for at least a millisecond; the first rounds only yield, for locks that are held that briefly.
    await (jittered < 1 ? nextTurn() : pause(Math.min(jittered, Math.max(1, deadline - performance.now()))))
  }
}

/** One rename: succeeds only where `locks/K` is absent or empty. */
function tryTake(directory: DatabaseDirectory, name: string, token: string): boolean {
  const lock = directory.lock(name)
  // ENOENT: an NFS client repeated a rename whose first reply was lost. Whether it took the lock, a stat tells.
  if (!succeeds([...OCCUPIED, ...GONE], () => renameSync(directory.work(token), lock))) {
    if (statSync(directory.work(token), { throwIfNoEntry: false }) !== undefined) return false
    if (statSync(`${lock}/${token}`, { throwIfNoEntry: false }) !== undefined) return true
    directory.makeWork(token, token)
    return false
  }
  return statSync(`${lock}/${token}`, { throwIfNoEntry: false }) !== undefined
}

/** A compare-and-swap on the owner's name: of many takers exactly one finds it. */
function takeOver(directory: DatabaseDirectory, name: string, owner: string, token: string): boolean {
  const lock = directory.lock(name)
  if (!succeeds(GONE, () => renameSync(`${lock}/${owner}`, `${lock}/${token}`))) return false
  try {
    directory.settleChange(owner)
  } catch (error) {
    // The lock of the dead says that his key may have changed; ours would stay for as long as this process lives.
    renameSync(`${lock}/${token}`, `${lock}/${owner}`)
    throw error
  }
  const unused = directory.work(token)
  try {
    rmdirSync(`${unused}/${token}`)
    rmdirSync(unused)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    // The lock is ours all the same, and must not be kept because of what is left over.
    removeTreeLater(unused)
  }
  return true
}

export function ownersOf(directory: DatabaseDirectory, name: string): readonly string[] {
  try {
    return readdirSync(directory.lock(name))
  } catch (error) {
    if (hasCode(error, GONE)) return []
    throw error
  }
}

/** Gives `locks/K` back; the holder's directory, with all that was replaced, moves to the trash path returned. */
export function giveBack(directory: DatabaseDirectory, name: string, token: string): string {
  const trash = directory.trash(token)
  const holder = `${directory.lock(name)}/${token}`
  try {
    if (!succeeds(GONE, () => renameSync(holder, trash))) throw lockLost(name)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    // Kept, the lock would be held for as long as this process lives.
    rmSync(holder, { recursive: true, force: true })
  }
  removeEmptyLater(directory.lock(name))
  return trash
}

/** Watches owners on other hosts: dead where nothing moves for a minute on our own clock. */
class Silence {
  readonly #seen = new Map<string, { changed: bigint; since: number }>()

  proves(owner: string, path: string): boolean {
    if (isLocal(owner)) return false
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) return false
    const before = this.#seen.get(owner)
    if (before === undefined || before.changed !== stats.mtimeNs) {
      this.#seen.set(owner, { changed: stats.mtimeNs, since: performance.now() })
      return false
    }
    return performance.now() - before.since > SILENCE_MS
  }
}

function combined(options: AcquireOptions): AbortSignal | undefined {
  if (options.timeout === undefined || options.timeout > LONGEST_TIMER_MS) return options.signal
  const timer = AbortSignal.timeout(Math.min(Math.ceil(options.timeout), LONGEST_TIMER_MS))
  return options.signal === undefined ? timer : AbortSignal.any([options.signal, timer])
}

function locked(directory: DatabaseDirectory, name: string, options: AcquireOptions): DirdictError {
  const owners = ownersOf(directory, name).map(describeOwner)
  return new DirdictError(
    'LOCKED',
    `${JSON.stringify(name)} is being written by ${owners[0] ?? 'another call of this process'}; ` +
      `waited ${options.timeout} ms. Try again, or give a longer timeout.`,
    { key: name, path: directory.lock(name) },
  )
}
